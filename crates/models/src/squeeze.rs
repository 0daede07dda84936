use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::activation::{hard_sigmoid, sigmoid};
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, convolve, scale_channels};

use crate::Fresh;
use crate::fresh_layers::pointwise;

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
        let factors = if self.hard { hard_sigmoid(numbers, 1.0 / 6.0, 0.5) } else { sigmoid(numbers) };
        scale_channels(map, factors)
    }
}
