use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::parts::{Parts, Term, total};

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
            Self::Mean => {
                let terms = parts.terms();
                terms[1..].iter().fold(quotient(&terms[0]), |sum, term| sum + quotient(term))
            }
        }
    }
}

/// The one place where a loss is divided.
fn quotient(term: &Term) -> Tensor<1> {
    let sum = total(term.numerators.clone());
    let Some(denominators) = &term.denominators else {
        return sum / term.numerators.dims()[0].max(1) as f32;
    };
    // Decided on the device, which is not asked whether the sum is 0.
    let divisor = total(denominators.clone());
    let empty = divisor.clone().equal_elem(0.0);
    let nothing = empty.clone().bool_and(sum.clone().inner().is_nan().bool_not());
    sum.mask_fill(nothing, 0.0) / divisor.mask_fill(empty, 1.0)
}
