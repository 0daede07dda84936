use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use crate::{Body, Fresh};

/// The whole network as it was published: body, average pool, one linear layer (`fc`).
///
/// It gives the scores of the data the weights were trained on (1000 classes for `ImageNet`); fine-tuning takes the
/// [`body`](Self::body) and puts a [`Head`](super::Head) on it.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let network = Arch::Small.classifier(10, 42, &device);
/// assert_eq!(network.forward(Tensor::zeros([2, 3, 32, 32], &device)).dims(), [2, 10]);
/// ```
#[derive(Module, Debug)]
pub struct Classifier {
    /// Pictures to feature map.
    pub body: Body,
    /// Averaged features to scores.
    pub fc: Linear,
}

impl Classifier {
    /// Puts a fresh linear layer for `classes` on a body that gives `features` channels.
    pub fn new(body: Body, features: usize, classes: usize, fresh: &mut Fresh, device: &Device) -> Self {
        let bound = 1.0 / (features as f64).sqrt();
        let mut fc = LinearConfig::new(features, classes).with_initializer(Initializer::Zeros).init(device);
        fc.weight = fresh.uniform([features, classes], bound, device);
        fc.bias = Some(fresh.uniform([classes], bound, device));
        Self { body, fc }
    }

    /// Normalised pictures `[n, 3, h, w]` to scores `[n, classes]`.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let features: Tensor<3> = self.body.forward(pictures).flatten(2, 3);
        self.fc.forward(features.mean_dim(2).squeeze_dim(2))
    }
}
