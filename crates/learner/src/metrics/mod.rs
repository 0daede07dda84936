//! Numbers that say how good a model is on the validation part.
//!
//! Each metric adds up over an epoch and divides once at its end, so the batch size does not change it.

mod accuracy;
mod groups;
mod recall;

use firelight_vocab::Vocab;

pub use accuracy::{accuracy, error_rate, top_k};
pub use groups::{cross_group_errors, group_accuracy, mistake_severity};
pub use recall::mean_recall;

/// What a model made of some examples, on the host.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a, T> {
    /// Activated outputs (probabilities for classes), row after row.
    pub outputs: &'a [f32],
    /// Numbers in a row.
    pub columns: usize,
    /// Targets, one a row.
    pub targets: &'a [T],
    /// Classes that the decision rule picks, one a row.
    pub decided: &'a [usize],
}

impl<T> Outcomes<'_, T> {
    /// The rows of the outputs, in order.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.outputs.chunks(self.columns.max(1))
    }
}

/// Adds up over the batches of an evaluation and gives one number at its end.
///
/// ```
/// use firelight_learner::metrics::{Metric, Outcomes};
///
/// /// Mean probability of the actual class.
/// #[derive(Default)]
/// struct Confidence { sum: f64, examples: usize }
///
/// impl Metric<usize> for Confidence {
///     fn name(&self) -> String { "confidence".into() }
///     fn reset(&mut self) { *self = Self::default() }
///     fn update(&mut self, outcomes: &Outcomes<usize>) {
///         for (row, &target) in outcomes.rows().zip(outcomes.targets) {
///             self.sum += f64::from(row[target]);
///             self.examples += 1;
///         }
///     }
///     fn value(&self) -> Option<f64> {
///         (self.examples > 0).then(|| self.sum / self.examples as f64)
///     }
/// }
/// ```
pub trait Metric<T>: Send {
    /// The column's name in tables.
    fn name(&self) -> String;
    /// Forgets what was added.
    fn reset(&mut self);
    /// Adds a batch.
    fn update(&mut self, outcomes: &Outcomes<T>);
    /// The number, or `None` where it is not defined (no examples; no mistakes).
    fn value(&self) -> Option<f64>;
    /// The classes that it was built for, if it depends on them.
    fn vocab(&self) -> Option<&Vocab> {
        None
    }
}

/// A metric of a model with one class an example.
pub type ClassMetric = Box<dyn Metric<usize>>;

/// `part` of `whole`, if there is a whole.
fn ratio(part: f64, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part / whole as f64)
}
