use firelight_vocab::Vocab;

use crate::CostError;
use crate::error::share;
use crate::matrix::meaning::Likeness;
use crate::matrix::{ClassMatrix, Meaning};

/// How alike two classes are: 1 for a class and itself, 0 for nothing in common.
///
/// Used by the loss `SimilarityCrossEntropy`. Checked: entries in 0..=1, the diagonal 1.
///
/// ```
/// use firelight_costs::{Similarity, Vocab};
///
/// let stages = Vocab::ordered(["none", "mild", "severe"])?;
/// assert_eq!(Similarity::ordinal(&stages, 0.5)?.row(0), [1.0, 0.5, 0.25]);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
pub type Similarity = ClassMatrix<Likeness>;

impl Similarity {
    /// No class is like another: plain cross entropy.
    pub fn identity(vocab: &Vocab) -> Self {
        Self::by_number(vocab, |truth, predicted| f64::from(truth == predicted))
    }

    /// For classes that are grades, in the order of the vocab: `ratio` to the power of the distance in ranks.
    ///
    /// # Errors
    /// [`CostError::OutsideUnit`] unless `ratio` is in 0..=1.
    pub fn ordinal(vocab: &Vocab, ratio: f64) -> Result<Self, CostError> {
        let ratio = share("ratio", ratio)?;
        Ok(Self::by_number(vocab, |truth, predicted| ratio.powf(truth.abs_diff(predicted) as f64)))
    }
}

impl Meaning for Likeness {
    const NAME: &'static str = "similarity";
    const TITLE: &'static str = "Similarities";

    fn check(similarity: &Similarity) -> Result<(), CostError> {
        for (at, value) in similarity.values.iter().copied().enumerate() {
            let (row, column) = similarity.names_at(at);
            if !(0.0..=1.0).contains(&value) {
                return Err(CostError::SimilarityRange { row, column, value });
            }
            if row == column && value < 1.0 {
                return Err(CostError::SimilarityOfSelf { class: row, value });
            }
        }
        Ok(())
    }

    fn diagonal(_others: f64) -> f64 {
        1.0
    }
}
