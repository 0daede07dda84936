use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, convolve, normalize};

use super::config::BlockWidths;
use super::decoder::{kaiming, norm};
use super::shuffle::{Upsampling, resized};
use crate::Fresh;

/// One step of a [`Decoder`](super::Decoder): the coarse map at twice its sides joins the body's map of that resolution, and two 3×3
/// convolutions follow. fastai's `UnetBlock`.
#[derive(Module, Debug)]
pub struct UNetBlock {
    up: Upsampling,
    norm: BatchNorm,
    conv1: Conv2d,
    conv2: Conv2d,
}

impl UNetBlock {
    pub(super) fn new(widths: BlockWidths, fresh: &mut Fresh, device: &Device) -> Self {
        let BlockWidths { coarse, skip, joined, outputs } = widths;
        Self {
            up: Upsampling::new([coarse, coarse / 2], fresh, device),
            norm: norm(skip, device),
            conv1: kaiming([joined, outputs], 3, fresh, device),
            conv2: kaiming([outputs, outputs], 3, fresh, device),
        }
    }

    /// A coarse map `[n, coarse, h', w']` and the body's `[n, skip, h, w]` to `[n, outputs, h, w]`.
    pub fn forward(&self, coarse: Tensor<4>, skip: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = skip.dims();
        let coarse = resized(self.up.forward(coarse), [height, width]);
        // fastai applies ReLU to both together; the coarse map has none to lose by it.
        let skip = normalize(&self.norm, skip, None, Activation::Relu);
        let x = convolve(&self.conv1, Tensor::cat(vec![coarse, skip], 1), Activation::Relu);
        convolve(&self.conv2, x, Activation::Relu)
    }
}
