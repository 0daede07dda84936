use burn::module::Module;
use burn::tensor::Tensor;

use crate::{Body, Head, Model, Noise};

/// A [`Body`] and a [`Head`].
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Arch, HeadConfig, Model, VisionModel};
///
/// let device = Device::flex();
/// let head = HeadConfig::new(Arch::Small.features(), 37).init(43, &device);
/// let model = VisionModel::new(Arch::Small.body(42, &device), head);
/// assert_eq!(model.forward(Tensor::zeros([2, 3, 32, 32], &device)).dims(), [2, 37]);
/// ```
#[derive(Module, Debug)]
pub struct VisionModel {
    /// Pictures to feature map.
    pub body: Body,
    /// Feature map to scores.
    pub head: Head,
}

impl AsRef<Body> for VisionModel {
    fn as_ref(&self) -> &Body {
        &self.body
    }
}

impl VisionModel {
    /// Joins the two; the head must be made for the body's features.
    pub fn new(body: Body, head: Head) -> Self {
        Self { body, head }
    }
}

impl Model for VisionModel {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.head.pool(self.body.forward(pictures))
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.head.classify(features)
    }

    fn groups(&self) -> Vec<String> {
        let body = self.body.groups().iter().map(|group| format!(r"^body\.{group}"));
        body.chain([r"^head\.".to_owned()]).collect()
    }

    fn classify_in_training(&self, features: Tensor<2>, noise: &mut Noise) -> Tensor<2> {
        self.head.classify_in_training(features, noise)
    }

    fn features_in_training(&self, pictures: Tensor<4>, noise: &mut Noise) -> Tensor<2> {
        self.head.pool(self.body.forward_in_training(pictures, noise))
    }

    fn drop_path(&self) -> f64 {
        self.body.depth().rate()
    }

    fn draws_from_device(&self) -> bool {
        false
    }

    fn least_batch(&self) -> usize {
        if self.head.has_norms() { 2 } else { 1 }
    }

    fn mixes_precision(&self) -> bool {
        true
    }

    /// The body's batch norms are folded into its convolutions.
    fn for_inference(&self) -> Self {
        let valid = self.valid();
        Self { body: valid.body.folded(), head: valid.head }
    }
}
