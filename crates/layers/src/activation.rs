use burn::tensor::Tensor;
use burn::tensor::activation::relu;

/// What is applied to a layer's output in the same pass.
///
/// As `PyTorch` has them: what is not a number stays what it is and lets its gradient through; where an output lies on a bound,
/// its gradient is 0.
///
/// ```
/// use firelight_layers::Activation;
///
/// assert_eq!(Activation::default(), Activation::Identity);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// Nothing.
    #[default]
    Identity,
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
}

impl Activation {
    /// By burn's own operations.
    pub(crate) fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Identity => x,
            Self::Relu => relu(x),
            Self::Relu6 => {
                // A clamp of burn's lets the gradient through on its bounds.
                let above = x.clone().greater_equal_elem(6.0);
                relu(x).mask_fill(above, 6.0)
            }
        }
    }

    /// All three are clamps: between the least and the greatest output, of which one that is not a number bounds nothing.
    #[cfg(feature = "flex")]
    pub(crate) fn bounds(self) -> [f32; 2] {
        match self {
            Self::Identity => [f32::NAN, f32::NAN],
            Self::Relu => [0.0, f32::NAN],
            Self::Relu6 => [0.0, 6.0],
        }
    }
}
