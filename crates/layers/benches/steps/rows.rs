use burn::module::Module;
use burn::nn::BatchNormConfig;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use firelight_layers::{Activation, conv2d, max_pool2d, normalize};

use crate::network::{EfficientNet, Kernels, ResNet};
use crate::optimizers;

/// A row's work, ready to be timed.
type Work = Box<dyn FnMut()>;

/// All rows; a convolution is `conv-PASS-INPUTS-OUTPUTS-KERNEL-STRIDE-SIZE`, of 8 pictures.
pub const NAMES: &[&str] = &[
    "sgd-8-128",
    "sgd-8-224",
    "adam-16-224",
    "inference-8-224",
    "lite0-inference-8-224",
    "conv-forward-3-64-7-2-224",
    "conv-forward-64-64-3-1-56",
    "conv-forward-64-128-3-2-56",
    "conv-forward-64-128-1-2-56",
    "conv-forward-128-128-3-1-28",
    "conv-forward-256-256-3-1-14",
    "conv-forward-512-512-3-1-7",
    "conv-forward-256-64-1-1-56",
    "conv-backward-3-64-7-2-224",
    "conv-backward-64-64-3-1-56",
    "conv-backward-64-128-3-2-56",
    "conv-backward-64-128-1-2-56",
    "conv-backward-128-128-3-1-28",
    "conv-backward-256-256-3-1-14",
    "conv-backward-512-512-3-1-7",
    "conv-backward-256-64-1-1-56",
    "depthwise-forward-144-5-2-56",
    "depthwise-backward-144-5-2-56",
    "norm-relu-forward",
    "norm-relu-backward",
    "pool-forward",
    "pool-backward",
    "adam-update",
];

pub fn row(name: &str, kernels: Kernels) -> Option<Work> {
    let parts: Vec<&str> = name.split('-').collect();
    let number = |index: usize| parts.get(index).and_then(|part| part.parse().ok());
    Some(match parts[..] {
        ["sgd" | "adam", batch, size] => train(batch.parse().ok()?, size.parse().ok()?, parts[0] == "adam", kernels),
        ["inference", batch, size] => infer(batch.parse().ok()?, size.parse().ok()?, kernels),
        ["lite0", "inference", batch, size] => infer_lite0(batch.parse().ok()?, size.parse().ok()?, kernels),
        ["conv", pass, ..] => {
            let shape = [number(2)?, number(3)?, number(4)?, number(5)?, number(6)?];
            convolution(pass == "backward", shape, 1, kernels)
        }
        ["depthwise", pass, ..] => {
            let shape = [number(2)?, number(2)?, number(3)?, number(4)?, number(5)?];
            convolution(pass == "backward", shape, number(2)?, kernels)
        }
        ["norm", "relu", pass] => norm(pass == "backward", kernels),
        ["pool", pass] => pool(pass == "backward", kernels),
        ["adam", "update"] => update(kernels),
        _ => return None,
    })
}

fn noise<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn train(batch: usize, size: usize, adam: bool, kernels: Kernels) -> Work {
    let device = Device::flex().autodiff();
    let mut optimizer = match (adam, kernels) {
        (false, Kernels::Ours) => ModuleOptimizer::from(optimizers::Sgd),
        (true, Kernels::Ours) => ModuleOptimizer::from(optimizers::Adam),
        (false, Kernels::Burn) => SgdConfig::new().init(),
        (true, Kernels::Burn) => AdamConfig::new().init(),
    };
    let mut network = Some(ResNet::new(&device));
    let pictures = noise([batch, 3, size, size], &device);
    let labels: Vec<i32> = (0..batch as i32).map(|index| index % 10).collect();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [batch]), &device);
    let loss = CrossEntropyLossConfig::new().init(&device);
    Box::new(move || {
        let Some(model) = network.take() else { return };
        let value = loss.forward(model.forward(pictures.clone(), kernels), labels.clone());
        let gradients = GradientsParams::from_grads(value.backward(), &model);
        network = Some(optimizer.step(1e-3, model, gradients));
    })
}

fn infer(batch: usize, size: usize, kernels: Kernels) -> Work {
    let network = ResNet::new(&Device::flex().autodiff()).valid();
    let pictures = noise([batch, 3, size, size], &Device::flex());
    Box::new(move || drop(network.forward(pictures.clone(), kernels)))
}

