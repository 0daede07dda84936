use burn::tensor::Tensor;
use burn::tensor::module::layer_norm as by_burn;

/// A layer norm over the last dimension: `(x - mean) / √(variance + epsilon) · weight + bias` of each row (Ba and others,
/// <https://arxiv.org/abs/1607.06450>); `weight` and `bias` are `[channels]`, as many as a row has numbers.
///
/// `PyTorch`'s `layer_norm`. It computes in the precision of the weights, and gives that of the rows. One pass on flex, and one
/// back.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::layer_norm;
///
/// let device = Device::flex();
/// let rows = Tensor::<2>::from_data([[1.0, 3.0], [5.0, 1.0]], &device);
/// let normed = layer_norm(rows, Tensor::ones([2], &device), Tensor::zeros([2], &device), 0.0);
/// assert_eq!(normed.into_data().try_to_vec::<f32>().unwrap(), [-1.0, 1.0, 1.0, -1.0]);
/// ```
///
/// # Panics
///
/// If shapes or devices do not fit.
pub fn layer_norm<const D: usize>(rows: Tensor<D>, weight: Tensor<1>, bias: Tensor<1>, epsilon: f64) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if let Some(output) = crate::flex::layer_norm(&rows, [&weight, &bias], epsilon) {
        return output;
    }
    let narrow = rows.dtype();
    by_burn(rows.cast(weight.dtype()), weight, Some(bias), epsilon).cast(narrow)
}
