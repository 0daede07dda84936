use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use firelight_layers::{channel_norm, layer_norm};

/// What keeps a variance of 0 from being divided by; timm's in all networks that have these norms.
const EPSILON: f64 = 1e-6;

/// A layer norm of a map's channels, each position by itself: timm's `LayerNorm2d`.
///
/// `(x - mean) / √(variance + ε) · weight + bias`, with mean and variance over the channels (Ba and others,
/// <https://arxiv.org/abs/1607.06450>).
#[derive(Module, Debug)]
pub struct LayerNorm2d {
    weight: Param<Tensor<1>>,
    bias: Param<Tensor<1>>,
}

impl LayerNorm2d {
    /// Of weights 1 and biases 0.
    pub(crate) fn new(channels: usize, device: &Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::ones([channels], device)),
            bias: Param::from_tensor(Tensor::zeros([channels], device)),
        }
    }

    /// `[n, tokens, channels]` to the same shape: each token by itself.
    pub(crate) fn tokens(&self, tokens: Tensor<3>) -> Tensor<3> {
        layer_norm(tokens, self.weight.val(), self.bias.val(), EPSILON)
    }

    /// `[n, channels, h, w]` to the same shape.
    pub fn forward(&self, map: Tensor<4>) -> Tensor<4> {
        channel_norm(map, self.weight.val(), self.bias.val(), EPSILON)
    }
}
