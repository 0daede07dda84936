use burn::tensor::{Bool, Tensor, activation};
use firelight_vocab::Vocab;

use crate::constant::Constant;
use crate::describe::described;
use crate::scores::{check_classes, join, nothing, wide};
use crate::{ClassWeights, Loss, LossError};

/// A logit of ±inf, kept finite so that it times 0 is 0.
const FAR: f32 = 1e37;

/// Binary cross entropy with logits, for any number of classes an example.
///
/// Targets are `Tensor<2, Bool>`, or `Tensor<2>` with values from 0 to 1 where labels are mixed or smoothed. The
/// loss of an example is the mean over its classes, so [`Reduction::Mean`](crate::Reduction::Mean) agrees with
/// `PyTorch`'s `BCEWithLogitsLoss`, and a sum is `PyTorch`'s divided by the number of classes.
///
/// [`with_positive_weights`](Self::with_positive_weights) multiplies the loss of a class where it is present, which
/// balances rare classes.
///
/// The gradient is the closed form, `(σ(logit) - target) / classes` without weights: half a class at a logit of 0, and exact at ±inf,
/// where a logit on the side of its target costs nothing.
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use firelight_losses::{BinaryCrossEntropy, Loss, Reduction};
///
/// let device = Device::flex();
/// let has = Tensor::<2, Bool>::from_data([[true, true, false], [false, false, true]], &device); // any number of classes
/// let loss = BinaryCrossEntropy::new().forward(Tensor::zeros([2, 3], &device), has, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2.0_f32.ln()).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Default)]
pub struct BinaryCrossEntropy {
    positive: Option<(Constant, Vocab)>,
}

impl BinaryCrossEntropy {
    /// Without weights.
    pub fn new() -> Self {
        Self::default()
    }

    /// Weighs each class where it is present.
    ///
    /// # Errors
    /// [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless the weights name exactly the classes of the vocab.
    pub fn with_positive_weights(mut self, weights: &ClassWeights, vocab: &Vocab) -> Result<Self, LossError> {
        self.positive = Some((Constant::new(weights.aligned(vocab)?, [1, vocab.len()]), vocab.clone()));
        Ok(self)
    }

    fn settings(&self) -> String {
        let weights =
            self.positive.as_ref().map(|(weights, vocab)| format!("positive weights {}", weights.digest(vocab)));
        described("binary cross entropy", &weights.into_iter().collect::<Vec<_>>())
    }
}

impl Loss<Tensor<2>> for BinaryCrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let [_, classes] = output.dims();
        check_classes(&targets, classes);
        let output = wide(output);
        let logits = output.clone().inner().clamp(-FAR, FAR);
        let present = wide(targets.inner()).cast(logits.dtype());
        let positive = match &self.positive {
            Some((weights, vocab)) => {
                check_classes(&logits, vocab.len());
                present.clone() * weights.like(&logits)
            }
            None => present.clone(),
        };
        let negative = present.neg() + 1.0;
        let value = positive.clone() * softplus(logits.clone().neg()) + negative.clone() * softplus(logits.clone());
        join(output, value.mean_dim(1), || {
            let slope = negative * activation::sigmoid(logits.clone()) - positive * activation::sigmoid(logits.neg());
            slope / classes as f64
        })
    }

    fn describe(&self) -> String {
        self.settings()
    }

    /// Each class on its own: the logistic function.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        activation::sigmoid(output)
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.positive.as_ref().map(|(_, vocab)| vocab)
    }
}

impl Loss<Tensor<2, Bool>> for BinaryCrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<2, Bool>) -> Tensor<1> {
        Loss::<Tensor<2>>::per_example(self, output, targets.float())
    }

    fn describe(&self) -> String {
        self.settings()
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        activation::sigmoid(output)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Loss::<Tensor<2>>::vocab(self)
    }
}

/// `ln(1 + exp(x))`, linear where `exp` would overflow.
fn softplus(x: Tensor<2>) -> Tensor<2> {
    activation::relu(x.clone()) + x.abs().neg().exp().log1p()
}
