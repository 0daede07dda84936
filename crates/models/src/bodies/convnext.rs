use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, Linear, PaddingConfig2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, add, conv2d, convolve, convolve_and_add, scale_channels};

use crate::bodies::arch::{NeckKind, Spec, members};
use crate::bodies::body::{Backbone, renamed};
use crate::depth::Path;
use crate::fresh_layers::{BEGIN, biased, linear, patches};
use crate::layer_norm::LayerNorm2d;
use crate::{Body, Fresh, Paths, StochasticDepth};

const SMALL: [usize; 4] = [2, 2, 6, 2];
const NANO: [usize; 4] = [2, 2, 8, 2];
const TINY: [usize; 4] = [3, 3, 9, 3];
const LARGE: [usize; 4] = [3, 3, 27, 3];

members! {
    ConvNeXtAtto = next("convnext_atto", &[40, 80, 160, 320], 3_373_880, |c, f, d| net(40, SMALL, Form::V1 { convolved: true }, c, f, d))
        .published("d2_in1k", 224, Some(75.7), 0.55);
    ConvNeXtFemto = next("convnext_femto", &[48, 96, 192, 384], 4_832_016, |c, f, d| net(48, SMALL, Form::V1 { convolved: true }, c, f, d))
        .published("d1_in1k", 224, Some(77.5), 0.79);
    ConvNeXtPico = next("convnext_pico", &[64, 128, 256, 512], 8_531_648, |c, f, d| net(64, SMALL, Form::V1 { convolved: true }, c, f, d))
        .published("d1_in1k", 224, Some(79.5), 1.37);
    ConvNeXtNano = next("convnext_nano", &[80, 160, 320, 640], 14_951_280, |c, f, d| net(80, NANO, Form::V1 { convolved: true }, c, f, d))
        .published("in12k_ft_in1k", 224, Some(82.3), 2.46);
    ConvNeXtTiny = next("convnext_tiny", &[96, 192, 384, 768], 27_818_592, |c, f, d| net(96, TINY, Form::V1 { convolved: false }, c, f, d))
        .published("in12k_ft_in1k", 224, Some(84.2), 4.47);
    ConvNeXtSmall = next("convnext_small", &[96, 192, 384, 768], 49_453_152, |c, f, d| net(96, LARGE, Form::V1 { convolved: false }, c, f, d))
        .published("in12k_ft_in1k", 224, Some(85.2), 8.71);
    ConvNeXtBase = next("convnext_base", &[128, 256, 512, 1024], 87_564_416, |c, f, d| net(128, LARGE, Form::V1 { convolved: false }, c, f, d))
        .published("fb_in22k_ft_in1k", 224, Some(85.8), 15.38);
    ConvNeXtV2Atto = next("convnextv2_atto", &[40, 80, 160, 320], 3_386_760, |c, f, d| net(40, SMALL, Form::V2 { convolved: true }, c, f, d))
        .published("fcmae_ft_in1k", 224, Some(76.6), 0.55).non_commercial();
    ConvNeXtV2Femto = next("convnextv2_femto", &[48, 96, 192, 384], 4_847_472, |c, f, d| net(48, SMALL, Form::V2 { convolved: true }, c, f, d))
        .published("fcmae_ft_in1k", 224, Some(78.5), 0.79).non_commercial();
    ConvNeXtV2Pico = next("convnextv2_pico", &[64, 128, 256, 512], 8_552_256, |c, f, d| net(64, SMALL, Form::V2 { convolved: true }, c, f, d))
        .published("fcmae_ft_in1k", 224, Some(80.3), 1.37).non_commercial();
    ConvNeXtV2Nano = next("convnextv2_nano", &[80, 160, 320, 640], 14_981_520, |c, f, d| net(80, NANO, Form::V2 { convolved: true }, c, f, d))
        .published("fcmae_ft_in22k_in1k", 224, Some(82.0), 2.46).non_commercial();
    ConvNeXtV2Tiny = next("convnextv2_tiny", &[96, 192, 384, 768], 27_864_960, |c, f, d| net(96, TINY, Form::V2 { convolved: false }, c, f, d))
        .published("fcmae_ft_in22k_in1k", 224, Some(83.9), 4.47).non_commercial();
    ConvNeXtV2Base = next("convnextv2_base", &[128, 256, 512, 1024], 87_690_752, |c, f, d| net(128, LARGE, Form::V2 { convolved: false }, c, f, d))
        .published("fcmae_ft_in22k_in1k", 224, Some(86.8), 15.38).non_commercial();
}

