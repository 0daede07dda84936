use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::matrix::Constant;
use crate::scores::{Scores, add_at, check_classes, join, nothing};
use crate::targets::Kept;
use crate::{ClassWeights, Loss, LossError};

/// Focal loss: `-w (1 - p)^gamma ln p` with `p` the probability of the target (Lin et al., 2017).
///
/// Easy examples count less. `gamma` 0 is cross entropy, 2 is usual. The class weight stands outside, so it changes
/// how much an example counts and not how easy it seems; [`with_weighted_probability`](Self::with_weighted_probability)
/// is fastai's `FocalLoss`, in which `p` is `exp` of the weighted log-probability. A mean divides by the batch
/// size, or by the rows that are not ignored.
#[derive(Debug, Clone)]
pub struct Focal {
    gamma: f64,
    weights: Option<(Constant, Vocab)>,
    ignore_index: Option<i64>,
    weighted_probability: bool,
}

impl Focal {
    /// # Errors
    /// [`LossError::BelowZero`] unless `gamma` is at least 0.
    pub fn new(gamma: f64) -> Result<Self, LossError> {
        if gamma.is_nan() || gamma < 0.0 {
            return Err(LossError::BelowZero { name: "gamma", value: gamma });
        }
        Ok(Self { gamma, weights: None, ignore_index: None, weighted_probability: false })
    }

    /// Weighs the examples by their class.
    ///
    /// # Errors
    /// [`LossError::NamesDiffer`] unless the weights name exactly the classes of the vocab.
    pub fn with_class_weights(mut self, weights: &ClassWeights, vocab: &Vocab) -> Result<Self, LossError> {
        self.weights = Some((weights.constant(vocab)?, vocab.clone()));
        Ok(self)
    }

    /// Leaves out the rows with this target.
    pub fn with_ignore_index(mut self, index: i64) -> Self {
        self.ignore_index = Some(index);
        self
    }

    /// Measures how easy an example is by its weighted log-probability, as fastai does.
    pub fn with_weighted_probability(mut self) -> Self {
        self.weighted_probability = true;
        self
    }

    /// `u^gamma`, where `0^0` is 1 on every device.
    fn damped(&self, hardness: Tensor<2>) -> Tensor<2> {
        if self.gamma == 0.0 { hardness.ones_like() } else { hardness.powf_scalar(self.gamma) }
    }
}

impl Loss<Tensor<1, Int>> for Focal {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        if let Some((_, vocab)) = &self.weights {
            check_classes(&output, vocab.len());
        }
        let [batch, _] = output.dims();
        let kept = Kept::of(&targets, self.ignore_index);
        let scores = Scores::of(&output);
        let column = kept.column();
        let own = scores.probabilities.clone().gather(1, column.clone());
        let others = add_at(scores.probabilities.clone(), column.clone(), own.clone().neg());
        // 1 - p from the other classes, exact where p rounds to 1; then -ln p from it where that is small.
        let rest = others.clone().sum_dim(1);
        let near = rest.clone().lower_elem(0.5);
        let far = scores.log_probability(column.clone()).neg();
        let entropy = far.mask_where(near, rest.clone().clamp_max(0.5).neg().log1p().neg());
        let class_weights = self.weights.as_ref().map(|(weights, _)| {
            let weights = weights.like(&scores.shifted).select(1, kept.classes.clone());
            weights.reshape([batch, 1])
        });
        let inside = class_weights.clone().filter(|_| self.weighted_probability);
        let (entropy, probability, hardness) = match inside {
            Some(weights) => {
                let weighted = entropy * weights;
                let probability = weighted.clone().neg().exp();
                (weighted.clone(), probability, one_minus_exp_neg(weighted))
            }
            None => (entropy, own, rest.clone()),
        };
        let outside = match (self.weighted_probability, class_weights.clone()) {
            (false, weights) => kept.only(weights),
            (true, _) => kept.only(None),
        };
        let weigh = |column: Tensor<2>| match &outside {
            Some(weights) => column * weights.clone(),
            None => column,
        };
        let damped = self.damped(hardness.clone());
        let value = weigh(damped.clone() * entropy.clone());
        join(output, value, || {
            // -ln p / (1 - p), which tends to 1 where both vanish.
            let tiny = hardness.clone().lower_elem(1e-30);
            let ratio = (entropy / hardness.clamp_min(1e-30)).mask_fill(tiny, 1.0);
            let slope = damped * (probability * ratio * self.gamma + 1.0);
            let slope = match (self.weighted_probability, class_weights) {
                (true, Some(weights)) => weigh(slope * weights),
                _ => weigh(slope),
            };
            add_at(others, column, rest.neg()) * slope
        })
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        if output.dims()[0] == 0 {
            return None;
        }
        Kept::of(targets, self.ignore_index).counted
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.weights.as_ref().map(|(_, vocab)| vocab)
    }
}

/// `1 - exp(-x)` without losing the digits of a small `x`.
fn one_minus_exp_neg(x: Tensor<2>) -> Tensor<2> {
    let small = x.clone().lower_elem(1e-2);
    let series = x.clone() * (x.clone() * (x.clone() / 6.0 - 0.5) + 1.0);
    (x.neg().exp().neg() + 1.0).mask_where(small, series)
}
