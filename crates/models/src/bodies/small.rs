use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_layers::Activation;

use crate::bodies::arch::{Spec, members};
use crate::bodies::body::Backbone;
use crate::conv_norm::{ConvNorm, ConvNormConfig};
use crate::{Body, Fresh, Paths, StochasticDepth};

members! {
    Small = Spec::new("small", &WIDTHS, 291_664, |channels, fresh, device| Body::Small(SmallNet::new(channels, fresh, device)))
        .picture(64)
        .normalization([0.5; 3], [0.25; 3])
        .crop(1.0);
}

/// Channels after the stem and after each stage.
const WIDTHS: [usize; 4] = [16, 32, 64, 128];

/// A compact network for training from scratch on small pictures: a strided 3×3 stem, then three stages that halve the
/// sides, double the channels and add one residual convolution.
///
/// 0.29 million parameters and 11 million multiplications for a picture of 64 px. All its convolutions are 3×3 with few
/// channels, which the CPU backends take gradients of fastest.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_models::{Arch, Body};
///
/// assert!(matches!(Arch::Small.body(42, &Device::flex()), Body::Small(_)));
/// ```
#[derive(Module, Debug)]
pub struct SmallNet {
    stem: ConvNorm,
    stages: Vec<SmallStage>,
    #[module(skip)]
    depth: StochasticDepth,
}

impl SmallNet {
    /// Makes the network for pictures of `channels`.
    pub fn new(channels: usize, fresh: &mut Fresh, device: &Device) -> Self {
        let stem = ConvNormConfig::new([channels, WIDTHS[0]], 3).stride(2).init(fresh, device);
        let stages: Vec<_> = WIDTHS.windows(2).map(|pair| SmallStage::new([pair[0], pair[1]], fresh, device)).collect();
        Self { stem, depth: StochasticDepth::of(stages.len()), stages }
    }
}

impl Backbone for SmallNet {
    /// Channels of the pictures it takes.
    fn channels(&self) -> usize {
        self.stem.inputs()
    }

    /// The outputs of the stem and of the three stages, finest first.
    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>> {
        let mut maps = vec![self.stem.forward(pictures, Activation::Relu)];
        for stage in &self.stages {
            maps.push(stage.forward(maps[maps.len() - 1].clone(), paths));
        }
        maps
    }

    /// `[n, channels, h, w]` to `[n, 128, h/16, w/16]` (rounded up).
    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let stem = self.stem.forward(pictures, Activation::Relu);
        self.stages.iter().fold(stem, |x, stage| stage.forward(x, paths))
    }

    /// Every batch norm folded into its convolution; see [`ConvNorm::folded`].
    fn folded(&self) -> Self {
        let stages = self.stages.iter().map(SmallStage::folded).collect();
        Self { stem: self.stem.folded(), stages, depth: self.depth.clone() }
    }

    fn depth(&self) -> &StochasticDepth {
        &self.depth
    }

    fn depth_mut(&mut self) -> &mut StochasticDepth {
        &mut self.depth
    }

    fn groups(&self) -> &'static [&'static str] {
        &[r"Small\."]
    }

    fn stem(&self) -> &'static str {
        "stem.conv.weight"
    }

    fn is_published(&self) -> bool {
        false
    }
}

/// A strided convolution, then one beside a shortcut.
#[derive(Module, Debug)]
pub struct SmallStage {
    down: ConvNorm,
    refine: ConvNorm,
}

impl SmallStage {
    fn new([inputs, outputs]: [usize; 2], fresh: &mut Fresh, device: &Device) -> Self {
        Self {
            down: ConvNormConfig::new([inputs, outputs], 3).stride(2).init(fresh, device),
            refine: ConvNormConfig::new([outputs, outputs], 3).init(fresh, device),
        }
    }

    fn forward(&self, x: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let x = self.down.forward(x, Activation::Relu);
        let path = paths.next_branch(&x, self.refine.trains());
        self.refine.forward_and_add(x.clone(), x, &path, Activation::Relu)
    }

    fn folded(&self) -> Self {
        Self { down: self.down.folded(), refine: self.refine.folded() }
    }
}
