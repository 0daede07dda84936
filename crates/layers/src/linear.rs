use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::module::linear as by_burn;

/// The output of a linear layer: `layer.forward(x)`, faster on flex.
///
/// `x` is `[…, inputs]` and the output `[…, outputs]`. An input in half precision meets weights of that precision, made from the
/// layer's; its gradients reach them.
///
/// # Panics
///
/// Where burn's layer panics: if shapes or devices do not fit.
///
/// # Example
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::linear;
///
/// let device = Device::flex();
/// let layer = LinearConfig::new(8, 3).init(&device);
/// assert_eq!(linear(&layer, Tensor::<3>::zeros([2, 5, 8], &device)).dims(), [2, 5, 3]);
/// ```
pub fn linear<const D: usize>(layer: &Linear, x: Tensor<D>) -> Tensor<D> {
    let weight = layer.weight.val().cast(x.dtype());
    let bias = layer.bias.as_ref().map(|bias| bias.val().cast(x.dtype()));
    #[cfg(feature = "flex")]
    if let Some(bias) = &bias {
        let (mut shape, [inputs, outputs]) = (x.dims(), weight.dims());
        let rows = shape.iter().product::<usize>() / shape[D - 1].max(1);
        if shape[D - 1] == inputs
            && let Some(output) = crate::flex::linear(&x.clone().reshape([rows, inputs]), &weight, bias)
        {
            shape[D - 1] = outputs;
            return output.reshape(shape);
        }
    }
    by_burn(x, weight, bias)
}
