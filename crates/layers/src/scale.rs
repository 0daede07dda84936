use burn::tensor::Tensor;

/// Each channel of each picture times a number: `map * factors`, in one pass on flex.
///
/// `map` is `[batch, channels, height, width]` and `factors` `[batch, channels, 1, 1]`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::scale_channels;
///
/// let device = Device::flex();
/// let factors = Tensor::<4>::from_data([[[[2.0]], [[-1.0]]]], &device);
/// let scaled = scale_channels(Tensor::ones([1, 2, 1, 2], &device), factors);
/// assert_eq!(scaled.into_data().try_to_vec::<f32>().unwrap(), [2.0, 2.0, -1.0, -1.0]);
/// ```
///
/// # Panics
///
/// Where burn's product panics: if shapes or devices do not fit.
pub fn scale_channels(map: Tensor<4>, factors: Tensor<4>) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(output) = crate::flex::scale_channels(&map, &factors) {
        return output;
    }
    map * factors
}
