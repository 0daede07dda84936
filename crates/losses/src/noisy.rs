//! Losses that bear labels of which some are wrong.

use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::describe::described;
use crate::error::{finite, share, within};
use crate::own::{Own, one_minus_exp_neg};
use crate::scores::{Scores, check_classes, nothing, times};
use crate::weighing::Weighing;
use crate::{ClassWeights, Loss, LossError, LossTraits};

/// Cross entropy that believes labels less the more they contradict the model: `w (1 - p^q) / q` with `p` the probability of the target (Zhang
/// and Sabuncu, 2018).
///
/// `q` near 0 is cross entropy, 1 the mean absolute error of probabilities (half of it), and 0.7 the paper's choice. An example is worth at most `1 / q`,
/// and its gradient is that of cross entropy times `p^q`: where the model is sure of another class, a label that is wrong moves next to nothing,
/// and neither does one that is right and new, so learning takes longer. A mean divides by the batch size, or by the rows that are not ignored.
///
/// ```
/// use firelight_losses::GeneralizedCrossEntropy;
///
/// let loss = GeneralizedCrossEntropy::new(0.7)?; // of labels that a search engine gave
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GeneralizedCrossEntropy {
    q: f64,
    weighing: Weighing,
}

/// Cross entropy both ways: `w (alpha (-ln p) + beta a (1 - p))` with `p` the probability of the target, where `a = -ln 1e-4` stands for the logarithm of
/// the 0 that a label gives to every other class (Wang et al., 2019, with the clamp of the authors' code).
///
/// The second term is bounded, and so bears labels that are wrong; the first learns fast. The paper takes 0.1 and 1 for ten classes, 6 and 0.1 for a hundred.
/// A mean divides by the batch size, or by the rows that are not ignored.
///
/// ```
/// use firelight_losses::SymmetricCrossEntropy;
///
/// let loss = SymmetricCrossEntropy::new(0.1, 1.0)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SymmetricCrossEntropy {
    alpha: f64,
    beta: f64,
    weighing: Weighing,
}

/// `-ln` of what a label gives to the classes that it is not.
const OF_NOTHING: f64 = 9.210_340_371_976_184;

impl GeneralizedCrossEntropy {
    /// # Errors
    /// [`LossError::OutsideUnit`], [`LossError::NotPositive`] or [`LossError::OutsideRange`] unless `q` is in 1e-6..=1.
    pub fn new(q: f64) -> Result<Self, LossError> {
        Ok(Self { q: within("q", share("q", q)?, [1e-6, 1.0])?, weighing: Weighing::default() })
    }
}

impl SymmetricCrossEntropy {
    /// # Errors
    /// [`LossError::NotFiniteParameter`] unless both are finite and at least 0, [`LossError::NotPositive`] where both are 0.
    pub fn new(alpha: f64, beta: f64) -> Result<Self, LossError> {
        let (alpha, beta) = (finite("alpha", alpha)?, finite("beta", beta)?);
        if alpha + beta == 0.0 {
            return Err(LossError::NotPositive { name: "the larger of alpha and beta,", value: 0.0 });
        }
        Ok(Self { alpha, beta, weighing: Weighing::default() })
    }
}

/// A function of the target's probability alone.
trait OfTheTarget {
    fn weighing(&self) -> &Weighing;
    /// Value, and slope with respect to `-ln p`: `[batch, 1]` each.
    fn value_and_slope(&self, own: &Own) -> [Tensor<2>; 2];
    fn settings(&self) -> (&'static str, Vec<String>);
}

impl OfTheTarget for GeneralizedCrossEntropy {
    fn weighing(&self) -> &Weighing {
        &self.weighing
    }

    fn value_and_slope(&self, own: &Own) -> [Tensor<2>; 2] {
        let scaled = own.entropy.clone() * self.q;
        [one_minus_exp_neg(scaled.clone()) / self.q, scaled.neg().exp()]
    }

    fn settings(&self) -> (&'static str, Vec<String>) {
        ("generalized cross entropy", vec![format!("q {}", self.q)])
    }
}

impl OfTheTarget for SymmetricCrossEntropy {
    fn weighing(&self) -> &Weighing {
        &self.weighing
    }

    fn value_and_slope(&self, own: &Own) -> [Tensor<2>; 2] {
        let back = self.beta * OF_NOTHING;
        let value = own.entropy.clone() * self.alpha + own.rest.clone() * back;
        [value, own.probability.clone() * back + self.alpha]
    }

    fn settings(&self) -> (&'static str, Vec<String>) {
        ("symmetric cross entropy", vec![format!("alpha {}", self.alpha), format!("beta {}", self.beta)])
    }
}

fn per_example(loss: &impl OfTheTarget, output: Tensor<2>, targets: &Tensor<1, Int>) -> Tensor<1> {
    if let Some(nothing) = nothing(&output) {
        return nothing;
    }
    let weighing = loss.weighing();
    if let Some(vocab) = weighing.vocab() {
        check_classes(&output, vocab.len());
    }
    let kept = weighing.kept(&output, targets);
    let scores = Scores::of(output);
    let own = Own::of(&scores, kept.column());
    let weights = weighing.of_rows(&kept, &scores.probabilities);
    let [value, slope] = loss.value_and_slope(&own).map(|column| times(column, weights.as_ref()));
    scores.join(kept.cleared(value), |_| kept.cleared(own.gradient(slope)))
}

macro_rules! loss_of_the_target {
    ($name:ty) => {
        impl $name {
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
        }

        impl Loss<Tensor<1, Int>> for $name {
            fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
                per_example(self, output, &targets)
            }

            fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
                self.weighing.counted(output, targets)
            }

            fn describe(&self) -> String {
                let (name, mut settings) = self.settings();
                settings.extend(self.weighing.settings());
                described(name, &settings)
            }

            fn vocab(&self) -> Option<&Vocab> {
                self.weighing.vocab()
            }

            fn traits(&self) -> LossTraits {
                self.weighing.traits()
            }
        }
    };
}

loss_of_the_target!(GeneralizedCrossEntropy);
loss_of_the_target!(SymmetricCrossEntropy);