const fn next(
    name: &'static str,
    stages: &'static [usize],
    parameters: usize,
    build: fn(usize, &mut Fresh, &Device) -> Body,
) -> Spec {
    Spec::new(name, stages, parameters, build).stride(4).bicubic(0.875).neck(NeckKind::Norm)
}

fn net(width: usize, depths: [usize; 4], form: Form, channels: usize, fresh: &mut Fresh, device: &Device) -> Body {
    Body::ConvNeXt(ConvNeXt::new(width, depths, form, channels, fresh, device))
}

/// Which version, and whether a block's two layers are stored as 1×1 convolutions, as timm has them in the small ones.
#[derive(Debug, Clone, Copy)]
enum Form {
    V1 { convolved: bool },
    V2 { convolved: bool },
}

/// The body of a `ConvNeXt` (Liu and others, <https://arxiv.org/abs/2201.03545>), or of a second version, with global response
/// normalization (Woo and others, <https://arxiv.org/abs/2301.00808>), with timm's names: patches of 4×4, then four stages, the last three of which
/// begin by halving the sides. Its published networks have one more layer norm after the pool.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let body = Arch::ConvNeXtAtto.body(42, &device);
/// assert_eq!(body.forward(Tensor::zeros([1, 3, 64, 64], &device)).dims(), [1, 320, 2, 2]);
/// ```
#[derive(Module, Debug)]
pub struct ConvNeXt {
    stem: Conv2d,
    stem_norm: LayerNorm2d,
    stages: Vec<ConvNeXtStage>,
    #[module(skip)]
    depth: StochasticDepth,
}

impl ConvNeXt {
    fn new(width: usize, depths: [usize; 4], form: Form, channels: usize, fresh: &mut Fresh, device: &Device) -> Self {
        let stem = patches([channels, width], 4, fresh, device);
        let stages = depths.into_iter().enumerate().map(|(index, depth)| {
            let outputs = width << index;
            let down = (index > 0)
                .then(|| (LayerNorm2d::new(outputs / 2, device), patches([outputs / 2, outputs], 2, fresh, device)));
            let (norm, down) = down.unzip();
            let blocks = (0..depth).map(|_| ConvNeXtBlock::new(outputs, form, fresh, device)).collect();
            ConvNeXtStage { norm, down, blocks }
        });
        let stages = stages.collect();
        let depth = StochasticDepth::of(depths.iter().sum());
        Self { stem, stem_norm: LayerNorm2d::new(width, device), stages, depth }
    }

    fn begun(&self, pictures: Tensor<4>) -> Tensor<4> {
        self.stem_norm.forward(convolve(&self.stem, pictures, Activation::Identity))
    }
}

impl Backbone for ConvNeXt {
    fn channels(&self) -> usize {
        self.stem.weight.dims()[1]
    }

    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>> {
        let mut x = self.begun(pictures);
        let maps = self.stages.iter().map(|stage| {
            x = stage.forward(x.clone(), paths);
            x.clone()
        });
        maps.collect()
    }

    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        self.stages.iter().fold(self.begun(pictures), |x, stage| stage.forward(x, paths))
    }

    /// It has no batch norm: what is folded are the blocks' own factors.
    fn folded(&self) -> Self {
        let stages = self.stages.iter().map(ConvNeXtStage::folded).collect();
        Self { stages, ..self.clone() }
    }

    fn depth(&self) -> &StochasticDepth {
        &self.depth
    }

    fn depth_mut(&mut self) -> &mut StochasticDepth {
        &mut self.depth
    }

    fn groups(&self) -> &'static [&'static str] {
        &[r"ConvNeXt\.(stem|stem_norm|stages\.0|stages\.1)\.", r"ConvNeXt\.stages\.2\.", r"ConvNeXt\.stages\.3\."]
    }

    /// `stages.1.blocks.0.fc1.weight` to `stages.1.blocks.0.mlp.fc1.weight`.
    fn published(&self, ours: &str) -> String {
        const NAMES: [(&str, &str); 6] = [
            ("stem.", "stem.0."),
            ("stem_norm.", "stem.1."),
            ("fc1.", "mlp.fc1."),
            ("fc2.", "mlp.fc2."),
            ("response.", "mlp.grn."),
            (".down.", ".downsample.1."),
        ];
        for (own, theirs) in [("fc.", "head.fc."), ("neck.norm.", "head.norm.")] {
            if let Some(last) = ours.strip_prefix(own) {
                return format!("{theirs}{last}");
            }
        }
        let block = ours.contains(".blocks.");
        let name = renamed(ours, &NAMES);
        if block { name } else { name.replace(".norm.", ".downsample.0.") }
    }

    fn stem(&self) -> &'static str {
        "stem.weight"
    }
}

