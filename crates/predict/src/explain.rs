//! Where in a picture the evidence for an answer is.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_models::Head;
use firelight_transforms::PictureRef;
use image::RgbImage;

use crate::predictor::host;
use crate::{Manifest, Network, NetworkConfig, Outputs, PredictError, Predictor, Seen};

/// A map of the evidence for one output of a model over a picture: a class, a number, a coordinate.
///
/// Where it comes from is the network's matter:
///
/// | network | heat |
/// |---|---|
/// | a body with a head | Grad-CAM over each picture of an item: with `A` the last feature map and `s` the output, each channel weighs as much as the mean of its gradient, `Σ_c mean(∂s/∂A_c) · A_c`. Of a class's score what is above 0, which speaks for the class; of a number the absolute value, which moves it up or down. Divided by the largest value of all pictures |
/// | a U-Net | its own map, which lies over the first picture: the probability of the class at each pixel |
/// | a position net | its own map, over the first picture too: the chance that the point of this coordinate is there, divided by its largest value; of a box the corners left top and right bottom |
///
/// A model of the user's own has none, since its last map is not known.
///
/// Source: R. Selvaraju and others, *Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization*
/// (2017).
///
/// `firelight_plots::overlay(&evidence.seen, &evidence.heat, evidence.columns)` draws it; the facade's `evidence.overlay()` draws all pictures
/// side by side.
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
pub struct Evidence {
    /// The number of the output that is explained, as [`TargetKind::names`](crate::TargetKind::names) counts them: a class, for one.
    pub output: usize,
    /// Evidence from 0 to 1, row after row; all 0 where nothing speaks for the class. Of several pictures an item the first one's.
    pub heat: Vec<f32>,
    /// Numbers in a row of `heat`, and of each of `others`.
    pub columns: usize,
    /// The picture as the model saw it: cropped and resized. Of several the first.
    pub seen: RgbImage,
    /// The item's other pictures, each with its heat, in their order. None of one picture an item, and none where the heat is a map of the
    /// network's own.
    pub others: Vec<(RgbImage, Vec<f32>)>,
}

impl Predictor {
    /// Where in `picture` the evidence for a number that the model gives is: for number `output`, or without one for
    /// [`Answer::output`](crate::Answer::output) of its answer, such as the class that is predicted.
    ///
    /// # Errors
    ///
    /// As [`answer_picture`](Self::answer_picture), and [`PredictError::NoOutput`] if there is no such number and
    /// [`PredictError::NoEvidence`] for a model of the user's.
    pub fn explain<'p>(
        &self,
        picture: impl Into<PictureRef<'p>>,
        output: Option<usize>,
    ) -> Result<Evidence, PredictError> {
        self.has_evidence(output)?;
        self.explain_seen(&self.see(picture)?, output)
    }

    /// The same of a picture as the model sees it already.
    ///
    /// # Errors
    ///
    /// As [`explain`](Self::explain), but for those of the transforms.
    pub fn explain_seen(&self, seen: &Seen, output: Option<usize>) -> Result<Evidence, PredictError> {
        self.has_evidence(output)?;
        let output = match output {
            Some(output) => output,
            None => self.answer_one(seen)?.output(),
        };
        let Seen { draw, planes } = seen;
        let (target, outputs) = (&self.manifest().target, self.manifest().target.columns());
        let channels = self.manifest().input.channels();
        let seen = self.manifest().transforms.normalize().decode_each(planes, draw.size, &channels);
        let (pixels, width) = (draw.size.pixels() as usize, draw.size.width as usize);
        let map = |numbers: &[f32], number: usize| numbers.chunks(pixels).nth(number).unwrap_or_default().to_vec();
        let (heat, cells, columns) = match self.network() {
            Network::Vision(model) => {
                let features = model.body.forward(self.input(draw.size, planes.clone()));
                let [_, _, rows, columns] = features.dims();
                let heat =
                    |moves: f32| if target.is_score(output) { moves.clamp(0.0, f32::INFINITY) } else { moves.abs() };
                let moves = moves(&model.head, features, channels.len(), output);
                (up_to_one(moves.into_iter().map(heat).collect()), rows * columns, columns)
            }
            Network::Positions(model) => {
                let numbers = host(model.outputs(self.input(draw.size, planes.clone())));
                let scores = map(numbers.get(outputs..).unwrap_or_default(), output / 2);
                (chances(&scores), pixels, width)
            }
            _ => (map(&self.outputs(draw.size, planes.clone())?, output), pixels, width),
        };
        if heat.iter().any(|heat| heat.is_nan()) {
            return Err(PredictError::NoNumbers { path: None });
        }
        let mut pictures = seen.into_iter().zip(heat.chunks(cells.max(1)).map(<[f32]>::to_vec));
        let (seen, heat) = pictures.next().unwrap_or_default();
        Ok(Evidence { output, heat, columns, seen, others: pictures.collect() })
    }

    /// Whether there is evidence for this output, or for any.
    fn has_evidence(&self, output: Option<usize>) -> Result<(), PredictError> {
        let Manifest { network, target, .. } = self.manifest();
        if let NetworkConfig::Own(own) = network {
            return Err(PredictError::NoEvidence { model: own.name.clone() });
        }
        let outputs = target.columns();
        match output {
            Some(output) if output >= outputs => Err(PredictError::NoOutput { output, outputs }),
            _ => Ok(()),
        }
    }
}

/// The map's channels, weighted by the mean gradients of an output: how far each cell of each of the pictures, whose maps are joined along the
/// channels, moves it, up or down.
fn moves(head: &Head, map: Tensor<4>, pictures: usize, output: usize) -> Vec<f32> {
    let device: Device = map.device().autodiff();
    // Frozen, so that dropout and batch norm do what they do in prediction though there is a graph.
    let head = head.clone().train().freeze();
    let tracked = Tensor::<4>::from_inner(map.clone()).to_device(&device).require_grad();
    let gradients = head.forward(tracked.clone()).narrow(1, output, 1).sum().backward();
    let [_, channels, rows, columns] = map.dims();
    let Some(gradient) = tracked.grad(&gradients) else { return vec![0.0; pictures * rows * columns] };
    let weighted = map * gradient.mean_dims(&[2, 3]);
    host(weighted.reshape([pictures, channels / pictures.max(1), rows, columns]).sum_dim(1))
}

/// Numbers from 0 up, divided by the largest of them.
fn up_to_one(heat: Vec<f32>) -> Vec<f32> {
    let most = heat.iter().copied().fold(0.0, f32::max);
    if most > 0.0 { heat.into_iter().map(|heat| heat / most).collect() } else { heat }
}

/// The softmax of scores, divided by its largest.
fn chances(scores: &[f32]) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter().map(|score| (score - most).exp()).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData};

    use super::moves;
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
            let raw = (0..4).map(|at| (0..3).map(|c| weight(c) * numbers[4 * c + at]).sum::<f32>() / 4.0);
            for (found, expected) in moves(&head, map.clone(), 1, class).iter().zip(raw) {
                assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
            }
        }
    }
}
