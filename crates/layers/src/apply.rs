use burn::tensor::Tensor;
use burn::tensor::activation::{gelu, hard_swish, relu, silu};

use crate::Activation;

impl Activation {
    /// What a kernel gives with the part of the activation that it fuses, and then the rest; `None` where the kernel does not apply.
    #[cfg(feature = "flex")]
    pub(crate) fn fused<const D: usize>(self, kernel: impl FnOnce(Self) -> Option<Tensor<D>>) -> Option<Tensor<D>> {
        let (fused, left) = self.split();
        kernel(fused).map(|output| left.apply(output))
    }

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
}
