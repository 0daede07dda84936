use burn::tensor::Tensor;

use crate::layer_norm;

/// A layer norm of a map's channels, each position by itself: `(x - mean) / √(variance + epsilon) · weight + bias`, with mean and variance
/// over the channels of `[batch, channels, height, width]`; `weight` and `bias` are `[channels]`.
///
/// `PyTorch`'s `layer_norm` of the map with its channels last. It computes in the precision of the weights, and gives that of the map.
/// One pass on flex, and one back.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::channel_norm;
///
/// let device = Device::flex();
/// let map = Tensor::<4>::from_data([[[[1.0]], [[3.0]]]], &device);
/// let normed = channel_norm(map, Tensor::ones([2], &device), Tensor::zeros([2], &device), 0.0);
/// assert_eq!(normed.into_data().try_to_vec::<f32>().unwrap(), [-1.0, 1.0]);
/// ```
///
/// # Panics
///
/// If shapes or devices do not fit.
pub fn channel_norm(map: Tensor<4>, weight: Tensor<1>, bias: Tensor<1>, epsilon: f64) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(output) = crate::flex::channel_norm(&map, [&weight, &bias], epsilon) {
        return output;
    }
    layer_norm(map.permute([0, 2, 3, 1]), weight, bias, epsilon).permute([0, 3, 1, 2])
}
