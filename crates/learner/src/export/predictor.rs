//! Prediction from pictures, without training data.

use std::path::Path;

use burn::store::{ModuleSnapshot, SafetensorsStore};
use burn::tensor::{Device, Tensor, TensorData, activation::softmax};
use firelight_transforms::{Limits, Scratch, TransformError, open};
use firelight_vocab::Vocab;
use image::RgbImage;

use super::{Manifest, file};
use crate::LearnerError;
use crate::fit::{host, pick};
use crate::models::{Model, VisionModel};

/// A trained model that tells classes of pictures.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_learner::Predictor;
///
/// let device = Device::flex();
/// let predictor = Predictor::load("pets.firelight", &device)?;
/// let prediction = predictor.predict("my-pet.jpg")?;
/// println!("{} ({:.1} %)", prediction.class, 100.0 * prediction.probability());
/// # Ok::<(), firelight_learner::LearnerError>(())
/// ```
#[derive(Debug)]
pub struct Predictor {
    manifest: Manifest,
    model: VisionModel,
    device: Device,
}

/// What a model says of one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The class that the decision rule picks.
    pub class: String,
    /// Its number.
    pub index: usize,
    /// Probability of every class, in the vocab's order; they sum to 1.
    pub probabilities: Vec<f32>,
}

impl Prediction {
    /// Probability of the picked class.
    pub fn probability(&self) -> f32 {
        self.probabilities[self.index]
    }

    /// The `k` likeliest class numbers with their probabilities, likeliest first.
    pub fn likeliest(&self, k: usize) -> Vec<(usize, f32)> {
        let mut ranked: Vec<(usize, f32)> = self.probabilities.iter().copied().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(k);
        ranked
    }
}

impl Predictor {
    pub(super) fn new(manifest: Manifest, model: VisionModel, device: Device) -> Self {
        Self { manifest, model, device }
    }

    /// Reads a file that [`Learner::export`](crate::Learner::export) wrote.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Read`] and [`LearnerError::Export`]: not there, not an export, damaged, or too new.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self, LearnerError> {
        let path = path.as_ref();
        let (manifest, weights) = file::read(path)?;
        let device = device.clone().inner();
        let body = manifest.arch.body(0, &device);
        let mut model = VisionModel::new(body, manifest.head.init(0, &device));
        let mut store = SafetensorsStore::from_bytes(Some(weights));
        model.load_from(&mut store).map_err(|error| LearnerError::Export {
            path: path.to_path_buf(),
            why: format!("its weights do not fit its architecture {}: {error}", manifest.arch),
        })?;
        let model = model.for_inference();
        Ok(Self { manifest, model, device })
    }

    /// What the file says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Which class has which number.
    pub fn vocab(&self) -> &Vocab {
        &self.manifest.vocab
    }

    /// The class of a picture file.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Input`] if it cannot be read, decoded or transformed.
    pub fn predict(&self, file: impl AsRef<Path>) -> Result<Prediction, LearnerError> {
        let path = file.as_ref();
        let named =
            |source: TransformError| LearnerError::Input { path: path.to_path_buf(), source: source.in_file(path) };
        let picture = open(path, &Limits::default()).map_err(named)?;
        self.predict_picture(&picture).map_err(named)
    }

    /// The class of a picture.
    ///
    /// # Errors
    ///
    /// [`TransformError`] if the transforms cannot take its size.
    pub fn predict_picture(&self, picture: &RgbImage) -> Result<Prediction, TransformError> {
        let probabilities = host(softmax(self.model.forward(self.input(picture)?), 1));
        let index = pick(&self.manifest.decision, &probabilities);
        Ok(Prediction { class: self.vocab()[index].to_string(), index, probabilities })
    }

    fn input(&self, picture: &RgbImage) -> Result<Tensor<4>, TransformError> {
        let (size, planes) = self.manifest.transforms.planes(picture, None, &mut Scratch::default())?;
        let (height, width) = (size.height as usize, size.width as usize);
        Ok(Tensor::from_data(TensorData::new(planes, [1, 3, height, width]), &self.device))
    }
}
