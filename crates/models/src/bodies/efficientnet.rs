use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::tensor::{Device, Tensor};
use firelight_layers::Activation;

use crate::bodies::arch::{Spec, members};
use crate::bodies::body::{Backbone, renamed};
use crate::bodies::mobile::divisible;
use crate::conv_norm::{ConvNorm, ConvNormConfig};
use crate::{Body, Fresh, Paths, StochasticDepth};

members! {
    EfficientNetLite0 = lite("efficientnet-lite0", &[16, 24, 40, 112, FEATURES], 3_371_008, |channels, fresh, device| {
        Body::EfficientNetLite(EfficientNetLite::new(channels, 1.0, 1.0, fresh, device))
    })
        .published("in1k", 224, Some(74.8), 0.40);
    EfficientNetLite1 = lite("efficientnet-lite1", &[16, 24, 40, 112, FEATURES], 4_135_680, |channels, fresh, device| {
        Body::EfficientNetLite(EfficientNetLite::new(channels, 1.0, 1.1, fresh, device))
    })
    .picture(240)
        .published("in1k", 240, Some(76.7), 0.62);
    EfficientNetLite2 = lite("efficientnet-lite2", &[16, 24, 48, 120, FEATURES], 4_811_072, |channels, fresh, device| {
        Body::EfficientNetLite(EfficientNetLite::new(channels, 1.1, 1.2, fresh, device))
    })
    .picture(260)
        .published("in1k", 260, Some(77.5), 0.89);
}

const fn lite(
    name: &'static str,
    stages: &'static [usize],
    parameters: usize,
    build: fn(usize, &mut Fresh, &Device) -> Body,
) -> Spec {
    Spec::new(name, stages, parameters, build).bicubic(0.875).normalization([127.0 / 255.0; 3], [128.0 / 255.0; 3])
}

/// Expansion, kernel, stride, channels and repeats of the seven groups of blocks, before scaling.
const GROUPS: [(usize, usize, usize, usize, usize); 7] = [
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
];

/// Channels of the feature map, whatever the scale.
const FEATURES: usize = 1280;

/// The body of an EfficientNet-Lite (<https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite>):
/// `EfficientNet` without squeeze-and-excitation, with `ReLU6`, and with a stem and a last convolution that do not scale.
///
/// Padding is TensorFlow's SAME: where it cannot be even, the extra row and column are at the bottom and right.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let body = Arch::EfficientNetLite0.body(42, &device);
/// assert_eq!(body.forward(Tensor::zeros([1, 3, 64, 64], &device)).dims(), [1, 1280, 2, 2]);
/// ```
#[derive(Module, Debug)]
pub struct EfficientNetLite {
    stem: ConvNorm,
    blocks: Vec<InvertedResidual>,
    top: ConvNorm,
    #[module(skip)]
    depth: StochasticDepth,
}

impl EfficientNetLite {
    /// Makes a body for pictures of `channels`, whose own channels are scaled by `width` and repeats by `depth` (1.0 and 1.0 is Lite0).
    pub fn new(channels: usize, width: f64, depth: f64, fresh: &mut Fresh, device: &Device) -> Self {
        let stem = same([channels, 32], 3).stride(2).init(fresh, device);
        let mut blocks = Vec::new();
        let mut inputs = 32;
        for (index, (expansion, kernel, stride, channels, repeats)) in GROUPS.into_iter().enumerate() {
            let outputs = divisible(channels as f64 * width);
            let ends = index == 0 || index == GROUPS.len() - 1;
            let repeats = if ends { repeats } else { (repeats as f64 * depth).ceil() as usize };
            for repeat in 0..repeats {
                let stride = if repeat == 0 { stride } else { 1 };
                blocks.push(InvertedResidual::new([inputs, outputs], expansion, kernel, stride, fresh, device));
                inputs = outputs;
            }
        }
        let top = same([inputs, FEATURES], 1).init(fresh, device);
        Self { stem, depth: StochasticDepth::short_of(blocks.len()), blocks, top }
    }

    /// The stage of each block and its number in it: a stage begins where channels or sides change.
    fn places(&self) -> Vec<(usize, usize)> {
        let mut places: Vec<(usize, usize)> = Vec::new();
        for block in &self.blocks {
            places.push(match places.last() {
                Some(&(stage, number)) if block.shortcut => (stage, number + 1),
                Some(&(stage, _)) => (stage + 1, 0),
                None => (0, 0),
            });
        }
        places
    }
}

impl Backbone for EfficientNetLite {
    /// Channels of the pictures it takes.
    fn channels(&self) -> usize {
        self.stem.inputs()
    }

    /// The feature map before each halving of the sides, finest first, then the last one.
    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>> {
        let mut stages = Vec::new();
        let mut x = self.stem.forward(pictures, Activation::Relu6);
        for block in &self.blocks {
            if block.stride > 1 {
                stages.push(x.clone());
            }
            x = block.forward(x, paths);
        }
        stages.push(self.top.forward(x, Activation::Relu6));
        stages
    }

