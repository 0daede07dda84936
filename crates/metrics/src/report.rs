//! Precision, recall and F1 of every class, as a value and as a table.

use std::fmt;

use firelight_vocab::Vocab;
use serde::Serialize;

use crate::classes::{Counts, mean};
use crate::text::number;

/// Precision, recall and F1 of every class: scikit-learn's `classification_report`, with `n/a` where a number is not
/// defined instead of 0.
///
/// ```
/// use firelight_metrics::ClassReport;
/// use firelight_vocab::Vocab;
///
/// let vocab = Vocab::from_labels(["beagle", "boxer", "pug"]);
/// // Pairs of an actual and a picked class.
/// let report = ClassReport::of(&vocab, [(0, 0), (0, 2), (2, 2)]);
/// assert_eq!(report.classes[0].recall, Some(0.5));
/// assert_eq!(report.classes[1].precision, None);
/// assert_eq!(report.accuracy, Some(2.0 / 3.0));
/// println!("{report}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassReport {
    /// One row a class, in the order of the vocab.
    pub classes: Vec<ClassScores>,
    /// Share of all examples that are recognised.
    pub accuracy: Option<f64>,
    /// Plain means over the classes of what is defined.
    pub macro_mean: ClassScores,
    /// Means weighted by the classes' examples.
    pub weighted_mean: ClassScores,
}

/// A row of a [`ClassReport`].
///
/// ```
/// use firelight_metrics::ClassReport;
/// use firelight_vocab::Vocab;
///
/// let report = ClassReport::of(&Vocab::from_labels(["cat", "dog"]), [(0, 0), (0, 1), (1, 1)]);
/// assert_eq!(report.macro_mean.recall, Some(0.75));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassScores {
    /// The class.
    pub name: String,
    /// Share of the examples picked as this class that are of it; `None` if none is.
    pub precision: Option<f64>,
    /// Share of the examples of this class that are recognised; `None` if there are none.
    pub recall: Option<f64>,
    /// Harmonic mean of the two, `2 hits / (actual + picked)`; `None` if the class is neither there nor picked.
    pub f1: Option<f64>,
    /// How many examples of the class there are.
    pub examples: usize,
}

impl ClassReport {
    /// From pairs of an actual and a picked class number.
    ///
    /// # Panics
    ///
    /// If a number is no class of the vocab.
    pub fn of(vocab: &Vocab, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let counts = Counts::of(vocab.len(), pairs.into_iter());
        let classes: Vec<ClassScores> = vocab
            .iter()
            .zip(counts.classes())
            .map(|(name, class)| ClassScores {
                name: name.to_owned(),
                precision: class.precision(),
                recall: class.recall(),
                f1: class.f1(),
                examples: class.actual,
            })
            .collect();
        let examples = counts.examples;
        let row = |name: &str, of: &dyn Fn(Column) -> Option<f64>| ClassScores {
            name: name.to_owned(),
            precision: of(|class| class.precision),
            recall: of(|class| class.recall),
            f1: of(|class| class.f1),
            examples,
        };
        let weighted = |column: Column| {
            let sum: f64 = classes.iter().filter_map(|class| Some(column(class)? * class.examples as f64)).sum();
            (examples > 0).then(|| sum / examples as f64)
        };
        Self {
            accuracy: (examples > 0).then(|| counts.hits() as f64 / examples as f64),
            macro_mean: row("macro mean", &|column| mean(classes.iter().map(column))),
            weighted_mean: row("weighted mean", &weighted),
            classes,
        }
    }
}

type Column = fn(&ClassScores) -> Option<f64>;

/// One line a class, then the means and the accuracy.
impl fmt::Display for ClassReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.classes.iter().chain([&self.macro_mean, &self.weighted_mean]);
        let side = rows().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let text = |value| number(value, 3);
        write!(f, "{:side$}  precision  recall     f1  examples", "")?;
        for row in rows() {
            let ClassScores { name, precision, recall, f1, examples } = row;
            let (precision, recall, f1) = (text(*precision), text(*recall), text(*f1));
            write!(f, "\n{name:<side$}  {precision:>9}  {recall:>6}  {f1:>5}  {examples:>8}")?;
        }
        let accuracy = text(self.accuracy);
        write!(f, "\n{:<side$}  {:>9}  {:>6}  {accuracy:>5}", "accuracy", "", "")
    }
}
