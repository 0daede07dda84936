//! Where in a picture the evidence for a class is.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_transforms::PictureRef;
use image::RgbImage;

use firelight_models::Head;

use crate::predictor::{Seen, host};
use crate::{Network, PredictError, Predictor};

/// A map of the evidence for one class over a picture (Grad-CAM).
///
/// With `A` the last feature map and `s` the class's score, each channel weighs as much as the mean of its gradient:
/// `relu(Σ_c mean(∂s/∂A_c) · A_c)`, divided by its largest value.
///
/// Source: R. Selvaraju and others, *Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization*
/// (2017).
///
/// `firelight_plots::overlay(&evidence.seen, &evidence.heat, evidence.columns)` draws it; the facade has it as `evidence.overlay()`.
///
/// ```no_run
/// # use firelight_predict::{PredictError, Predictor};
/// # fn explain(predictor: Predictor) -> Result<(), Box<dyn std::error::Error>> {
/// let picture = image::open("my-pet.jpg")?.to_rgb8();
/// let evidence = predictor.explain(&picture, None)?; // for the class that it picks
/// println!("{} cells, {} in a row", evidence.heat.len(), evidence.columns);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GradCam {
    /// The class that is explained.
    pub class: usize,
    /// Evidence from 0 to 1, row after row; all 0 where nothing speaks for the class.
    pub heat: Vec<f32>,
    /// Numbers in a row of `heat`.
    pub columns: usize,
    /// The picture as the model saw it: cropped and resized.
    pub seen: RgbImage,
}

impl Predictor {
    /// Where in `picture` the evidence for class number `class` is; without one, for the class that is predicted.
    ///
    /// # Errors
    ///
    /// As [`predict_picture`](Self::predict_picture).
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn explain<'p>(
        &self,
        picture: impl Into<PictureRef<'p>>,
        class: Option<usize>,
    ) -> Result<GradCam, PredictError> {
        let picture = picture.into();
        self.one_class()?;
        assert!(class.is_none_or(|class| class < self.vocab().len()), "there is no class {class:?}");
        let Network::Vision(model) = self.network() else {
            return Err(PredictError::OtherKind { kind: "nothing of where its evidence is".into() });
        };
        let class = match class {
            Some(class) => class,
            None => self.predict_picture(picture)?.index,
        };
        let Seen { draw, planes } = self.seen(picture).map_err(PredictError::input)?;
        let seen = self.manifest().transforms.normalize().decode(&planes, draw.size);
        let map = model.body.forward(self.input(draw.size, planes));
        let columns = map.dims()[3];
        let heat = evidence(&model.head, map, class);
        if heat.iter().any(|heat| heat.is_nan()) {
            return Err(PredictError::NoNumbers { path: None });
        }
        Ok(GradCam { class, heat, columns, seen })
    }
}

/// The map's channels, weighted by the mean gradients of the score.
fn evidence(head: &Head, map: Tensor<4>, class: usize) -> Vec<f32> {
    let device: Device = map.device().autodiff();
    // Frozen, so that dropout and batch norm do what they do in prediction though there is a graph.
    let head = head.clone().train().freeze();
    let tracked = Tensor::<4>::from_inner(map.clone()).to_device(&device).require_grad();
    let gradients = head.forward(tracked.clone()).narrow(1, class, 1).sum().backward();
    let Some(gradient) = tracked.grad(&gradients) else { return vec![0.0; map.dims()[2] * map.dims()[3]] };
    let weights = gradient.mean_dims(&[2, 3]);
    let values = host((map * weights).sum_dim(1).clamp_min(0.0));
    let most = values.iter().copied().fold(0.0, f32::max);
    if most > 0.0 { values.into_iter().map(|value| value / most).collect() } else { values }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData};

    use super::evidence;
    use crate::predictor::host;
    use firelight_models::HeadConfig;

    /// Over an average pool and one linear layer the gradients are that layer's weights, the same everywhere.
    #[test]
    fn evidence_is_the_map_weighted_by_the_gradients_of_the_score() {
        let device = Device::flex();
        let config = HeadConfig::new(3, 2).with_hidden([]).with_concat_pool(false).with_first_norm(false);
        let head = config.with_dropout(0.5).init(5, &device);
        let numbers: Vec<f32> = (0..3 * 4).map(|i| ((i * 7 + 3) % 11) as f32 - 4.0).collect();
        let map: Tensor<4> = Tensor::from_data(TensorData::new(numbers.clone(), [1, 3, 2, 2]), &device);
        // The weights, read from the scores of one-hot features.
        let rows: Tensor<2> = Tensor::from_floats([[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]], &device);
        let scores = host(head.classify(rows));
        for class in 0..2 {
            let weight = |channel: usize| scores[2 * (channel + 1) + class] - scores[class];
            let raw: Vec<f32> =
                (0..4).map(|at| (0..3).map(|c| weight(c) * numbers[4 * c + at]).sum::<f32>().max(0.0)).collect();
            let most = raw.iter().copied().fold(0.0, f32::max);
            for (found, expected) in evidence(&head, map.clone(), class).iter().zip(&raw) {
                assert!((found - expected / most).abs() < 1e-5, "{found} is not {}", expected / most);
            }
        }
    }
}
