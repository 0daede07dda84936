use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::constant::Constant;
use crate::describe::described;
use crate::scores::{BELOW, Scores, check_classes, nothing};
use crate::{Loss, LossError, Similarity};

/// Cross entropy in which similar classes count as partly right: `-ln Σ_j S[target][j] p_j`, the `SimLoss` of
/// Kobs et al. (2020).
///
/// With the identity it is plain cross entropy; with 1 within groups and 0 across, the cross entropy of the groups.
/// With `S[given][actual]` the share of `actual` that is labelled `given`, it is the *forward correction* of noisy labels (Patrini et al., 2017).
/// Inside a group the gradient is weak (the loss is at most `-ln S` there), so near classes are told apart less
/// well. Computed from logits as a difference of two log-sum-exps, so it is exact where the probabilities
/// underflow.
///
/// ```
/// use firelight_losses::{Similarity, SimilarityCrossEntropy, Vocab};
///
/// let stages = Vocab::ordered(["none", "mild", "severe"])?;
/// let loss = SimilarityCrossEntropy::new(&Similarity::ordinal(&stages, 0.2)?, &stages)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SimilarityCrossEntropy {
    vocab: Vocab,
    /// A digest of the similarities.
    digest: String,
    logarithms: Constant,
}

impl SimilarityCrossEntropy {
    /// # Errors
    /// What the similarities are refused for, or [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless they name exactly the classes of
    /// the vocab.
    pub fn new(similarity: &Similarity, vocab: &Vocab) -> Result<Self, LossError> {
        let aligned = similarity.align(vocab)?;
        let values = aligned.matrix().rows().flatten();
        let logarithms: Vec<f64> = values.map(|value| value.ln().max(f64::from(BELOW))).collect();
        Ok(Self {
            vocab: vocab.clone(),
            digest: aligned.digest(),
            logarithms: Constant::new(logarithms, [vocab.len(), vocab.len()]),
        })
    }
}

impl Loss<Tensor<1, Int>> for SimilarityCrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, self.vocab.len());
        let scores = Scores::of(output);
        let rows = self.logarithms.like(&scores.log_norm).select(0, targets.inner());
        // Shifted before the logarithms are added, which beside large scores would lose digits.
        let floored = scores.floored();
        let shift = (floored.clone() + rows.clone()).max_dim(1);
        let (similar, log_similar) = scores.among((floored - shift.clone()) + rows, Some(shift));
        let value = scores.log_norm.clone() - log_similar;
        scores.join(value, |probabilities| probabilities - similar)
    }

    fn describe(&self) -> String {
        described("similarity cross entropy", &[format!("similarities {}", self.digest)])
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }
}
