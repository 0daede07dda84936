use firelight_vocab::Vocab;

use crate::CostError;
use crate::matrix::meaning::Counts;
use crate::matrix::{ClassMatrix, Meaning};

/// How often each class was predicted for each true class.
///
/// Soft labels and costs can be made from it. Checked: entries finite and not negative.
///
/// ```
/// use firelight_costs::{Confusion, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let counts = Confusion::count(&vocab, [(0, 0), (0, 1), (1, 1)])?; // (true, predicted)
/// assert_eq!(counts.get("cat", "dog")?, 1.0);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
pub type Confusion = ClassMatrix<Counts>;

impl Confusion {
    /// Counts pairs of a true and a predicted class number.
    ///
    /// # Errors
    /// [`CostError::TargetOutOfRange`] for a number that is no class.
    pub fn count(vocab: &Vocab, pairs: impl IntoIterator<Item = (usize, usize)>) -> Result<Self, CostError> {
        let classes = vocab.len();
        let mut counts = Self::by_number(vocab, |_, _| 0.0);
        for (truth, predicted) in pairs {
            for class in [truth, predicted] {
                if class >= classes {
                    let target = i64::try_from(class).unwrap_or(i64::MAX);
                    return Err(CostError::TargetOutOfRange { target, classes });
                }
            }
            counts.values[truth * classes + predicted] += 1.0;
        }
        Ok(counts)
    }
}

impl Meaning for Counts {
    const NAME: &'static str = "count";
    const TITLE: &'static str = "Counts";

    fn check(counts: &Confusion) -> Result<(), CostError> {
        match counts.values.iter().position(|value| *value < 0.0) {
            None => Ok(()),
            Some(at) => {
                let (row, column) = counts.names_at(at);
                let value = counts.values[at];
                Err(CostError::NegativeCount { row, column, value })
            }
        }
    }

    fn diagonal(_others: f64) -> f64 {
        0.0
    }
}
