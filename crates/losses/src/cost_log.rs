use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::caution::owned;
use crate::constant::Uploaded;
use crate::describe::described;
use crate::meaning::Cost;
use crate::scores::{BELOW, Scores, add_at, check_classes, nothing};
use crate::{CostMatrix, Loss, LossError, LossTraits, MatrixRows};

/// `-Σ_j C[target][j] ln(1 - p_j)`: costs on the logarithm of not predicting each class.
///
/// A robust loss for a cost matrix: where the model is sure and wrong the gradient stays, unlike
/// [`ExpectedCost`](crate::ExpectedCost)'s. With ordinal costs it is the class distance weighted cross entropy of
/// Polat et al. (2022). The probabilities it trains are not calibrated.
///
/// `ln(1 - p)` of the likeliest class comes from the other classes' scores, so it is exact where `p` rounds to 1.
///
/// ```
/// use firelight_losses::{CostLog, CostMatrix, Groups, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
/// let loss = CostLog::new(&CostMatrix::from_groups(&species, 0.25, 1.0), &vocab)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CostLog {
    cost: Uploaded<Cost>,
}

impl CostLog {
    /// # Errors
    /// What the costs are refused for, or [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless they name exactly the classes of the
    /// vocab.
    pub fn new(cost: &CostMatrix, vocab: &Vocab) -> Result<Self, LossError> {
        Ok(Self { cost: cost.align(vocab)?.into() })
    }
}

impl Loss<Tensor<1, Int>> for CostLog {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, self.cost.vocab().len());
        let scores = Scores::of(output);
        let costs = self.cost.rows(targets.inner(), &scores.log_norm);
        let floored = scores.floored();
        let top = floored.clone().argmax(1);
        let top_cost = costs.clone().gather(1, top.clone());
        let top_probability = scores.probabilities.clone().gather(1, top.clone());
        // All but the likeliest class: their probabilities are at most 1/2, where 1 - p is exact.
        let below = Tensor::full_like(&scores.log_norm, BELOW);
        let (among_rest, log_rest) = scores.among(add_at(floored, top.clone(), below), None);
        let others = add_at(scores.probabilities.clone(), top.clone(), top_probability.clone().neg());
        let spread = (costs.clone() * others.clone().neg().log1p()).sum_dim(1);
        let value = (spread + top_cost.clone() * (log_rest - scores.log_norm.clone())).neg();
        scores.join(value, |probabilities| {
            let odds = costs * (others.clone() / (others.neg() + 1.0));
            let weight = top_cost * top_probability;
            let total = odds.clone().sum_dim(1);
            let gradient = odds - probabilities * total - among_rest * weight.clone();
            add_at(gradient, top, weight)
        })
    }

    fn describe(&self) -> String {
        described("cost log", &[format!("costs {}", self.cost.digest())])
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.cost.vocab())
    }

    fn traits(&self) -> LossTraits {
        LossTraits { asymmetric: self.cost.matrix().asymmetric_pair().map(owned), ..LossTraits::default() }
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        vec![self.cost.matrix().into()]
    }
}
