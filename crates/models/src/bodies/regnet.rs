use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_layers::Activation;

use crate::bodies::arch::{Spec, members};
use crate::bodies::body::{Backbone, renamed};
use crate::conv_norm::{ConvNorm, ConvNormConfig};
use crate::squeeze::{Inner, SqueezeExcite};
use crate::{Body, Fresh, Paths, StochasticDepth};

members! {
    RegNetY002 = Spec::new("regnety_002", &[32, 24, 56, 152, 368], 2_793_996, |c, f, d| net([24, 56, 152, 368], [1, 1, 4, 7], 8, c, f, d)).bicubic(0.875)
        .published("pycls_in1k", 224, Some(70.3), 0.20);
    RegNetY004 = Spec::new("regnety_004", &[32, 48, 104, 208, 440], 3_903_144, |c, f, d| net([48, 104, 208, 440], [1, 3, 6, 6], 8, c, f, d)).bicubic(0.875)
        .published("tv2_in1k", 224, Some(75.6), 0.41);
    RegNetY006 = Spec::new("regnety_006", &[32, 48, 112, 256, 608], 5_446_160, |c, f, d| net([48, 112, 256, 608], [1, 3, 7, 4], 16, c, f, d)).bicubic(0.875)
        .published("pycls_in1k", 224, Some(75.3), 0.61);
    RegNetY008 = Spec::new("regnety_008", &[32, 64, 128, 320, 768], 5_494_168, |c, f, d| net([64, 128, 320, 768], [1, 3, 8, 2], 16, c, f, d)).bicubic(0.875)
        .published("pycls_in1k", 224, Some(76.3), 0.81);
    RegNetY016 = Spec::new("regnety_016", &[32, 48, 120, 336, 888], 10_313_430, |c, f, d| net([48, 120, 336, 888], [2, 6, 17, 2], 24, c, f, d)).bicubic(0.875)
        .published("tv2_in1k", 224, Some(80.7), 1.63);
    RegNetY032 = Spec::new("regnety_032", &[32, 72, 216, 576, 1512], 17_923_338, |c, f, d| net([72, 216, 576, 1512], [2, 5, 13, 1], 24, c, f, d)).bicubic(0.95).picture(224)
        .published("ra_in1k", 224, Some(81.9), 3.20);
}

fn net(
    widths: [usize; 4],
    depths: [usize; 4],
    group: usize,
    channels: usize,
    fresh: &mut Fresh,
    device: &Device,
) -> Body {
    Body::RegNet(RegNet::new(widths, depths, group, channels, fresh, device))
}

/// The body of a `RegNetY` (Radosavovic and others, <https://arxiv.org/abs/2003.13678>) with timm's names: four stages of bottlenecks without a
/// bottle, whose 3×3 convolutions are grouped and followed by squeeze and excitation.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let body = Arch::RegNetY002.body(42, &device);
/// assert_eq!(body.forward(Tensor::zeros([1, 3, 64, 64], &device)).dims(), [1, 368, 2, 2]);
/// ```
#[derive(Module, Debug)]
pub struct RegNet {
    stem: ConvNorm,
    stages: Vec<Vec<RegNetBlock>>,
    #[module(skip)]
    depth: StochasticDepth,
}

impl RegNet {
    fn new(
        widths: [usize; 4],
        depths: [usize; 4],
        group: usize,
        channels: usize,
        fresh: &mut Fresh,
        device: &Device,
    ) -> Self {
        let stem = ConvNormConfig::new([channels, 32], 3).stride(2).init(fresh, device);
        let mut inputs = 32;
        let mut stage = |(width, depth): (usize, usize)| -> Vec<RegNetBlock> {
            (0..depth)
                .map(|block| {
                    let stride = if block == 0 { 2 } else { 1 };
                    let block = RegNetBlock::new([inputs, width], group, stride, fresh, device);
                    inputs = width;
                    block
                })
                .collect()
        };
        let stages = widths.into_iter().zip(depths).map(&mut stage).collect();
        Self { stem, stages, depth: StochasticDepth::of(depths.iter().sum()) }
    }
}

