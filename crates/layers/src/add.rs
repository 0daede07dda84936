use burn::tensor::Tensor;

use crate::Activation;

/// The sum of two tensors of one shape with an activation, in one pass on flex where no gradient is asked for.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::{Activation, add};
///
/// let x = || Tensor::<4>::full([1, 2, 4, 4], -1.0, &Device::flex());
/// assert_eq!(add(x(), x(), Activation::Relu).sum().into_scalar::<f32>(), 0.0);
/// ```
///
/// # Panics
///
/// Where burn's addition panics: if shapes or devices do not fit.
pub fn add(a: Tensor<4>, b: Tensor<4>, activation: Activation) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(output) = activation.fused(|clamp| crate::flex::add(&a, &b, clamp)) {
        return output;
    }
    activation.apply(a + b)
}
