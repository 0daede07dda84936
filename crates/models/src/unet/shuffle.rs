use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, convolve};

use super::decoder::{biased, fan_in};
use crate::Fresh;

/// Twice the sides: a 1×1 convolution makes four channels for each, `ReLU`, and each four become a square of 2×2 pixels (Shi and others,
/// *sub-pixel convolution*, <https://arxiv.org/abs/1609.05158>).
///
/// The four begin alike, so that a new layer enlarges without a checkerboard (Aitken and others, *ICNR*,
/// <https://arxiv.org/abs/1707.02937>).
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Fresh, Upsampling};
///
/// let device = Device::flex();
/// let twice = Upsampling::new([16, 8], &mut Fresh::seeded(42), &device);
/// assert_eq!(twice.forward(Tensor::zeros([1, 16, 5, 7], &device)).dims(), [1, 8, 10, 14]);
/// ```
#[derive(Module, Debug)]
pub struct Upsampling {
    conv: Conv2d,
}

impl Upsampling {
    /// From `inputs` channels to `outputs`.
    pub fn new([inputs, outputs]: [usize; 2], fresh: &mut Fresh, device: &Device) -> Self {
        let mut conv = biased([inputs, 4 * outputs], 1, device);
        conv.weight = fresh.normal_alike([4 * outputs, inputs, 1, 1], 4, fan_in(inputs, 1), device);
        Self { conv }
    }

    /// `[n, inputs, h, w]` to `[n, outputs, 2h, 2w]`, none of it negative.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let squares = convolve(&self.conv, x, Activation::Relu);
        let [batch, channels, height, width] = squares.dims();
        let outputs = channels / 4;
        let apart: Tensor<6> = squares.reshape([batch, outputs, 2, 2, height, width]);
        apart.permute([0, 1, 4, 2, 5, 3]).reshape([batch, outputs, 2 * height, 2 * width])
    }
}

/// The map at another size, each pixel the one at its place: pixel `i` of `to` is number `⌊i · from / to⌋`, torch's `nearest`.
pub(super) fn resized(map: Tensor<4>, size: [usize; 2]) -> Tensor<4> {
    let [_, _, height, width] = map.dims();
    if [height, width] == size {
        return map;
    }
    interpolate(map, InterpolateOptions::new(InterpolateMode::Nearest).with_output_size(size))
}