/// Blocks of one resolution, after a norm and a convolution of 2×2 that halve the sides, in all but the first.
#[derive(Module, Debug)]
pub struct ConvNeXtStage {
    norm: Option<LayerNorm2d>,
    down: Option<Conv2d>,
    blocks: Vec<ConvNeXtBlock>,
}

impl ConvNeXtStage {
    fn forward(&self, x: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let x = match (&self.norm, &self.down) {
            (Some(norm), Some(down)) => convolve(down, norm.forward(x), Activation::Identity),
            _ => x,
        };
        self.blocks.iter().fold(x, |x, block| block.forward(x, paths))
    }

    fn folded(&self) -> Self {
        Self { blocks: self.blocks.iter().map(ConvNeXtBlock::folded).collect(), ..self.clone() }
    }
}

/// A depthwise convolution of 7×7, a layer norm, and two layers with a GELU between them, four times as wide, beside a shortcut.
#[derive(Module, Debug)]
pub struct ConvNeXtBlock {
    conv_dw: Conv2d,
    norm: LayerNorm2d,
    fc1: Pointwise,
    response: Option<ResponseNorm>,
    fc2: Pointwise,
    gamma: Option<Param<Tensor<1>>>,
}

impl ConvNeXtBlock {
    fn new(width: usize, form: Form, fresh: &mut Fresh, device: &Device) -> Self {
        let mut conv_dw = biased([width, width], 7, width, BEGIN, fresh, device);
        conv_dw.padding = PaddingConfig2d::Explicit(3, 3, 3, 3);
        let (convolved, gamma, response) = match form {
            Form::V1 { convolved } => (convolved, Some(Param::from_tensor(Tensor::full([width], 1e-6, device))), None),
            Form::V2 { convolved } => (convolved, None, Some(ResponseNorm::new(4 * width, device))),
        };
        Self {
            conv_dw,
            norm: LayerNorm2d::new(width, device),
            fc1: Pointwise::new([width, 4 * width], convolved, fresh, device),
            response,
            fc2: Pointwise::new([4 * width, width], convolved, fresh, device),
            gamma,
        }
    }

    fn forward(&self, input: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let path = paths.next_branch(&input, self.conv_dw.weight.is_require_grad());
        let x = self.norm.forward(convolve(&self.conv_dw, input.clone(), Activation::Identity));
        let x = self.fc1.forward(x, Activation::Gelu);
        let x = match &self.response {
            Some(response) => response.forward(x),
            None => x,
        };
        let Some(gamma) = &self.gamma else {
            return self.fc2.forward_and_add(x, input, &path);
        };
        let x = self.fc2.forward(x, Activation::Identity);
        let [pictures, channels, ..] = x.dims();
        let scale = per_channel(gamma.val()).cast(input.dtype());
        let x = scale_channels(x, scale.expand([pictures, channels, 1, 1]));
        add(path.of(x), input, Activation::Identity)
    }

    /// The same with convolutions for layers, whose weights need not be turned, the last of which is scaled: `w' = γ · w`, `b' = γ · b`.
    fn folded(&self) -> Self {
        let (fc1, mut fc2) = (self.fc1.convolved(), self.fc2.convolved());
        if let Some(gamma) = &self.gamma {
            let [channels] = gamma.dims();
            let scaled = fc2.weight.val() * gamma.val().reshape([channels, 1, 1, 1]);
            fc2.weight = Param::from_tensor(scaled.detach());
            fc2.bias = fc2.bias.map(|bias| Param::from_tensor((bias.val() * gamma.val()).detach()));
        }
        Self { fc1: Pointwise::Convolved(fc1), fc2: Pointwise::Convolved(fc2), gamma: None, ..self.clone() }
    }
}