impl Backbone for RegNet {
    fn channels(&self) -> usize {
        self.stem.inputs()
    }

    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>> {
        let mut maps = vec![self.stem.forward(pictures, Activation::Relu)];
        for stage in &self.stages {
            let x = maps[maps.len() - 1].clone();
            maps.push(stage.iter().fold(x, |x, block| block.forward(x, paths)));
        }
        maps
    }

    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let stem = self.stem.forward(pictures, Activation::Relu);
        self.stages.iter().flatten().fold(stem, |x, block| block.forward(x, paths))
    }

    fn folded(&self) -> Self {
        let fold = |stage: &Vec<RegNetBlock>| stage.iter().map(RegNetBlock::folded).collect();
        let stages = self.stages.iter().map(fold).collect();
        Self { stem: self.stem.folded(), stages, depth: self.depth.clone() }
    }

    fn depth(&self) -> &StochasticDepth {
        &self.depth
    }

    fn depth_mut(&mut self) -> &mut StochasticDepth {
        &mut self.depth
    }

    fn groups(&self) -> &'static [&'static str] {
        &[r"RegNet\.(stem|stages\.0|stages\.1)\.", r"RegNet\.stages\.2\.", r"RegNet\.stages\.3\."]
    }

    /// `stages.0.1.conv2.norm.weight` to `s1.b2.conv2.bn.weight`.
    fn published(&self, ours: &str) -> String {
        const INSIDE: [(&str, &str); 3] =
            [(".norm.", ".bn."), (".se.reduce.", ".se.fc1."), (".se.expand.", ".se.fc2.")];
        let parts: Vec<&str> = ours.splitn(4, '.').collect();
        let place = match parts[..] {
            ["stages", stage, block, rest] => {
                stage.parse().ok().zip(block.parse().ok()).map(|at: (usize, usize)| (at, rest))
            }
            _ => None,
        };
        let name = match place {
            Some(((stage, block), rest)) => format!("s{}.b{}.{rest}", stage + 1, block + 1),
            None => ours.to_owned(),
        };
        if let Some(last) = name.strip_prefix("fc.") {
            return format!("head.fc.{last}");
        }
        renamed(&name, &INSIDE)
    }

    fn stem(&self) -> &'static str {
        "stem.conv.weight"
    }
}

/// A 1×1, a grouped 3×3, squeeze and excitation, and a 1×1 beside a shortcut.
#[derive(Module, Debug)]
pub struct RegNetBlock {
    conv1: ConvNorm,
    conv2: ConvNorm,
    se: SqueezeExcite,
    conv3: ConvNorm,
    downsample: Option<ConvNorm>,
}

impl RegNetBlock {
    fn new([inputs, width]: [usize; 2], group: usize, stride: usize, fresh: &mut Fresh, device: &Device) -> Self {
        let grouped = ConvNormConfig { groups: width / group, ..ConvNormConfig::new([width, width], 3).stride(stride) };
        let reduced = (inputs as f64 / 4.0).round_ties_even() as usize;
        let shortcut = ConvNormConfig::new([inputs, width], 1).stride(stride);
        Self {
            conv1: ConvNormConfig::new([inputs, width], 1).init(fresh, device),
            conv2: grouped.init(fresh, device),
            se: SqueezeExcite::new([width, reduced], Inner::Relu, false, fresh, device),
            conv3: ConvNormConfig::new([width, width], 1).init(fresh, device),
            downsample: (inputs != width || stride > 1).then(|| shortcut.init(fresh, device)),
        }
    }

    fn forward(&self, input: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let path = paths.next_branch(&input, self.conv1.trains());
        let x = self.conv1.forward(input.clone(), Activation::Relu);
        let x = self.se.forward(self.conv2.forward(x, Activation::Relu));
        let shortcut = match &self.downsample {
            Some(downsample) => downsample.forward(input, Activation::Identity),
            None => input,
        };
        self.conv3.forward_and_add(x, shortcut, &path, Activation::Relu)
    }

    fn folded(&self) -> Self {
        Self {
            conv1: self.conv1.folded(),
            conv2: self.conv2.folded(),
            se: self.se.clone(),
            conv3: self.conv3.folded(),
            downsample: self.downsample.as_ref().map(ConvNorm::folded),
        }
    }
}
