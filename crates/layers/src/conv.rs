use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::ops::ConvOptions;

use crate::{Activation, add};

/// The output of a convolution layer with an activation: `layer.forward(input)`, faster on flex.
///
/// `input` is `[batch, inputs, height, width]`; the output has the layer's channels and the size that burn's layer gives.
/// An input in half precision is convolved with weights of that precision, made from the layer's; its gradients reach them.
///
/// # Panics
///
/// Where burn's layer panics: if shapes or devices do not fit.
///
/// # Example
///
/// ```
/// use burn::nn::conv::Conv2dConfig;
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::{Activation, convolve};
///
/// let device = Device::flex();
/// let layer = Conv2dConfig::new([3, 8], [3, 3]).init(&device);
/// let output = convolve(&layer, Tensor::zeros([1, 3, 10, 10], &device), Activation::Relu);
/// assert_eq!(output.dims(), [1, 8, 8, 8]);
/// ```
pub fn convolve(layer: &Conv2d, input: Tensor<4>, activation: Activation) -> Tensor<4> {
    let options = options(layer, &input);
    // Where the precision is the same already, a cast is no operation.
    let weight = layer.weight.val().cast(input.dtype());
    let bias = layer.bias.as_ref().map(|bias| bias.val().cast(input.dtype()));
    conv2d(input, weight, bias, options, activation)
}

/// The same with a shortcut, which comes before the activation: `activation(layer.forward(input) + shortcut)`. In one pass on flex where no
/// gradient is asked for.
///
/// # Panics
///
/// Where burn's layer or addition panics: if shapes or devices do not fit.
///
/// # Example
///
/// ```
/// use burn::nn::conv::Conv2dConfig;
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::{Activation, convolve_and_add};
///
/// let device = Device::flex();
/// let layer = Conv2dConfig::new([3, 8], [1, 1]).init(&device);
/// let (x, shortcut) = (Tensor::zeros([1, 3, 10, 10], &device), Tensor::ones([1, 8, 10, 10], &device));
/// assert_eq!(convolve_and_add(&layer, x, shortcut, Activation::Relu).dims(), [1, 8, 10, 10]);
/// ```
pub fn convolve_and_add(layer: &Conv2d, input: Tensor<4>, shortcut: Tensor<4>, activation: Activation) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(output) = at_once(layer, &input, Some(&shortcut), activation, None) {
        return output;
    }
    add(convolve(layer, input, Activation::Identity), shortcut, activation)
}

/// The same, with a shortcut or without, of a layer whose weights stay as they are: what a kernel makes of them first is made once, and kept. For
/// inference; where gradients are asked for it is [`convolve`] or [`convolve_and_add`].
///
/// A layer that gets other weights after all is convolved with those.
///
/// # Panics
///
/// Where burn's layer or addition panics: if shapes or devices do not fit.
///
/// # Example
///
/// ```
/// use burn::nn::conv::Conv2dConfig;
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::{Activation, Kept, convolve_kept};
///
/// let device = Device::flex();
/// let layer = Conv2dConfig::new([16, 16], [3, 3]).init(&device);
/// let kept = Kept::default();
/// for _ in 0..2 {
///     let output = convolve_kept(&layer, &kept, Tensor::zeros([1, 16, 10, 10], &device), None, Activation::Relu);
///     assert_eq!(output.dims(), [1, 16, 8, 8]);
/// }
/// ```
pub fn convolve_kept(
    layer: &Conv2d,
    kept: &Kept,
    input: Tensor<4>,
    shortcut: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(output) = at_once(layer, &input, shortcut.as_ref(), activation, Some(kept)) {
        return output;
    }
    let _ = kept;
    match shortcut {
        Some(shortcut) => convolve_and_add(layer, input, shortcut, activation),
        None => convolve(layer, input, activation),
    }
}

/// What [`convolve_kept`] keeps of a layer's weights on flex: some 1.8 times as much as they are, of convolutions of 3×3. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    #[cfg(feature = "flex")]
    weights: crate::flex::KeptWeights,
}

/// In one pass on flex where no gradient is asked for.
#[cfg(feature = "flex")]
fn at_once(
    layer: &Conv2d,
    input: &Tensor<4>,
    shortcut: Option<&Tensor<4>>,
    activation: Activation,
    kept: Option<&Kept>,
) -> Option<Tensor<4>> {
    let options = options(layer, input);
    let (weight, bias) = (layer.weight.val(), layer.bias.as_ref().map(Param::val));
    let kept = kept.map(|kept| &kept.weights);
    activation
        .fused(|clamp| crate::flex::conv2d_and_add(input, &weight, bias.as_ref(), &options, shortcut, clamp, kept))
}

/// The layer's settings for an input, with padding before and after rows and columns as burn's layer works it out.
fn options(layer: &Conv2d, input: &Tensor<4>) -> ConvOptions<2> {
    let [_, _, height, width] = input.dims();
    let size = [height, width];
    let padding = match layer.padding {
        PaddingConfig2d::Valid => [(0, 0); 2],
        PaddingConfig2d::Explicit(top, left, bottom, right) => [(top, bottom), (left, right)],
        PaddingConfig2d::Same => [0, 1].map(|axis| {
            let stride = layer.stride[axis];
            let reach = size[axis].div_ceil(stride).saturating_sub(1) * stride + layer.kernel_size[axis];
            let total = reach.saturating_sub(size[axis]);
            (total / 2, total - total / 2)
        }),
    };
    ConvOptions::new_with_padding(layer.stride, padding, layer.dilation, layer.groups)
}

/// The convolution that `burn::tensor::module::conv2d` computes, and an activation.
///
/// | argument | shape |
/// |---|---|
/// | `input` | `[batch, inputs, height, width]` |
/// | `weight` | `[outputs, inputs / groups, rows, columns]` |
/// | `bias` | `[outputs]` |
///
/// ```
/// use burn::tensor::ops::ConvOptions;
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::{Activation, conv2d};
///
/// let device = Device::flex();
/// let (x, weight) = (Tensor::ones([1, 3, 8, 8], &device), Tensor::ones([4, 3, 3, 3], &device));
/// let output = conv2d(x, weight, None, ConvOptions::new([2, 2], [1, 1], [1, 1], 1), Activation::Relu6);
/// assert_eq!(output.dims(), [1, 4, 4, 4]);
/// ```
///
/// # Panics
///
/// Where burn's operation panics: if shapes or devices do not fit.
pub fn conv2d(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvOptions<2>,
    activation: Activation,
) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(output) = activation.fused(|clamp| crate::flex::conv2d(&input, &weight, bias.as_ref(), &options, clamp))
    {
        return output;
    }
    activation.apply(burn::tensor::module::conv2d(input, weight, bias, options))
}
