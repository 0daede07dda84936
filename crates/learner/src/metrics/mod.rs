//! Numbers that say how good a model is on the validation part.
//!
//! Each metric adds up over an epoch and divides once at its end, so the batch size does not change it.
//!
//! | question | metrics | from |
//! |---|---|---|
//! | how often is it right? | [`accuracy`], [`error_rate`], [`top_k`] | the decision |
//! | is it right for every class? | [`mean_recall`], [`macro_f1`], [`weighted_f1`], [`ClassReport`] | the decision |
//! | is it better than chance? | [`cohen_kappa`], [`weighted_kappa`], [`matthews_corr_coef`] | the decision |
//! | how bad are its mistakes? | [`mistake_severity`], [`mean_mistake_cost`], [`mean_cost`] | the decision |
//! | does it stay in the group? | [`group_accuracy`], [`cross_group_errors`], [`same_group_mistakes`] | the decision |
//! | | [`summed_group_accuracy`] | probabilities |
//! | are the classes behind the first one near, too? | [`hierarchical_distance`] and its kin | the decision's ranking |
//! | do its probabilities mean what they say? | [`calibration_error`], [`brier_score`], [`expected_cost`] | probabilities |
//! | are all of its classes right? | [`accuracy_multi`], [`f1_multi`], [`precision_multi`], [`recall_multi`] | the decision |
//! | how far off are its numbers? | [`mse`], [`rmse`], [`mae`], [`r2`] | outputs |
//!
//! Those from the decision follow [`Learner::with_decision`](crate::Learner::with_decision); those from probabilities are
//! the same under every decision.

mod accuracy;
mod agreement;
mod calibration;
mod classes;
mod costs;
mod distance;
mod groups;
mod mean;
mod measure;
mod multi;
mod report;
mod values;

use firelight_losses::Decision;
use firelight_vocab::Vocab;

pub use accuracy::{accuracy, error_rate, top_k};
pub use agreement::{cohen_kappa, matthews_corr_coef, weighted_kappa};
pub use calibration::{brier_score, calibration_error};
pub use classes::{macro_f1, mean_recall, weighted_f1};
pub use costs::{expected_cost, mean_cost, mean_mistake_cost};
pub use distance::{
    hierarchical_distance, hierarchical_distance_above_floor, hierarchical_distance_floor, hierarchical_precision,
    nearest_distance,
};
pub use groups::{cross_group_errors, group_accuracy, mistake_severity, same_group_mistakes, summed_group_accuracy};
pub use measure::measure;
pub use multi::{accuracy_multi, f1_multi, precision_multi, recall_multi};
pub use report::{ClassReport, ClassScores};
pub use values::{mae, mse, r2, rmse};

/// What a model made of some examples, on the host.
///
/// ```
/// use firelight_learner::metrics::{Metric, Outcomes};
///
/// /// The mean probability of the actual class.
/// #[derive(Default)]
/// struct Belief(f64, usize);
///
/// impl Metric<usize> for Belief {
///     fn name(&self) -> String {
///         "belief".into()
///     }
///     fn reset(&mut self) {
///         *self = Self::default();
///     }
///     fn update(&mut self, outcomes: &Outcomes<usize>) {
///         for (row, &actual) in outcomes.rows().zip(outcomes.targets) {
///             (self.0, self.1) = (self.0 + f64::from(row[actual]), self.1 + 1);
///         }
///     }
///     fn value(&self) -> Option<f64> {
///         (self.1 > 0).then(|| self.0 / self.1 as f64)
///     }
/// }
/// ```
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
    /// The decision rule, for metrics that look at more than its pick: `decision.rank(row, 5)`.
    pub decision: &'a Decision,
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
///
/// ```
/// let metrics: [firelight_learner::ClassMetric; 2] = [firelight_learner::accuracy(), firelight_learner::top_k(5)];
/// ```
pub type ClassMetric = Box<dyn Metric<usize>>;

/// A metric of a model with any number of classes an example.
///
/// ```
/// let metrics: [firelight_learner::MultiMetric; 1] = [firelight_learner::f1_multi()];
/// ```
pub type MultiMetric = Box<dyn Metric<Vec<usize>>>;

/// A metric of a model with one or several numbers an example.
///
/// ```
/// let metrics: [firelight_learner::ValueMetric; 2] = [firelight_learner::mae(), firelight_learner::r2()];
/// ```
pub type ValueMetric = Box<dyn Metric<Vec<f32>>>;

/// `part` of `whole`, if there is a whole.
fn ratio(part: f64, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part / whole as f64)
}
