use burn::tensor::Tensor;
use burn::tensor::ops::MaxPoolOptions;

/// The max pool that `burn::tensor::module::max_pool2d` computes.
///
/// `input` is `[batch, channels, height, width]`. Windows with dilation, uneven padding or `ceil_mode` are burn's own.
///
/// # Panics
///
/// Where burn's operation panics: if the options do not fit the input.
///
/// # Example
///
/// ```
/// use burn::tensor::ops::MaxPoolOptions;
/// use burn::tensor::{Device, Tensor};
///
/// let input = Tensor::zeros([1, 2, 8, 8], &Device::flex());
/// let options = MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]);
/// assert_eq!(firelight_layers::max_pool2d(input, options).dims(), [1, 2, 4, 4]);
/// ```
pub fn max_pool2d(input: Tensor<4>, options: MaxPoolOptions<2>) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(output) = crate::flex::max_pool2d(&input, &options) {
        return output;
    }
    burn::tensor::module::max_pool2d(input, options)
}
