//! Prediction from pictures, without training data.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData, activation::softmax};
use firelight_files::FileError;
use firelight_models::weights::{filled, not_finite};
use firelight_models::{Model, VisionModel};
use firelight_transforms::{Scratch, Size, TransformError, decode, open, panic_message};
use firelight_vocab::Vocab;
use image::RgbImage;

use crate::manifest::FORMAT;
use crate::{Manifest, PredictError};

/// A trained model that tells classes of pictures.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_predict::Predictor;
///
/// let device = Device::flex();
/// let predictor = Predictor::load("pets.firelight", &device)?;
/// let prediction = predictor.predict("my-pet.jpg")?;
/// println!("{} ({:.1} %)", prediction.class, 100.0 * prediction.probability());
/// # Ok::<(), firelight_predict::PredictError>(())
/// ```
pub struct Predictor {
    manifest: Manifest,
    model: VisionModel,
    device: Device,
    reader: Option<Reader>,
}

/// Reads files in place of the usual reader.
type Reader = Arc<dyn Fn(&Path) -> Result<RgbImage, TransformError> + Send + Sync>;

impl fmt::Debug for Predictor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { manifest, device, reader, .. } = self;
        let reader = reader.as_ref().map(|_| "its own");
        f.debug_struct("Predictor")
            .field("manifest", manifest)
            .field("device", device)
            .field("reader", &reader)
            .finish_non_exhaustive()
    }
}

