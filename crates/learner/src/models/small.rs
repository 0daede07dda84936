use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor};

use super::Fresh;
use super::conv_norm::{ConvNorm, ConvNormConfig};

/// Channels of the feature map.
pub(super) const FEATURES: usize = 128;

/// A compact network.
#[derive(Module, Debug)]
pub struct SmallNet {
    stem: ConvNorm,
    stages: Vec<ConvNorm>,
}

impl SmallNet {
    /// Makes the network.
    pub fn new(fresh: &mut Fresh, device: &Device) -> Self {
        let stem = ConvNormConfig::new([3, 16], 3)
            .stride(2)
            .init(fresh, device);
        let stages = [[16, 32], [32, 64], [64, FEATURES]]
            .into_iter()
            .map(|channels| ConvNormConfig::new(channels, 3).init(fresh, device))
            .collect();
        Self { stem, stages }
    }

    /// The feature map of each stage.
    pub fn stages(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        let mut x = relu(self.stem.forward(pictures));
        let mut maps = vec![x.clone()];
        for stage in &self.stages {
            x = relu(stage.forward(max_pool2d(x, MaxPoolOptions::new([2, 2]))));
            maps.push(x.clone());
        }
        maps
    }

    /// `[n, 3, h, w]` to `[n, 128, h/16, w/16]`.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        self.stages
            .iter()
            .fold(relu(self.stem.forward(pictures)), |x, stage| {
                relu(stage.forward(max_pool2d(x, MaxPoolOptions::new([2, 2]))))
            })
    }

    /// Every batch norm folded into its convolution; see [`ConvNorm::folded`].
    pub fn folded(&self) -> Self {
        Self {
            stem: self.stem.folded(),
            stages: self.stages.iter().map(ConvNorm::folded).collect(),
        }
    }
}
