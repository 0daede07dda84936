use burn::module::Module;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, max_pool2d};

use crate::bodies::arch::{Spec, members};
use crate::bodies::body::{Backbone, renamed};
use crate::conv_norm::{ConvNorm, ConvNormConfig};
use crate::{Body, Fresh, Paths, StochasticDepth};

const BASIC: [usize; 5] = [64, 64, 128, 256, 512];
const BOTTLENECK: [usize; 5] = [64, 256, 512, 1024, 2048];

members! {
    ResNet18 = Spec::new("resnet18", &BASIC, 11_176_512, |c, f, d| net(&ResNetConfig::new([2, 2, 2, 2]), c, f, d))
        .published("a1_in1k", 224, Some(71.5), 1.82);
    ResNet34 = Spec::new("resnet34", &BASIC, 21_284_672, |c, f, d| net(&ResNetConfig::new([3, 4, 6, 3]), c, f, d))
        .published("a1_in1k", 224, Some(76.4), 3.67);
    ResNet50 = Spec::new("resnet50", &BOTTLENECK, 23_508_032, |c, f, d| net(&ResNetConfig::deep([3, 4, 6, 3]), c, f, d))
        .published("a1_in1k", 224, Some(80.4), 4.12);
    ResNet101 = Spec::new("resnet101", &BOTTLENECK, 42_500_160, |c, f, d| net(&ResNetConfig::deep([3, 4, 23, 3]), c, f, d))
        .published("a1h_in1k", 224, Some(82.0), 7.84);
    ResNet152 = Spec::new("resnet152", &BOTTLENECK, 58_143_808, |c, f, d| net(&ResNetConfig::deep([3, 8, 36, 3]), c, f, d))
        .published("a1h_in1k", 224, Some(82.8), 11.56);
    ResNet18D = Spec::new("resnet18d", &BASIC, 11_195_744, |c, f, d| net(&ResNetConfig::new([2, 2, 2, 2]).d(), c, f, d))
        .bicubic(0.875)
        .published("ra2_in1k", 224, Some(72.3), 2.06);
    ResNet34D = Spec::new("resnet34d", &BASIC, 21_303_904, |c, f, d| net(&ResNetConfig::new([3, 4, 6, 3]).d(), c, f, d))
        .bicubic(0.875)
        .published("ra2_in1k", 224, Some(77.1), 3.91);
    ResNet26D = Spec::new("resnet26d", &BOTTLENECK, 13_965_408, |c, f, d| net(&ResNetConfig::deep([2, 2, 2, 2]).d(), c, f, d))
        .bicubic(0.875)
        .published("bt_in1k", 224, Some(76.7), 2.60);
    ResNet50D = Spec::new("resnet50d", &BOTTLENECK, 23_527_264, |c, f, d| net(&ResNetConfig::deep([3, 4, 6, 3]).d(), c, f, d))
        .bicubic(0.875)
        .published("ra2_in1k", 224, Some(80.5), 4.35);
    ResNet101D = Spec::new("resnet101d", &BOTTLENECK, 42_519_392, |c, f, d| net(&ResNetConfig::deep([3, 4, 23, 3]).d(), c, f, d))
        .bicubic(0.875).picture(256)
        .published("ra2_in1k", 256, Some(82.3), 10.55);
    WideResNet50 = Spec::new("wide_resnet50_2", &BOTTLENECK, 66_834_240, |c, f, d| net(&ResNetConfig::deep([3, 4, 6, 3]).width(1, 128), c, f, d))
        .bicubic(0.875)
        .published("racm_in1k", 224, Some(81.5), 11.81);
    WideResNet101 = Spec::new("wide_resnet101_2", &BOTTLENECK, 124_837_696, |c, f, d| net(&ResNetConfig::deep([3, 4, 23, 3]).width(1, 128), c, f, d))
        .published("tv_in1k", 224, Some(78.9), 23.18);
    ResNeXt50 = Spec::new("resnext50_32x4d", &BOTTLENECK, 22_979_904, |c, f, d| net(&ResNetConfig::deep([3, 4, 6, 3]).width(32, 4), c, f, d))
        .bicubic(0.875)
        .published("a1h_in1k", 224, Some(81.1), 4.25);
    ResNeXt101 = Spec::new("resnext101_32x8d", &BOTTLENECK, 86_742_336, |c, f, d| net(&ResNetConfig::deep([3, 4, 23, 3]).width(32, 8), c, f, d))
        .published("tv_in1k", 224, Some(79.3), 16.73);
}

fn net(config: &ResNetConfig, channels: usize, fresh: &mut Fresh, device: &Device) -> Body {
    Body::ResNet(config.init(channels, fresh, device))
}

