use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::parts::{Parts, total};

/// From the parts of a batch to what is trained on.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Parts, Reduction};
///
/// let parts = Parts::new(Tensor::<1>::from_floats([1.0, 3.0], &Device::flex()), None);
/// assert_eq!(Reduction::None.apply(&parts).dims(), [2]);
/// assert_eq!(Reduction::Mean.apply(&parts).into_scalar::<f32>(), 2.0);
/// assert_eq!(Reduction::Sum.apply(&parts).into_scalar::<f32>(), 4.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Reduction {
    /// Keep one number an example: `[batch]`.
    None,
    /// The sum divided by the batch size, or by the sum of the denominators where there are some: `[1]`.
    #[default]
    Mean,
    /// The sum: `[1]`.
    Sum,
}

impl Reduction {
    /// Reduces the losses of a batch.
    ///
    /// The mean of an empty batch, or of one whose denominators are all 0, is 0 with gradients of 0, where
    /// `PyTorch` gives NaN: a batch in which every row is ignored then teaches nothing instead of destroying
    /// the model. A loss that is not a number stays one. That of an empty batch is on no graph, having no rows that a gradient
    /// could go to.
    pub fn apply(self, parts: &Parts) -> Tensor<1> {
        match self {
            Self::None => parts.per_example(),
            Self::Sum => total(parts.per_example()),
            Self::Mean => parts.mean(),
        }
    }
}
