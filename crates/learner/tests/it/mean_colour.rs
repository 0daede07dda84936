//! The smallest model of pictures.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use firelight_learner::models::Model;

/// Scores from the mean colour: no norms, so that the batch size changes nothing but the gradient.
#[derive(Module, Debug)]
pub struct MeanColour {
    pub fc: Linear,
}

impl Model for MeanColour {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        pictures.mean_dims(&[2, 3]).flatten(1, 3)
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.fc.forward(features)
    }

    fn groups(&self) -> Vec<String> {
        vec![r"^fc\.".into()]
    }
}