/// A layer that sees each position by itself, stored as a linear one or as a 1×1 convolution.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Pointwise {
    /// `[outputs, inputs, 1, 1]`.
    Convolved(Conv2d),
    /// `[outputs, inputs]` in a file.
    Linear(Linear),
}

impl Pointwise {
    fn new(channels: [usize; 2], convolved: bool, fresh: &mut Fresh, device: &Device) -> Self {
        if convolved {
            Self::Convolved(biased(channels, 1, 1, BEGIN, fresh, device))
        } else {
            Self::Linear(linear(channels, fresh, device))
        }
    }

    fn forward(&self, map: Tensor<4>, activation: Activation) -> Tensor<4> {
        match self {
            Self::Convolved(conv) => convolve(conv, map, activation),
            Self::Linear(linear) => {
                let precision = map.dtype();
                let bias = linear.bias.as_ref().map(|bias| bias.val().cast(precision));
                conv2d(
                    map,
                    turned(linear).cast(precision),
                    bias,
                    ConvOptions::new([1, 1], [0, 0], [1, 1], 1),
                    activation,
                )
            }
        }
    }

    /// The same with the shortcut, beside which a path keeps what it keeps.
    fn forward_and_add(&self, map: Tensor<4>, shortcut: Tensor<4>, path: &Path) -> Tensor<4> {
        match self {
            Self::Convolved(conv) if path.is_whole() => convolve_and_add(conv, map, shortcut, Activation::Identity),
            _ => add(path.of(self.forward(map, Activation::Identity)), shortcut, Activation::Identity),
        }
    }

    /// The layer as a convolution.
    fn convolved(&self) -> Conv2d {
        match self {
            Self::Convolved(conv) => conv.clone(),
            Self::Linear(linear) => {
                let [inputs, outputs] = linear.weight.dims();
                let mut conv = Conv2dConfig::new([inputs, outputs], [1, 1])
                    .with_initializer(Initializer::Zeros)
                    .init(&linear.weight.val().device());
                conv.weight = Param::from_tensor(turned(linear).detach());
                conv.bias = linear.bias.as_ref().map(|bias| Param::from_tensor(bias.val().detach()));
                conv
            }
        }
    }
}

/// A layer's weights as those of a convolution.
fn turned(linear: &Linear) -> Tensor<4> {
    let [inputs, outputs] = linear.weight.dims();
    linear.weight.val().transpose().reshape([outputs, inputs, 1, 1])
}

/// Global response normalization: each channel's length over all positions, divided by the mean length of all channels, scales it.
#[derive(Module, Debug)]
pub struct ResponseNorm {
    weight: Param<Tensor<1>>,
    bias: Param<Tensor<1>>,
}

impl ResponseNorm {
    fn new(channels: usize, device: &Device) -> Self {
        let zeros = || Param::from_tensor(Tensor::zeros([channels], device));
        Self { weight: zeros(), bias: zeros() }
    }

    fn forward(&self, map: Tensor<4>) -> Tensor<4> {
        let precision = map.dtype();
        let [weight, bias] = [&self.weight, &self.bias].map(|param| per_channel(param.val()).cast(precision));
        // A sum of squares has no room in half precision.
        let wide = map.clone().cast(burn::tensor::FloatDType::F32);
        // The least that a root has a slope at; it moves no length that counts.
        let length = ((wide.clone() * wide).sum_dim(3).sum_dim(2) + 1e-24).sqrt();
        let share = length.clone() / (length.mean_dim(1) + 1e-6);
        let scaled = map.clone() * share.cast(precision);
        map + scaled * weight + bias
    }
}

/// `[channels]` beside a map.
fn per_channel(numbers: Tensor<1>) -> Tensor<4> {
    let [channels] = numbers.dims();
    numbers.reshape([1, channels, 1, 1])
}
