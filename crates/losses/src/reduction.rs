use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// From one number an example to what is trained on.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::Reduction;
///
/// let losses = || Tensor::<1>::from_floats([1.0, 3.0], &Device::flex());
/// assert_eq!(Reduction::None.apply(losses(), None).dims(), [2]);
/// assert_eq!(Reduction::Mean.apply(losses(), None).into_scalar::<f32>(), 2.0);
/// assert_eq!(Reduction::Sum.apply(losses(), None).into_scalar::<f32>(), 4.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Reduction {
    /// Keep one number an example: `[batch]`.
    None,
    /// The sum divided by the batch size, or by the sum of the weights where there are some: `[1]`.
    #[default]
    Mean,
    /// The sum: `[1]`.
    Sum,
}

impl Reduction {
    /// Reduces the losses of a batch.
    ///
    /// `losses` are weighted already; `weights`, one number an example, are what a mean divides by.
    /// The mean of an empty batch, or of one whose weights are all 0, is 0 with gradients of 0, where
    /// `PyTorch` gives NaN: a batch in which every row is ignored then teaches nothing instead of destroying
    /// the model.
    pub fn apply(self, losses: Tensor<1>, weights: Option<Tensor<1>>) -> Tensor<1> {
        let [batch] = losses.dims();
        match self {
            Self::None => losses,
            Self::Sum => total(losses),
            Self::Mean => match weights {
                // The smallest normal f32 keeps 0/0 at 0 without asking the device whether the sum is 0.
                Some(weights) => total(losses) / total(weights).clamp_min(f32::MIN_POSITIVE),
                None => total(losses) / batch.max(1) as f32,
            },
        }
    }
}

/// The sum, which for an empty batch is 0 without asking a backend to reduce nothing.
fn total(values: Tensor<1>) -> Tensor<1> {
    if values.dims() == [0] {
        return Tensor::zeros([1], (&values.device(), values.dtype()));
    }
    values.sum()
}
