use firelight_vocab::Groups;

use crate::CostError;
use crate::matrix::meaning::Pair;
use crate::matrix::{ClassMatrix, Meaning};

/// By how much the loss of an example is multiplied, given its true class and the predicted one.
///
/// Used by the loss `PairWeighted`. Checked: entries finite and not negative, the diagonal above 0
/// (usually 1): a 0 there would stop training on correct predictions.
///
/// ```
/// use firelight_costs::{Groups, PairWeights, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
/// let weights = PairWeights::from_groups(&species, 1.0, 3.0);
/// assert_eq!(weights.row(0), [1.0, 3.0, 3.0]); // a Bengal taken for a dog counts three times
/// ```
pub type PairWeights = ClassMatrix<Pair>;

impl PairWeights {
    /// 1 for a correct prediction, one factor for a mistake within a group, another across groups.
    pub fn from_groups(groups: &Groups, within: f64, across: f64) -> Self {
        Self::by_number(groups.vocab(), |truth, predicted| {
            if truth == predicted {
                1.0
            } else if groups.of(truth) == groups.of(predicted) {
                within
            } else {
                across
            }
        })
    }

    /// The same weights with a mean of 1 off the diagonal: a mean above 1 acts as a higher learning rate.
    /// The diagonal stays. Weights that are all 0 off the diagonal stay, too.
    pub fn normalize(mut self) -> Self {
        let classes = self.vocab.len();
        let off = |at: usize| at / classes != at % classes;
        let sum: f64 = (0..self.values.len()).filter(|at| off(*at)).map(|at| self.values[at]).sum();
        if sum > 0.0 {
            let factor = (classes * (classes - 1)) as f64 / sum;
            for at in (0..self.values.len()).filter(|at| off(*at)) {
                self.values[at] *= factor;
            }
        }
        self
    }
}

impl Meaning for Pair {
    const NAME: &'static str = "pair weight";
    const TITLE: &'static str = "Pair weights";

    fn check(weights: &PairWeights) -> Result<(), CostError> {
        for (at, value) in weights.values.iter().copied().enumerate() {
            let (row, column) = (at / weights.vocab.len(), at % weights.vocab.len());
            if row == column && value <= 0.0 {
                let class = weights.vocab[row].to_owned();
                return Err(CostError::CorrectPairWeight { class, value });
            }
            if value < 0.0 {
                let (row, column) = weights.names_at(at);
                return Err(CostError::NegativePairWeight { row, column, value });
            }
        }
        Ok(())
    }

    fn diagonal(_others: f64) -> f64 {
        1.0
    }
}
