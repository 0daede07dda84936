//! Layers with biases of 0 and normal weights, for bodies without batch norms after them.

use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::Device;

use crate::Fresh;

/// The deviation that weights of transformers, and of networks like them, begin with.
pub(crate) const BEGIN: f64 = 0.02;

/// A 1×1 convolution with biases of 0 and weights of fan out.
pub(crate) fn pointwise(channels: [usize; 2], fresh: &mut Fresh, device: &Device) -> Conv2d {
    let [_, outputs] = channels;
    biased(channels, 1, 1, (2.0 / outputs as f64).sqrt(), fresh, device)
}

/// A convolution of a square kernel with biases of 0 and normal weights of this deviation, without padding.
pub(crate) fn biased(
    [inputs, outputs]: [usize; 2],
    kernel: usize,
    groups: usize,
    deviation: f64,
    fresh: &mut Fresh,
    device: &Device,
) -> Conv2d {
    let mut conv = Conv2dConfig::new([inputs, outputs], [kernel; 2])
        .with_groups(groups)
        .with_initializer(Initializer::Zeros)
        .init(device);
    conv.weight = fresh.normal([outputs, inputs / groups, kernel, kernel], deviation, device);
    conv
}

/// A convolution of patches that do not overlap.
pub(crate) fn patches(channels: [usize; 2], side: usize, fresh: &mut Fresh, device: &Device) -> Conv2d {
    let mut conv = biased(channels, side, 1, BEGIN, fresh, device);
    conv.stride = [side, side];
    conv
}

/// A linear layer.
pub(crate) fn linear([inputs, outputs]: [usize; 2], fresh: &mut Fresh, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(inputs, outputs).with_initializer(Initializer::Zeros).init(device);
    layer.weight = fresh.normal([inputs, outputs], BEGIN, device);
    layer
}