fn infer_lite0(batch: usize, size: usize, kernels: Kernels) -> Work {
    let network = EfficientNet::new(&Device::flex().autodiff()).valid();
    let pictures = noise([batch, 3, size, size], &Device::flex());
    Box::new(move || drop(network.forward(pictures.clone(), kernels)))
}

fn convolution(backward: bool, shape: [usize; 5], groups: usize, kernels: Kernels) -> Work {
    let [inputs, outputs, kernel, stride, size] = shape;
    let options = ConvOptions::new([stride; 2], [kernel / 2; 2], [1, 1], groups);
    let run = move |input: Tensor<4>, weight: Tensor<4>| match kernels {
        Kernels::Ours => conv2d(input, weight, None, options.clone(), Activation::Identity),
        Kernels::Burn => burn::tensor::module::conv2d(input, weight, None, options.clone()),
    };
    let device = if backward { Device::flex().autodiff() } else { Device::flex() };
    let (input, weight) =
        (noise([8, inputs, size, size], &device), noise([outputs, inputs / groups, kernel, kernel], &device));
    if !backward {
        return Box::new(move || drop(run(input.clone(), weight.clone())));
    }
    // The first layer's input is data, which asks for no gradient.
    let (input, weight) = (if inputs > 3 { input.require_grad() } else { input }, weight.require_grad());
    Box::new(move || drop(run(input.clone(), weight.clone()).sum().backward()))
}

fn norm(backward: bool, kernels: Kernels) -> Work {
    let device = Device::flex().autodiff();
    let layer = BatchNormConfig::new(64).init(&device);
    let input = noise([8, 64, 56, 56], &device);
    let input = if backward { input.require_grad() } else { input };
    let layer = if backward { layer } else { layer.no_grad() };
    Box::new(move || {
        let output = match kernels {
            Kernels::Ours => normalize(&layer, input.clone(), None, Activation::Relu),
            Kernels::Burn => burn::tensor::activation::relu(layer.forward(input.clone())),
        };
        if backward {
            drop(output.sum().backward());
        }
    })
}

fn pool(backward: bool, kernels: Kernels) -> Work {
    let device = if backward { Device::flex().autodiff() } else { Device::flex() };
    let input = noise([8, 64, 112, 112], &device);
    let input = if backward { input.require_grad() } else { input };
    let options = MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]);
    Box::new(move || {
        let output = match kernels {
            Kernels::Ours => max_pool2d(input.clone(), options.clone()),
            Kernels::Burn => burn::tensor::module::max_pool2d(input.clone(), options.clone()),
        };
        if backward {
            drop(output.sum().backward());
        }
    })
}

fn update(kernels: Kernels) -> Work {
    let device = Device::flex().autodiff();
    let mut network = Some(ResNet::new(&device));
    let mut optimizer = match kernels {
        Kernels::Ours => ModuleOptimizer::from(optimizers::Adam),
        Kernels::Burn => AdamConfig::new().init(),
    };
    let made: Vec<_> =
        network.iter().flat_map(shapes).map(|(id, shape)| (id, noise::<4>(shape, &Device::flex()))).collect();
    Box::new(move || {
        let Some(model) = network.take() else { return };
        let mut gradients = GradientsParams::new();
        for (id, gradient) in &made {
            gradients.register::<4>(*id, gradient.clone());
        }
        network = Some(optimizer.step(1e-3, model, gradients));
    })
}

/// The convolution weights of a network.
fn shapes(model: &ResNet) -> Vec<(burn::module::ParamId, [usize; 4])> {
    struct Shapes(Vec<(burn::module::ParamId, [usize; 4])>);
    impl burn::module::ModuleVisitor for Shapes {
        fn visit_float<const D: usize>(&mut self, parameter: &burn::module::Param<Tensor<D>>) {
            if let Ok(shape) = <[usize; 4]>::try_from(parameter.val().dims().as_slice()) {
                self.0.push((parameter.id, shape));
            }
        }
    }
    let mut shapes = Shapes(Vec::new());
    model.visit(&mut shapes);
    shapes.0
}