/// What a model says of one picture.
///
/// ```
/// use firelight_predict::Prediction;
///
/// let prediction = Prediction { class: "pug".into(), index: 1, probabilities: vec![0.3, 0.6, 0.1] };
/// assert_eq!(prediction.probability(), 0.6);
/// assert_eq!(prediction.likeliest(2), [(1, 0.6), (0, 0.3)]);
/// ```
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
    /// A predictor of a model that is there already: the one that the manifest describes, made by
    /// [`for_inference`](Model::for_inference), with the device that it is on.
    ///
    /// # Errors
    ///
    /// [`PredictError::Unfit`] if the manifest contradicts itself, such as a vocab of other classes than the head has, or the model gives
    /// another number of scores.
    pub fn new(manifest: Manifest, model: VisionModel, device: Device) -> Result<Self, PredictError> {
        if let Some(why) = manifest.problem(usize::MAX) {
            return Err(PredictError::Unfit { why });
        }
        let features = Tensor::<2>::zeros([1, manifest.head.pooled_features()], &device);
        let scores = catch_unwind(AssertUnwindSafe(|| model.classify(features).dims()[1]));
        let classes = manifest.vocab.len();
        match scores {
            Ok(scores) if scores == classes => Ok(Self { manifest, model, device, reader: None }),
            Ok(scores) => {
                Err(PredictError::Unfit { why: format!("the model gives {scores} scores for {classes} classes") })
            }
            Err(_) => {
                Err(PredictError::Unfit { why: "the model's head is not the one that the manifest describes".into() })
            }
        }
    }

    /// The same with files read by `reader` instead of the usual one, which decodes pictures: for files of another kind. A panic in it is
    /// an error that says so.
    pub fn with_reader(
        self,
        reader: impl Fn(&Path) -> Result<RgbImage, TransformError> + Send + Sync + 'static,
    ) -> Self {
        Self { reader: Some(Arc::new(reader)), ..self }
    }

    /// Reads a file that `Learner::export` wrote.
    ///
    /// # Errors
    ///
    /// [`PredictError::File`]: not there, not an export, damaged, or too new.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self, PredictError> {
        let path = path.as_ref();
        let (manifest, weights): (Manifest, _) = FORMAT.read(path)?;
        let refuse = |why: String| FileError::Unusable { path: path.to_path_buf(), what: FORMAT.what, why };
        if let Some(problem) = manifest.problem(weights.len()) {
            return Err(refuse(problem).into());
        }
        let device = device.clone().inner();
        let model = filled(manifest.model(&device), weights)
            .map_err(|error| refuse(format!("its weights do not fit its architecture {}: {error}", manifest.arch)))?;
        if let Some(tensor) = not_finite(&model) {
            return Err(refuse(format!("its weights {tensor} are not finite numbers")).into());
        }
        Ok(Self { manifest, model: model.for_inference(), device, reader: None })
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
    /// [`PredictError::Input`] if it cannot be read, decoded or transformed, and [`PredictError::NoNumbers`] where the model gives
    /// NaN.
    pub fn predict(&self, file: impl AsRef<Path>) -> Result<Prediction, PredictError> {
        let path = file.as_ref();
        self.read(path)
            .map_err(PredictError::input)
            .and_then(|picture| self.predict_picture(&picture))
            .map_err(|error| error.of_file(path))
    }

    /// The picture of a file, as training read it.
    pub(crate) fn read(&self, path: &Path) -> Result<RgbImage, TransformError> {
        match &self.reader {
            Some(reader) => unbroken("the reader", || reader(path)),
            None => open(path, &self.manifest.limits),
        }
    }

    /// The class of a picture.
    ///
    /// # Errors
    ///
    /// [`PredictError::Input`] if the transforms cannot take its size, and [`PredictError::NoNumbers`] where the model gives NaN.
    pub fn predict_picture(&self, picture: &RgbImage) -> Result<Prediction, PredictError> {
        let (size, planes) = self.planes(picture).map_err(PredictError::input)?;
        self.decide(self.probabilities(size, planes))
    }

    /// The class of a picture that is still encoded (JPEG, PNG, …), as a server gets it.
    ///
    /// # Errors
    ///
    /// As [`predict_picture`](Self::predict_picture), and [`PredictError::Input`] if the bytes are no picture.
    pub fn predict_bytes(&self, bytes: &[u8]) -> Result<Prediction, PredictError> {
        self.predict_picture(&decode(bytes, &self.manifest.limits).map_err(PredictError::input)?)
    }

    /// The classes of pictures of one size, whose planes follow each other, or for each why there is none.
    pub(crate) fn predict_planes(&self, size: Size, planes: Vec<f32>) -> Vec<Result<Prediction, PredictError>> {
        let probabilities = self.probabilities(size, planes);
        probabilities.chunks(self.vocab().len().max(1)).map(|row| self.decide(row.to_vec())).collect()
    }

    /// Of each class for each picture, one picture after the other.
    fn probabilities(&self, size: Size, planes: Vec<f32>) -> Vec<f32> {
        let features = self.model.features_in_chunks(self.input(size, planes));
        host(softmax(self.model.classify(features), 1))
    }

    /// What the model sees of a picture.
    pub(crate) fn planes(&self, picture: &RgbImage) -> Result<(Size, Vec<f32>), TransformError> {
        unbroken("a transform", || self.manifest.transforms.planes(picture, None, &mut Scratch::default()))
    }

    /// Planes of pictures of one size as `[n, 3, h, w]`.
    pub(crate) fn input(&self, size: Size, planes: Vec<f32>) -> Tensor<4> {
        let pictures = planes.len() / size.planes().max(1);
        let shape = [pictures, 3, size.height as usize, size.width as usize];
        Tensor::from_data(TensorData::new(planes, shape), &self.device)
    }

    pub(crate) fn model(&self) -> &VisionModel {
        &self.model
    }

    fn decide(&self, probabilities: Vec<f32>) -> Result<Prediction, PredictError> {
        if probabilities.iter().any(|probability| probability.is_nan()) {
            return Err(PredictError::NoNumbers { path: None });
        }
        let index = self.manifest.decision.best(&probabilities).unwrap_or_default();
        Ok(Prediction { class: self.vocab()[index].to_string(), index, probabilities })
    }
}

/// What code of a user's makes of a file; its panic is an error.
fn unbroken<T>(part: &str, work: impl FnOnce() -> Result<T, TransformError>) -> Result<T, TransformError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let reason = format!("a panic said: {}", panic_message(panic.as_ref()));
        Err(TransformError::Closure { name: part.to_owned(), reason })
    })
}

/// The numbers of a tensor, row by row.
pub(crate) fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}
