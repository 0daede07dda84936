//! Networks of inverted residuals: `EfficientNet`, `MobileNetV3` and `V4`.

mod block;
mod members;
mod plan;

pub use block::MobileBlock;
pub(crate) use block::divisible;
pub(crate) use members::MEMBERS;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_layers::Activation;

use crate::bodies::body::{Backbone, renamed};
use crate::conv_norm::ConvNorm;
use crate::{Fresh, Paths, StochasticDepth};
use plan::{Block, Plan};

/// The body of an `EfficientNet` (<https://arxiv.org/abs/1905.11946>, V2: <https://arxiv.org/abs/2104.00298>), a `MobileNetV3`
/// (<https://arxiv.org/abs/1905.02244>) or a `MobileNetV4` of convolutions (<https://arxiv.org/abs/2404.10518>), with timm's names: a strided
/// convolution, stages of blocks, and in some a last 1×1 convolution.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let body = Arch::MobileNetV4ConvSmall.body(42, &device);
/// assert_eq!(body.forward(Tensor::zeros([1, 3, 64, 64], &device)).dims(), [1, 960, 2, 2]);
/// ```
#[derive(Module, Debug)]
pub struct MobileNet {
    stem: ConvNorm,
    blocks: Vec<Vec<MobileBlock>>,
    top: Option<ConvNorm>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    depth: StochasticDepth,
}

impl MobileNet {
    /// `width` scales channels and `depth` repeats, as `EfficientNet`'s sizes do.
    fn new(plan: &Plan, channels: usize, [width, depth]: [f64; 2], fresh: &mut Fresh, device: &Device) -> Self {
        let scaled = |channels: usize| divisible(channels as f64 * width);
        let mut inputs = scaled(plan.stem);
        let stem = plan.style.conv([channels, inputs], 3).stride(2).init(fresh, device);
        let mut blocks = vec![];
        for stage in plan.stages {
            let mut row = vec![];
            for block in *stage {
                let block = Block { channels: scaled(block.channels), ..*block };
                for repeat in 0..(block.repeats as f64 * depth).ceil() as usize {
                    let stride = if repeat == 0 { block.stride } else { 1 };
                    row.push(MobileBlock::new(&block, inputs, stride, &plan.style, fresh, device));
                    inputs = block.channels;
                }
            }
            blocks.push(row);
        }
        let top = plan.top.map(|top| plan.style.conv([inputs, scaled(top)], 1).init(fresh, device));
        let depth = StochasticDepth::short_of(blocks.iter().map(Vec::len).sum());
        Self { stem, blocks, top, activation: plan.style.activation, depth }
    }
}

impl Backbone for MobileNet {
    fn channels(&self) -> usize {
        self.stem.inputs()
    }

    /// The map before each halving of the sides, then the last one.
    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>> {
        let mut stages = vec![];
        let mut x = self.stem.forward(pictures, self.activation);
        for block in self.blocks.iter().flatten() {
            if block.shape().stride > 1 {
                stages.push(x.clone());
            }
            x = block.forward(x, paths);
        }
        stages.push(match &self.top {
            Some(top) => top.forward(x, self.activation),
            None => x,
        });
        stages
    }

    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let x = self.stem.forward(pictures, self.activation);
        let x = self.blocks.iter().flatten().fold(x, |x, block| block.forward(x, paths));
        match &self.top {
            Some(top) => top.forward(x, self.activation),
            None => x,
        }
    }

    fn folded(&self) -> Self {
        Self {
            stem: self.stem.folded(),
            blocks: self.blocks.iter().map(|row| row.iter().map(MobileBlock::folded).collect()).collect(),
            top: self.top.as_ref().map(ConvNorm::folded),
            activation: self.activation,
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
        &[r"MobileNet\.(stem|blocks\.[0-2])\.", r"MobileNet\.(blocks\.[3-9]|top)\."]
    }

    /// `blocks.1.0.layers.2.norm.weight` to `blocks.1.0.bn3.weight`.
    fn published(&self, ours: &str) -> String {
        const OUTSIDE: [(&str, &str); 7] = [
            ("stem.conv.", "conv_stem."),
            ("stem.norm.", "bn1."),
            ("top.conv.", "conv_head."),
            ("top.norm.", "bn2."),
            ("neck.conv.", "conv_head."),
            ("neck.norm.", "norm_head."),
            ("fc.", "classifier."),
        ];
        const SQUEEZE: [(&str, &str); 2] =
            [("squeeze.reduce.", "se.conv_reduce."), ("squeeze.expand.", "se.conv_expand.")];
        let parts: Vec<&str> = ours.splitn(7, '.').collect();
        if let ["blocks", stage, number, "layers", layer, part, rest] = parts[..]
            && let (Ok(at), Ok(index), Ok(layer)) =
                (stage.parse::<usize>(), number.parse::<usize>(), layer.parse::<usize>())
            && let Some(block) = self.blocks.get(at).and_then(|row| row.get(index))
            && let Some([conv, norm]) = block.shape().names.get(layer)
        {
            let name = if part == "conv" { conv } else { norm };
            return format!("blocks.{stage}.{number}.{name}.{rest}");
        }
        renamed(&renamed(ours, &OUTSIDE), &SQUEEZE)
    }

    fn stem(&self) -> &'static str {
        "stem.conv.weight"
    }
}
