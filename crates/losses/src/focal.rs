use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::describe::described;
use crate::error::finite;
use crate::own::{Own, one_minus_exp_neg};
use crate::scores::{Scores, check_classes, nothing, times};
use crate::weighing::Weighing;
use crate::{ClassWeights, Loss, LossError, LossTraits};

/// Focal loss: `-w (1 - p)^gamma ln p` with `p` the probability of the target (Lin et al., 2017).
///
/// Easy examples count less. `gamma` 0 is cross entropy, 2 is usual. The class weight stands outside, so it changes
/// how much an example counts and not how easy it seems; [`with_weighted_probability`](Self::with_weighted_probability)
/// is fastai's `FocalLoss`, in which `p` is `exp` of the weighted log-probability. A mean divides by the batch
/// size, or by the rows that are not ignored.
///
/// ```
/// use firelight_losses::Focal;
///
/// let loss = Focal::new(2.0)?; // what is nearly right counts little
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Focal {
    gamma: f64,
    weighing: Weighing,
    weighted_probability: bool,
}

impl Focal {
    /// # Errors
    /// [`LossError::BelowZero`] unless `gamma` is at least 0, [`LossError::NotFiniteParameter`] unless it is finite.
    pub fn new(gamma: f64) -> Result<Self, LossError> {
        if gamma.is_nan() || gamma < 0.0 {
            return Err(LossError::BelowZero { name: "gamma", value: gamma });
        }
        let gamma = finite("gamma", gamma)?;
        Ok(Self { gamma, weighing: Weighing::default(), weighted_probability: false })
    }

    /// Weighs the examples by their class.
    ///
    /// # Errors
    /// [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless the weights name exactly the classes of the vocab.
    pub fn with_class_weights(mut self, weights: &ClassWeights, vocab: &Vocab) -> Result<Self, LossError> {
        self.weighing = self.weighing.with_class_weights(weights, vocab)?;
        Ok(self)
    }

    /// Leaves out the rows with this target.
    pub fn with_ignore_index(mut self, index: i64) -> Self {
        self.weighing = self.weighing.with_ignore_index(index);
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
        if let Some(vocab) = self.weighing.vocab() {
            check_classes(&output, vocab.len());
        }
        let kept = self.weighing.kept(&output, &targets);
        let scores = Scores::of(output);
        let own = Own::of(&scores, kept.column());
        let class_weights = self.weighing.of_classes(&kept, &scores.probabilities);
        let inside = class_weights.clone().filter(|_| self.weighted_probability);
        let (entropy, probability, hardness) = match inside {
            Some(weights) => {
                let weighted = own.entropy.clone() * weights;
                let probability = weighted.clone().neg().exp();
                (weighted.clone(), probability, one_minus_exp_neg(weighted))
            }
            None => (own.entropy.clone(), own.probability.clone(), own.rest.clone()),
        };
        let outside = match (self.weighted_probability, class_weights.clone()) {
            (false, weights) => kept.only(weights),
            (true, _) => kept.only(None),
        };
        let weigh = |column: Tensor<2>| times(column, outside.as_ref());
        let damped = self.damped(hardness.clone());
        let value = weigh(damped.clone() * entropy.clone());
        scores.join(kept.cleared(value), |_| {
            // -ln p / (1 - p), which tends to 1 where both vanish.
            let tiny = hardness.clone().lower_elem(1e-30);
            let ratio = (entropy / hardness.clamp_min(1e-30)).mask_fill(tiny, 1.0);
            let slope = damped * (probability * ratio * self.gamma + 1.0);
            let slope = match (self.weighted_probability, class_weights) {
                (true, Some(weights)) => weigh(slope * weights),
                _ => weigh(slope),
            };
            kept.cleared(own.gradient(slope))
        })
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        self.weighing.counted(output, targets)
    }

    fn describe(&self) -> String {
        let inside = self.weighted_probability && self.weighing.weights.is_some();
        let inside = inside.then(|| "weighted probability".to_owned());
        let settings = [format!("gamma {}", self.gamma)].into_iter().chain(self.weighing.settings()).chain(inside);
        described("focal loss", &settings.collect::<Vec<_>>())
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.weighing.vocab()
    }

    fn traits(&self) -> LossTraits {
        self.weighing.traits()
    }
}
