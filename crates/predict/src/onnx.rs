//! A model as other programs run it.

use std::path::Path;

use burn::tensor::{Device, Tensor, activation};
use firelight_costs::{Calibration, CalibrationFormula};
use firelight_onnx::{Export, OnnxModel, Output};
use firelight_transforms::Size;

use crate::kind::TargetKind;
use crate::{Outputs, PredictError, Predictor};

impl Predictor {
    /// The model as an ONNX file, as ONNX Runtime and other programs run it: with all that happens between the normalised picture and what
    /// [`outputs_of`](Self::outputs_of) gives, the calibration too. The decision that follows is said in the metadata.
    ///
    /// The input is `pictures`, `f32`, `[batch, channels, height, width]` with any number of pictures, normalised as the metadata says. The outputs:
    ///
    /// | of | outputs |
    /// |---|---|
    /// | one class | `scores` and `probabilities`, `[batch, classes]` |
    /// | any of some classes | the same, each probability by itself |
    /// | a mask | the same, `[batch, classes, height, width]` |
    /// | numbers | `values`, `[batch, numbers]`, in their own units |
    /// | points | `points`, `[batch, 2 · points]`: x and y of each, from -1 to 1 over the picture |
    /// | a box | `box`, `[batch, 4]`: left, top, right and bottom, likewise |
    /// | two of them | those of both, `second_…` where the first has one of that name |
    ///
    /// The metadata: `target` in words, `names` of the outputs' columns, `channels` of each picture of an item, `size` (height and width), `mean` and
    /// `std` of the normalisation of numbers from 0 to 1, `transforms` in words, and as `firelight` the manifest, all in JSON.
    ///
    /// `size` is for models that take pictures of any size; others have one.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_predict::Predictor;
    ///
    /// let predictor = Predictor::load("pets.firelight", &Device::flex())?;
    /// let bytes = predictor.to_onnx(None)?.with_property("licence", "apache-2.0").to_bytes();
    /// # Ok::<(), firelight_predict::PredictError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PredictError::Onnx`] of a model of your own whose operations have no rule, and [`PredictError::NoSize`].
    pub fn to_onnx(&self, size: Option<Size>) -> Result<OnnxModel, PredictError> {
        let manifest = self.manifest();
        let size = manifest.transforms.output_size().or(size).ok_or(PredictError::NoSize)?;
        let channels = manifest.input.channels();
        let [height, width] = [size.height, size.width].map(|side| side as usize);
        let export = Export::new("pictures", [channels.iter().sum(), height, width]);
        let read = |scores: Tensor<2>| {
            let mut named = Named::default();
            named.read(&manifest.target, scores, [height, width], manifest.trust.calibration.as_ref());
            named.outputs
        };
        let normalize = manifest.transforms.normalize();
        Ok(self
            .network()
            .written(&export, &read)
            .map_err(|why| PredictError::Onnx { why })?
            .with_property("target", manifest.target.to_string())
            .with_property("names", json(&manifest.target.names()))
            .with_property("channels", json(&channels))
            .with_property("size", json(&[height, width]))
            .with_property("mean", json(&normalize.mean))
            .with_property("std", json(&normalize.std))
            .with_property("transforms", manifest.transforms.to_string())
            .with_property("firelight", json(manifest)))
    }

    /// Writes the model as an ONNX file, whole or not at all: [`to_onnx`](Self::to_onnx).
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_predict::Predictor;
    ///
    /// Predictor::load("pets.firelight", &Device::flex())?.export_onnx("pets.onnx")?;
    /// # Ok::<(), firelight_predict::PredictError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_onnx`](Self::to_onnx), and [`PredictError::Write`].
    pub fn export_onnx(&self, path: impl AsRef<Path>) -> Result<(), PredictError> {
        let path = path.as_ref();
        self.to_onnx(None)?.save(path).map_err(|why| PredictError::Write { path: path.to_path_buf(), why })
    }
}

/// What is said in JSON here has no part that JSON lacks.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The outputs of a file, each with a name of its own.
#[derive(Default)]
struct Named {
    outputs: Vec<Output>,
    taken: Vec<&'static str>,
}

impl Named {
    fn push<const D: usize>(&mut self, name: &'static str, tensor: Tensor<D>) {
        self.taken.push(name);
        let told = match self.taken.iter().filter(|taken| **taken == name).count() {
            1 => name.to_owned(),
            2 => format!("second_{name}"),
            // Of a pair of pairs.
            count => format!("{count}_{name}"),
        };
        self.outputs.push(Output::new(told, tensor));
    }

    /// What the scores of a network are, by the kind of target.
    fn read(&mut self, target: &TargetKind, scores: Tensor<2>, size: [usize; 2], calibration: Option<&Calibration>) {
        match target {
            TargetKind::Category(_) => {
                let scores = target.first(scores);
                let probabilities = match calibration {
                    Some(calibration) => calibrated(scores.clone(), calibration),
                    None => activation::softmax(scores.clone(), 1),
                };
                self.push("scores", scores);
                self.push("probabilities", probabilities);
            }
            TargetKind::Categories(_) => {
                self.push("scores", scores.clone());
                self.push("probabilities", activation::sigmoid(scores));
            }
            TargetKind::Mask(vocab) => {
                let ([batch, _], [height, width]) = (scores.dims(), size);
                let scores: Tensor<4> = scores.reshape([batch, vocab.len(), height, width]);
                self.push("scores", scores.clone());
                self.push("probabilities", activation::softmax(scores, 1));
            }
            TargetKind::Values(_) => self.push("values", target.first(scores)),
            TargetKind::Points(_) => self.push("points", target.first(scores)),
            TargetKind::Box => self.push("box", target.first(scores)),
            TargetKind::Pair(first, second) => {
                let [_, numbers] = scores.dims();
                let columns = first.columns();
                self.read(first, scores.clone().narrow(1, 0, columns), size, None);
                self.read(second, scores.narrow(1, columns, numbers - columns), size, None);
            }
        }
    }
}

/// [`Calibration::apply_scores`] of rows of scores.
fn calibrated(scores: Tensor<2>, calibration: &Calibration) -> Tensor<2> {
    let device = scores.device();
    let row = |numbers: &[f64]| numbers_on(numbers, &device).unsqueeze::<2>();
    // The logarithm of the least number above 0, as there.
    let logs = activation::log_softmax(scores, 1).clamp_min(f64::from(f32::from_bits(1)).ln());
    let scaled = match calibration.formula() {
        CalibrationFormula::PerClass { factors, summands } => logs * row(&factors) + row(&summands),
        CalibrationFormula::ByLikeliest { temperatures } => {
            let likeliest = logs.clone().argmax(1).squeeze_dim::<1>(1);
            logs / numbers_on(&temperatures, &device).select(0, likeliest).unsqueeze_dim(1)
        }
    };
    activation::softmax(scaled, 1)
}

fn numbers_on(numbers: &[f64], device: &Device) -> Tensor<1> {
    let numbers: Vec<f32> = numbers.iter().map(|number| *number as f32).collect();
    Tensor::from_floats(numbers.as_slice(), device)
}