/// What a [`ResNet`] is made from.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | `blocks` | – | residual blocks of each of the four layers |
/// | `bottleneck` | `new`: false, `deep`: true | blocks of 1×1, 3×3 and 1×1 that give four times the channels, not of two 3×3 |
/// | `width` | 1, 64 | groups of the 3×3 convolutions, and channels of each for 64 of a plain net (`ResNeXt`: 32, 4; Wide `ResNet`: 1, 128) |
/// | `d` | false | a stem of three 3×3 convolutions, and average pools before the shortcuts' convolutions ("Bag of tricks", <https://arxiv.org/abs/1812.01187>) |
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Backbone, Fresh, ResNetConfig};
///
/// let device = Device::flex();
/// let net = ResNetConfig::new([1, 1, 1, 1]).init(3, &mut Fresh::seeded(42), &device);
/// assert_eq!(net.forward(Tensor::zeros([1, 3, 64, 64], &device)).dims(), [1, 512, 2, 2]);
/// ```
#[derive(Debug, Clone)]
pub struct ResNetConfig {
    blocks: [usize; 4],
    bottleneck: bool,
    groups: usize,
    base: usize,
    d: bool,
}

impl ResNetConfig {
    /// Blocks of two convolutions.
    pub fn new(blocks: [usize; 4]) -> Self {
        Self { blocks, bottleneck: false, groups: 1, base: 64, d: false }
    }

    /// Bottleneck blocks.
    pub fn deep(blocks: [usize; 4]) -> Self {
        Self { bottleneck: true, ..Self::new(blocks) }
    }

    /// Groups of the 3×3 convolutions of bottlenecks, and channels of each where a plain net has 64.
    pub fn width(mut self, groups: usize, base: usize) -> Self {
        (self.groups, self.base) = (groups, base);
        self
    }

    /// The form with a deep stem and pooled shortcuts.
    pub fn d(mut self) -> Self {
        self.d = true;
        self
    }

    /// A body for pictures of `channels`.
    pub fn init(&self, channels: usize, fresh: &mut Fresh, device: &Device) -> ResNet {
        let (stem, conv1) = if self.d {
            let stem = vec![
                ConvNormConfig::new([channels, 32], 3).stride(2).init(fresh, device),
                ConvNormConfig::new([32, 32], 3).init(fresh, device),
            ];
            (stem, ConvNormConfig::new([32, 64], 3).init(fresh, device))
        } else {
            (vec![], ConvNormConfig::new([channels, 64], 7).stride(2).init(fresh, device))
        };
        let mut inputs = 64;
        let mut layer = |index: usize| -> Vec<Residual> {
            let planes = 64 << index;
            let outputs = if self.bottleneck { 4 * planes } else { planes };
            (0..self.blocks[index])
                .map(|block| {
                    let stride = if block == 0 && index > 0 { 2 } else { 1 };
                    let residual = Residual::new(self, [inputs, planes, outputs], stride, fresh, device);
                    inputs = outputs;
                    residual
                })
                .collect()
        };
        let depth = StochasticDepth::of(self.blocks.iter().sum());
        ResNet { stem, conv1, layer1: layer(0), layer2: layer(1), layer3: layer(2), layer4: layer(3), depth }
    }
}

/// The body of a residual network (He and others, <https://arxiv.org/abs/1512.03385>) as torchvision lays it out: a stem
/// that divides the sides by 4, then four layers, the last three of which halve them again. Made by [`ResNetConfig::init`].
///
/// The bottleneck form has its stride in the 3×3 convolution.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: Vec<ConvNorm>,
    conv1: ConvNorm,
    layer1: Vec<Residual>,
    layer2: Vec<Residual>,
    layer3: Vec<Residual>,
    layer4: Vec<Residual>,
    #[module(skip)]
    depth: StochasticDepth,
}

impl ResNet {
    /// Half the pictures' sides.
    fn begun(&self, pictures: Tensor<4>) -> Tensor<4> {
        let x = self.stem.iter().fold(pictures, |x, conv| conv.forward(x, Activation::Relu));
        self.conv1.forward(x, Activation::Relu)
    }

    fn layers(&self) -> [&Vec<Residual>; 4] {
        [&self.layer1, &self.layer2, &self.layer3, &self.layer4]
    }
}

impl Backbone for ResNet {
    fn channels(&self) -> usize {
        self.stem.first().unwrap_or(&self.conv1).inputs()
    }

