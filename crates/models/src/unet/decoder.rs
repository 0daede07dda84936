use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, PaddingConfig2d};
use burn::tensor::{Device, FloatDType, Tensor};
use firelight_layers::{Activation, add, convolve, normalize};

use super::shuffle::resized;
use super::{UNetBlock, UNetConfig, Upsampling};
use crate::Fresh;

/// What makes a map of the pictures' size of the body's maps; made by [`UNetConfig::decoder`].
///
/// The coarsest map goes through batch norm, `ReLU` and two 3×3 convolutions, the first to twice the channels. One [`UNetBlock`] for each
/// finer map leads up to half the pictures' sides, an [`Upsampling`] to the whole. The pictures join, two 3×3 convolutions beside a
/// shortcut follow, and a 1×1 convolution makes the classes.
#[derive(Module, Debug)]
pub struct Decoder {
    norm: BatchNorm,
    widen: Conv2d,
    narrow: Conv2d,
    blocks: Vec<UNetBlock>,
    up: Upsampling,
    cross1: Option<Conv2d>,
    cross2: Option<Conv2d>,
    classes: Conv2d,
}

impl Decoder {
    pub(super) fn new(config: &UNetConfig, fresh: &mut Fresh, device: &Device) -> Self {
        let [features, last, end] = [config.features(), config.last(), config.end()];
        let cross = |fresh: &mut Fresh| config.last_cross().then(|| kaiming([end, end], 3, fresh, device));
        Self {
            norm: norm(features, device),
            widen: kaiming([features, 2 * features], 3, fresh, device),
            narrow: kaiming([2 * features, features], 3, fresh, device),
            blocks: config.blocks().into_iter().map(|widths| UNetBlock::new(widths, fresh, device)).collect(),
            up: Upsampling::new([last, last], fresh, device),
            cross1: cross(fresh),
            cross2: cross(fresh),
            classes: classes([end, config.classes()], fresh, device),
        }
    }

    /// The body's maps, finest first, and the pictures `[n, channels, h, w]` to `[n, classes, h, w]`, in `f32` also of maps in half
    /// precision.
    ///
    /// # Panics
    ///
    /// If the maps are not those of the body's architecture.
    pub fn forward(&self, mut stages: Vec<Tensor<4>>, pictures: Tensor<4>) -> Tensor<4> {
        assert_eq!(stages.len(), self.blocks.len() + 1, "a decoder takes the maps of all resolutions of its body");
        let coarsest = stages.swap_remove(self.blocks.len());
        let x = normalize(&self.norm, coarsest, None, Activation::Relu);
        let x = convolve(&self.widen, x, Activation::Relu);
        let x = convolve(&self.narrow, x, Activation::Relu);
        // From coarse to fine: each map is dropped when its block is done with it.
        let x = self.blocks.iter().zip(stages.into_iter().rev()).fold(x, |x, (block, skip)| block.forward(x, skip));

        let [_, _, height, width] = pictures.dims();
        let x = resized(self.up.forward(x), [height, width]);
        let x = match (&self.cross1, &self.cross2) {
            (Some(first), Some(second)) => {
                let x = Tensor::cat(vec![x, pictures], 1);
                let inner = convolve(second, convolve(first, x.clone(), Activation::Relu), Activation::Identity);
                add(inner, x, Activation::Relu)
            }
            _ => x,
        };
        convolve(&self.classes, x.cast(FloatDType::F32), Activation::Identity)
    }
}

/// fastai's `BatchNorm`: scale 1, shift 0.001.
pub(super) fn norm(channels: usize, device: &Device) -> BatchNorm {
    let mut norm = BatchNormConfig::new(channels).init(device);
    norm.beta = Initializer::Constant { value: 1e-3 }.init([channels], device);
    norm
}

/// A convolution with biases that keeps the size; all of it 0.
pub(super) fn biased(channels: [usize; 2], kernel: usize, device: &Device) -> Conv2d {
    let half = kernel / 2;
    Conv2dConfig::new(channels, [kernel; 2])
        .with_padding(PaddingConfig2d::Explicit(half, half, half, half))
        .with_initializer(Initializer::Zeros)
        .init(device)
}

/// The standard deviation `√(2 / fan in)` (He and others, 2015).
pub(super) fn fan_in(inputs: usize, kernel: usize) -> f64 {
    (2.0 / (inputs * kernel * kernel) as f64).sqrt()
}

/// A convolution whose weights are Kaiming normal and whose biases are 0.
pub(super) fn kaiming(channels: [usize; 2], kernel: usize, fresh: &mut Fresh, device: &Device) -> Conv2d {
    let mut conv = biased(channels, kernel, device);
    let [inputs, outputs] = channels;
    conv.weight = fresh.normal([outputs, inputs, kernel, kernel], fan_in(inputs, kernel), device);
    conv
}

/// The last convolution: torch's default weights, even within `±1 / √inputs`, and fastai's biases, normal with a deviation of 0.01.
fn classes(channels: [usize; 2], fresh: &mut Fresh, device: &Device) -> Conv2d {
    let mut conv = biased(channels, 1, device);
    let [inputs, outputs] = channels;
    conv.weight = fresh.uniform([outputs, inputs, 1, 1], 1.0 / (inputs as f64).sqrt(), device);
    conv.bias = Some(fresh.normal([outputs], 0.01, device));
    conv
}
