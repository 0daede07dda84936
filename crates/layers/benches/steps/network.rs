use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, convolve, max_pool2d, normalize};

/// Whose kernels run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernels {
    Ours,
    Burn,
}

#[derive(Module, Debug)]
pub struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    pub fn new([inputs, outputs]: [usize; 2], kernel: usize, stride: usize, groups: usize, device: &Device) -> Self {
        let half = kernel / 2;
        Self {
            conv: Conv2dConfig::new([inputs, outputs], [kernel; 2])
                .with_stride([stride; 2])
                .with_groups(groups)
                .with_padding(PaddingConfig2d::Explicit(half, half, half, half))
                .with_bias(false)
                .init(device),
            norm: BatchNormConfig::new(outputs).init(device),
        }
    }

    pub fn forward(
        &self,
        input: Tensor<4>,
        shortcut: Option<Tensor<4>>,
        activation: Activation,
        kernels: Kernels,
    ) -> Tensor<4> {
        if kernels == Kernels::Ours {
            return normalize(&self.norm, convolve(&self.conv, input, Activation::Identity), shortcut, activation);
        }
        let output = self.norm.forward(self.conv.forward(input));
        let output = if let Some(shortcut) = shortcut { output + shortcut } else { output };
        match activation {
            Activation::Identity => output,
            Activation::Relu => burn::tensor::activation::relu(output),
            Activation::Relu6 => output.clamp(0.0, 6.0),
            smooth => smooth.apply(output),
        }
    }
}

#[derive(Module, Debug)]
pub struct Residual {
    conv1: ConvNorm,
    conv2: ConvNorm,
    downsample: Option<ConvNorm>,
}

/// `ResNet`-18 with ten classes.
#[derive(Module, Debug)]
pub struct ResNet {
    conv1: ConvNorm,
    blocks: Vec<Residual>,
    head: Linear,
}

impl ResNet {
    pub fn new(device: &Device) -> Self {
        let mut inputs = 64;
        let blocks = (0..8)
            .map(|index| {
                let outputs = 64 << (index / 2);
                let stride = if index % 2 == 0 && index > 0 { 2 } else { 1 };
                let block = Residual {
                    conv1: ConvNorm::new([inputs, outputs], 3, stride, 1, device),
                    conv2: ConvNorm::new([outputs, outputs], 3, 1, 1, device),
                    downsample: (stride > 1).then(|| ConvNorm::new([inputs, outputs], 1, stride, 1, device)),
                };
                inputs = outputs;
                block
            })
            .collect();
        Self { conv1: ConvNorm::new([3, 64], 7, 2, 1, device), blocks, head: LinearConfig::new(512, 10).init(device) }
    }

    pub fn forward(&self, pictures: Tensor<4>, kernels: Kernels) -> Tensor<2> {
        let x = self.conv1.forward(pictures, None, Activation::Relu, kernels);
        let options = MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]);
        let mut x = if kernels == Kernels::Ours {
            max_pool2d(x, options)
        } else {
            burn::tensor::module::max_pool2d(x, options)
        };
        for block in &self.blocks {
            let inner = block.conv1.forward(x.clone(), None, Activation::Relu, kernels);
            let shortcut = match &block.downsample {
                Some(downsample) => downsample.forward(x, None, Activation::Identity, kernels),
                None => x,
            };
            x = block.conv2.forward(inner, Some(shortcut), Activation::Relu, kernels);
        }
        self.head.forward(x.mean_dim(3).mean_dim(2).flatten(1, 3))
    }
}

/// `EfficientNet`-Lite0 with ten classes.
#[derive(Module, Debug)]
pub struct EfficientNet {
    stem: ConvNorm,
    blocks: Vec<Inverted>,
    top: ConvNorm,
    head: Linear,
}

#[derive(Module, Debug)]
pub struct Inverted {
    expand: Option<ConvNorm>,
    depthwise: ConvNorm,
    project: ConvNorm,
}

impl EfficientNet {
    pub fn new(device: &Device) -> Self {
        let groups = [
            (1, 3, 1, 16, 1),
            (6, 3, 2, 24, 2),
            (6, 5, 2, 40, 2),
            (6, 3, 2, 80, 3),
            (6, 5, 1, 112, 3),
            (6, 5, 2, 192, 4),
            (6, 3, 1, 320, 1),
        ];
        let mut inputs = 32;
        let mut blocks = Vec::new();
        for (expansion, kernel, stride, outputs, repeats) in groups {
            for repeat in 0..repeats {
                let middle = inputs * expansion;
                let stride = if repeat == 0 { stride } else { 1 };
                blocks.push(Inverted {
                    expand: (expansion > 1).then(|| ConvNorm::new([inputs, middle], 1, 1, 1, device)),
                    depthwise: ConvNorm::new([middle, middle], kernel, stride, middle, device),
                    project: ConvNorm::new([middle, outputs], 1, 1, 1, device),
                });
                inputs = outputs;
            }
        }
        Self {
            stem: ConvNorm::new([3, 32], 3, 2, 1, device),
            blocks,
            top: ConvNorm::new([320, 1280], 1, 1, 1, device),
            head: LinearConfig::new(1280, 10).init(device),
        }
    }

    pub fn forward(&self, pictures: Tensor<4>, kernels: Kernels) -> Tensor<2> {
        let mut x = self.stem.forward(pictures, None, Activation::Relu6, kernels);
        for block in &self.blocks {
            let inner = match &block.expand {
                Some(expand) => expand.forward(x.clone(), None, Activation::Relu6, kernels),
                None => x.clone(),
            };
            let inner = block.depthwise.forward(inner, None, Activation::Relu6, kernels);
            let same = block.depthwise.stride() == 1 && block.project.outputs() == x.dims()[1];
            x = block.project.forward(inner, same.then_some(x), Activation::Identity, kernels);
        }
        let x = self.top.forward(x, None, Activation::Relu6, kernels);
        self.head.forward(x.mean_dim(3).mean_dim(2).flatten(1, 3))
    }
}

impl ConvNorm {
    fn stride(&self) -> usize {
        self.conv.stride[0]
    }

    fn outputs(&self) -> usize {
        self.conv.weight.dims()[0]
    }
}