    /// `[n, channels, h, w]` to `[n, 1280, h/32, w/32]` (rounded up).
    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let x = self.stem.forward(pictures, Activation::Relu6);
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x, paths));
        self.top.forward(x, Activation::Relu6)
    }

    /// Every batch norm folded into its convolution; see [`ConvNorm::folded`].
    fn folded(&self) -> Self {
        Self {
            stem: self.stem.folded(),
            blocks: self.blocks.iter().map(InvertedResidual::folded).collect(),
            top: self.top.folded(),
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
        &[r"EfficientNetLite\."]
    }

    /// `blocks.1.project.norm.weight` to `_blocks.1._bn2.weight`.
    fn published(&self, ours: &str) -> String {
        renamed(
            ours,
            &[
                ("blocks.", "_blocks."),
                ("stem.conv.", "_conv_stem."),
                ("stem.norm.", "_bn0."),
                ("top.conv.", "_conv_head."),
                ("top.norm.", "_bn1."),
                ("expand.conv.", "_expand_conv."),
                ("expand.norm.", "_bn0."),
                ("depthwise.conv.", "_depthwise_conv."),
                ("depthwise.norm.", "_bn1."),
                ("project.conv.", "_project_conv."),
                ("project.norm.", "_bn2."),
                ("fc.", "_fc."),
            ],
        )
    }

    /// `blocks.4.project.norm.weight` to `blocks.2.1.bn3.weight`: timm counts blocks by stages, and the layers of a block as they come.
    fn timm(&self, ours: &str) -> String {
        const OUTSIDE: [(&str, &str); 5] = [
            ("stem.conv.", "conv_stem."),
            ("stem.norm.", "bn1."),
            ("top.conv.", "conv_head."),
            ("top.norm.", "bn2."),
            ("fc.", "classifier."),
        ];
        const FIRST: [(&str, &str); 4] = [
            ("depthwise.conv.", "conv_dw."),
            ("depthwise.norm.", "bn1."),
            ("project.conv.", "conv_pw."),
            ("project.norm.", "bn2."),
        ];
        const LATER: [(&str, &str); 6] = [
            ("expand.conv.", "conv_pw."),
            ("expand.norm.", "bn1."),
            ("depthwise.conv.", "conv_dw."),
            ("depthwise.norm.", "bn2."),
            ("project.conv.", "conv_pwl."),
            ("project.norm.", "bn3."),
        ];
        let block = ours.strip_prefix("blocks.").and_then(|inside| inside.split_once('.'));
        let place =
            block.and_then(|(number, inside)| Some((*self.places().get(number.parse::<usize>().ok()?)?, inside)));
        let Some(((stage, number), inside)) = place else { return renamed(ours, &OUTSIDE) };
        // The first stage does not expand.
        let inside = if stage == 0 { renamed(inside, &FIRST) } else { renamed(inside, &LATER) };
        format!("blocks.{stage}.{number}.{inside}")
    }

    fn stem(&self) -> &'static str {
        "stem.conv.weight"
    }
}

/// Expand by a 1×1 convolution, filter each channel by itself, project back; a shortcut where the shapes agree.
#[derive(Module, Debug)]
pub struct InvertedResidual {
    expand: Option<ConvNorm>,
    depthwise: ConvNorm,
    project: ConvNorm,
    stride: usize,
    shortcut: bool,
}

impl InvertedResidual {
    fn new(
        [inputs, outputs]: [usize; 2],
        expansion: usize,
        kernel: usize,
        stride: usize,
        fresh: &mut Fresh,
        device: &Device,
    ) -> Self {
        let middle = inputs * expansion;
        let expand = (expansion > 1).then(|| same([inputs, middle], 1).init(fresh, device));
        let mut depthwise = same([middle, middle], kernel).stride(stride);
        depthwise.groups = middle;
        Self {
            expand,
            depthwise: depthwise.init(fresh, device),
            project: same([middle, outputs], 1).init(fresh, device),
            stride,
            shortcut: stride == 1 && inputs == outputs,
        }
    }

    fn forward(&self, input: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let path = paths.next_branch(&input, self.shortcut && self.project.trains());
        let x = match &self.expand {
            Some(expand) => expand.forward(input.clone(), Activation::Relu6),
            None => input.clone(),
        };
        let x = self.depthwise.forward(x, Activation::Relu6);
        if self.shortcut {
            self.project.forward_and_add(x, input, &path, Activation::Identity)
        } else {
            self.project.forward(x, Activation::Identity)
        }
    }

    fn folded(&self) -> Self {
        Self {
            expand: self.expand.as_ref().map(ConvNorm::folded),
            depthwise: self.depthwise.folded(),
            project: self.project.folded(),
            stride: self.stride,
            shortcut: self.shortcut,
        }
    }
}

fn same(channels: [usize; 2], kernel: usize) -> ConvNormConfig {
    ConvNormConfig {
        padding: PaddingConfig2d::Same,
        norm_epsilon: 1e-3,
        norm_momentum: 0.01,
        ..ConvNormConfig::new(channels, kernel)
    }
}