    /// The stem's output before it is pooled, then those of the four layers.
    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>> {
        let stem = self.begun(pictures);
        let mut x = pooled(stem.clone());
        let layers = self.layers().map(|layer| {
            x = layer.iter().fold(x.clone(), |x, block| block.forward(x, paths));
            x.clone()
        });
        std::iter::once(stem).chain(layers).collect()
    }

    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let stem = pooled(self.begun(pictures));
        self.layers().into_iter().flatten().fold(stem, |x, block| block.forward(x, paths))
    }

    fn folded(&self) -> Self {
        let fold = |layer: &[Residual]| layer.iter().map(Residual::folded).collect();
        Self {
            stem: self.stem.iter().map(ConvNorm::folded).collect(),
            conv1: self.conv1.folded(),
            layer1: fold(&self.layer1),
            layer2: fold(&self.layer2),
            layer3: fold(&self.layer3),
            layer4: fold(&self.layer4),
            depth: self.depth.clone(),
        }
    }

    fn depth(&self) -> &StochasticDepth {
        &self.depth
    }

    fn depth_mut(&mut self) -> &mut StochasticDepth {
        &mut self.depth
    }

    fn groups(&self) -> &'static [&'static str] {
        &[r"ResNet\.(stem|conv1|layer1|layer2)\.", r"ResNet\.(layer3|layer4)\."]
    }

    /// `layer1.0.conv2.norm.weight` to `layer1.0.bn2.weight`.
    fn published(&self, ours: &str) -> String {
        const DEEP: [(&str, &str); 6] = [
            ("stem.0.conv.", "conv1.0."),
            ("stem.0.norm.", "conv1.1."),
            ("stem.1.conv.", "conv1.3."),
            ("stem.1.norm.", "conv1.4."),
            ("downsample.conv.", "downsample.1."),
            ("downsample.norm.", "downsample.2."),
        ];
        const ALL: [(&str, &str); 8] = [
            ("downsample.conv.", "downsample.0."),
            ("downsample.norm.", "downsample.1."),
            ("conv1.conv.", "conv1."),
            ("conv1.norm.", "bn1."),
            ("conv2.conv.", "conv2."),
            ("conv2.norm.", "bn2."),
            ("conv3.conv.", "conv3."),
            ("conv3.norm.", "bn3."),
        ];
        if self.stem.is_empty() {
            return renamed(ours, &ALL);
        }
        match ours.strip_prefix("conv1.conv.") {
            Some(of) => format!("conv1.6.{of}"),
            None => renamed(&renamed(ours, &DEEP), &ALL),
        }
    }

    fn stem(&self) -> &'static str {
        if self.stem.is_empty() { "conv1.conv.weight" } else { "stem.0.conv.weight" }
    }
}

/// The second half of the stem.
fn pooled(stem: Tensor<4>) -> Tensor<4> {
    max_pool2d(stem, MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]))
}

/// Two or three convolutions beside a shortcut: `relu(f(x) + shortcut(x))`.
#[derive(Module, Debug)]
pub struct Residual {
    conv1: ConvNorm,
    conv2: ConvNorm,
    conv3: Option<ConvNorm>,
    downsample: Option<ConvNorm>,
    /// Whether pictures are halved by an average before the shortcut's convolution.
    averaged: bool,
}

impl Residual {
    fn new(
        config: &ResNetConfig,
        [inputs, planes, outputs]: [usize; 3],
        stride: usize,
        fresh: &mut Fresh,
        device: &Device,
    ) -> Self {
        let mut make = |config: ConvNormConfig| config.init(fresh, device);
        let (conv1, conv2, conv3) = if config.bottleneck {
            let width = planes * config.base / 64 * config.groups;
            let grouped =
                ConvNormConfig { groups: config.groups, ..ConvNormConfig::new([width, width], 3).stride(stride) };
            (
                make(ConvNormConfig::new([inputs, width], 1)),
                make(grouped),
                Some(make(ConvNormConfig::new([width, outputs], 1))),
            )
        } else {
            (
                make(ConvNormConfig::new([inputs, planes], 3).stride(stride)),
                make(ConvNormConfig::new([planes, outputs], 3)),
                None,
            )
        };
        let averaged = config.d && stride > 1;
        let shortcut = ConvNormConfig::new([inputs, outputs], 1).stride(if averaged { 1 } else { stride });
        let downsample = (stride != 1 || inputs != outputs).then(|| make(shortcut));
        Self { conv1, conv2, conv3, downsample, averaged }
    }

    fn forward(&self, input: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let path = paths.next_branch(&input, self.conv1.trains());
        let mut x = self.conv1.forward(input.clone(), Activation::Relu);
        let last = match &self.conv3 {
            Some(conv3) => {
                x = self.conv2.forward(x, Activation::Relu);
                conv3
            }
            None => &self.conv2,
        };
        let shortcut = match &self.downsample {
            Some(downsample) if self.averaged => downsample.forward(halved(input), Activation::Identity),
            Some(downsample) => downsample.forward(input, Activation::Identity),
            None => input,
        };
        last.forward_and_add(x, shortcut, &path, Activation::Relu)
    }

    fn folded(&self) -> Self {
        Self {
            conv1: self.conv1.folded(),
            conv2: self.conv2.folded(),
            conv3: self.conv3.as_ref().map(ConvNorm::folded),
            downsample: self.downsample.as_ref().map(ConvNorm::folded),
            averaged: self.averaged,
        }
    }
}

/// Means of 2×2, at odd edges of what is there.
fn halved(input: Tensor<4>) -> Tensor<4> {
    let options = AvgPoolOptions::new([2, 2]).with_stride([2, 2]).with_ceil_mode(true);
    avg_pool2d(input, options.with_count_include_pad(false))
}
