use burn::module::Module;
use burn::nn::Initializer;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::activation::{hard_sigmoid, sigmoid};
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, convolve};

use crate::Fresh;

/// Squeeze and excitation (Hu and others, <https://arxiv.org/abs/1709.01507>): each channel times a number from 0 to 1 that two small layers
/// make of the means of all channels.
///
/// Its layers are 1×1 convolutions, as in the published files.
#[derive(Module, Debug)]
pub struct SqueezeExcite {
    reduce: Conv2d,
    expand: Conv2d,
    hard: bool,
    #[module(skip)]
    inner: Inner,
}

/// The activation between the two layers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inner {
    Relu,
    Silu,
}

impl SqueezeExcite {
    /// For maps of `channels`, with `reduced` numbers between the layers; `hard` makes the last a hard sigmoid.
    pub(crate) fn new(
        [channels, reduced]: [usize; 2],
        inner: Inner,
        hard: bool,
        fresh: &mut Fresh,
        device: &Device,
    ) -> Self {
        Self {
            reduce: pointwise([channels, reduced], fresh, device),
            expand: pointwise([reduced, channels], fresh, device),
            hard,
            inner,
        }
    }

    /// A map `[n, channels, h, w]` to one of the same shape.
    pub fn forward(&self, map: Tensor<4>) -> Tensor<4> {
        let means = map.clone().mean_dim(3).mean_dim(2);
        let inner = match self.inner {
            Inner::Relu => Activation::Relu,
            Inner::Silu => Activation::Silu,
        };
        let numbers = convolve(&self.expand, convolve(&self.reduce, means, inner), Activation::Identity);
        map * if self.hard { hard_sigmoid(numbers, 1.0 / 6.0, 0.5) } else { sigmoid(numbers) }
    }
}

/// A 1×1 convolution with biases of 0 and weights of fan out.
pub(crate) fn pointwise(channels: [usize; 2], fresh: &mut Fresh, device: &Device) -> Conv2d {
    biased(channels, [1, 1], 1, fresh, device)
}

/// A convolution with biases of 0 and normal weights of a deviation `√(2 / fan out)`, without padding; its stride is the kernel's side where that is even.
pub(crate) fn biased(
    [inputs, outputs]: [usize; 2],
    kernel: [usize; 2],
    groups: usize,
    fresh: &mut Fresh,
    device: &Device,
) -> Conv2d {
    let fan_out = kernel[0] * kernel[1] * outputs / groups;
    let mut conv = Conv2dConfig::new([inputs, outputs], kernel)
        .with_groups(groups)
        .with_initializer(Initializer::Zeros)
        .init(device);
    conv.weight = fresh.normal([outputs, inputs / groups, kernel[0], kernel[1]], (2.0 / fan_out as f64).sqrt(), device);
    conv
}
