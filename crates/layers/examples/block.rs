//! A residual block on the faster layers, trained for a few steps in a loop by hand.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Distribution, Tensor};
use firelight_layers::{Activation, convolve, normalize, on_workers};

// ANCHOR: block
#[derive(Module, Debug)]
struct Block {
    conv: Conv2d,
    norm: BatchNorm,
}

impl Block {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        // relu(self.norm.forward(self.conv.forward(x.clone())) + x), in two passes over memory
        let y = convolve(&self.conv, x.clone(), Activation::Identity);
        normalize(&self.norm, y, Some(x), Activation::Relu)
    }
}
// ANCHOR_END: block

fn main() {
    let device = Device::flex().autodiff();
    let conv = Conv2dConfig::new([16, 16], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(&device);
    let mut model = Block { conv, norm: BatchNormConfig::new(16).init(&device) };
    let x = Tensor::<4>::random([8, 16, 32, 32], Distribution::Normal(0.0, 1.0), &device);
    let mut optimizer = SgdConfig::new().init();
    for step in 0..5 {
        // ANCHOR: step
        let (loss, gradients) = on_workers(&device, || {
            let loss = model.forward(x.clone()).powi_scalar(2).mean();
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            let _ = model.valid(); // running statistics belong to their thread until a copy asks for them
            (loss, gradients)
        });
        model = on_workers(&device, || optimizer.step(0.05, model, gradients));
        // ANCHOR_END: step
        println!("step {step}: {:.4}", loss.into_scalar::<f32>());
    }
}
