use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, attend, linear as applied};

use crate::fresh_layers::linear;
use crate::layer_norm::LayerNorm2d;
use crate::{Fresh, Paths};

/// Attention and two layers, each after a layer norm and beside a shortcut.
#[derive(Module, Debug)]
pub struct ViTBlock {
    norm1: LayerNorm2d,
    qkv: Linear,
    proj: Linear,
    scale1: Option<Param<Tensor<1>>>,
    norm2: LayerNorm2d,
    fc1: Linear,
    fc2: Linear,
    scale2: Option<Param<Tensor<1>>>,
    heads: usize,
}

impl ViTBlock {
    /// `scale` is what the outputs of both parts are multiplied with at first, channel by channel, if they are (`LayerScale`).
    pub(super) fn new(width: usize, heads: usize, scale: Option<f64>, fresh: &mut Fresh, device: &Device) -> Self {
        let scaled = || scale.map(|scale| Param::from_tensor(Tensor::full([width], scale, device)));
        let mut linear = |inputs, outputs| linear([inputs, outputs], fresh, device);
        Self {
            norm1: LayerNorm2d::new(width, device),
            qkv: linear(width, 3 * width),
            proj: linear(width, width),
            scale1: scaled(),
            norm2: LayerNorm2d::new(width, device),
            fc1: linear(width, 4 * width),
            fc2: linear(4 * width, width),
            scale2: scaled(),
            heads,
        }
    }

    /// `[n, tokens, width]` to the same shape.
    pub(super) fn forward(&self, x: Tensor<3>, paths: &mut Paths<'_>) -> Tensor<3> {
        let mut path = || paths.next_branch(&x, self.proj.weight.is_require_grad());
        let (attention, layers) = (path(), path());
        let seen = scaled(self.attend(self.norm1.tokens(x.clone())), self.scale1.as_ref());
        let x = x + attention.of(seen);
        let inner = Activation::Gelu.apply(applied(&self.fc1, self.norm2.tokens(x.clone())));
        let thought = scaled(applied(&self.fc2, inner), self.scale2.as_ref());
        x + layers.of(thought)
    }

    fn attend(&self, x: Tensor<3>) -> Tensor<3> {
        applied(&self.proj, attend(applied(&self.qkv, x), self.heads))
    }
}

fn scaled(x: Tensor<3>, scale: Option<&Param<Tensor<1>>>) -> Tensor<3> {
    match scale {
        Some(scale) => {
            let [width] = scale.dims();
            let scale = scale.val().cast(x.dtype()).reshape([1, 1, width]);
            x * scale
        }
        None => x,
    }
}
