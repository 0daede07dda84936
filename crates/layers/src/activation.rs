use burn::tensor::Tensor;
use burn::tensor::activation::{gelu, hard_swish, relu, silu};

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
    /// `x / (1 + e⁻ˣ)`, also called swish.
    Silu,
    /// `x · min(max(x + 3, 0), 6) / 6`.
    HardSwish,
    /// `x · Φ(x)` with the normal distribution's Φ, by the error function and not by a hyperbolic tangent.
    Gelu,
}

impl Activation {
    /// Of each number of a tensor: in one pass on flex, with gradients or without, where it is no clamp; by burn's own operations elsewhere.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use firelight_layers::Activation;
    ///
    /// let x = Tensor::<1>::from_floats([-3.0, 0.0, 3.0], &Device::flex());
    /// assert_eq!(Activation::HardSwish.apply(x).into_data().try_to_vec::<f32>().unwrap(), [0.0, 0.0, 3.0]);
    /// ```
    pub fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        #[cfg(feature = "flex")]
        if matches!(self, Self::Silu | Self::HardSwish | Self::Gelu)
            && let Some(output) = crate::flex::smooth(&x, self)
        {
            return output;
        }
        match self {
            Self::Identity => x,
            Self::Relu => relu(x),
            Self::Relu6 => {
                // A clamp of burn's lets the gradient through on its bounds.
                let above = x.clone().greater_equal_elem(6.0);
                relu(x).mask_fill(above, 6.0)
            }
            Self::Silu => silu(x),
            Self::HardSwish => hard_swish(x),
            Self::Gelu => gelu(x),
        }
    }

    /// What a kernel applies as its sums leave for memory, which are clamps, and what is left to do in a pass of its own.
    #[cfg(feature = "flex")]
    pub(crate) fn split(self) -> (Self, Self) {
        match self {
            Self::Identity | Self::Relu | Self::Relu6 => (self, Self::Identity),
            Self::Silu | Self::HardSwish | Self::Gelu => (Self::Identity, self),
        }
    }

    /// A clamp's least and greatest output, of which one that is not a number bounds nothing.
    #[cfg(feature = "flex")]
    pub(crate) fn bounds(self) -> [f32; 2] {
        match self {
            Self::Relu => [0.0, f32::NAN],
            Self::Relu6 => [0.0, 6.0],
            _ => [f32::NAN, f32::NAN],
        }
    }
}
