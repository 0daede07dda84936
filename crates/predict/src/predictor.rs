//! Prediction from pictures, without training data.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use firelight_files::FileError;
use firelight_models::Model;
use firelight_transforms::{Draw, Picture, PictureRef, Scratch, Size, TransformError, panic_message};
use firelight_vocab::Vocab;

use crate::ceiling::Ceiling;
use crate::manifest::FORMAT;
use crate::{Answer, Manifest, Network, NetworkConfig, Outputs, PredictError, Prediction, Registry, Seen, TargetKind};

/// A trained model that tells something of pictures: classes, numbers, masks, points, boxes.
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
    network: Network,
    /// Of the target's classes or points, for whoever asks; empty without.
    vocab: Vocab,
    device: Device,
    reader: Option<Reader>,
    /// None of a model that was made here.
    ceiling: Option<Ceiling>,
}

/// Reads files in place of the usual reader.
type Reader = Arc<dyn Fn(&Path) -> Result<Picture, TransformError> + Send + Sync>;

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

impl Predictor {
    /// A predictor of a model that is there already: the one that the manifest describes, made by
    /// [`for_inference`](Model::for_inference), with the device that it is on.
    ///
    /// # Errors
    ///
    /// [`PredictError::Unfit`] if the manifest contradicts itself, such as a vocab of other classes than the head has, or the model gives
    /// another number of scores.
    pub fn new(manifest: Manifest, model: impl Into<Network>, device: Device) -> Result<Self, PredictError> {
        let (problem, network) = (manifest.problem(usize::MAX), model.into());
        if let Some(why) = problem.or_else(|| other_network(&manifest, &network, &device)) {
            return Err(PredictError::Unfit { why });
        }
        Ok(Self::of(manifest, network, device))
    }

    fn of(manifest: Manifest, network: Network, device: Device) -> Self {
        let vocab = manifest.target.vocab().cloned().unwrap_or_else(|| Vocab::from_labels([""; 0]));
        Self { manifest, network, vocab, device, reader: None, ceiling: None }
    }

    /// The same with files read by `reader` instead of the usual one, which decodes pictures: for files of another kind. A panic in it is
    /// an error that says so.
    pub fn with_reader<P: Into<Picture>>(
        self,
        reader: impl Fn(&Path) -> Result<P, TransformError> + Send + Sync + 'static,
    ) -> Self {
        Self { reader: Some(Arc::new(move |path| reader(path).map(Into::into))), ..self }
    }

    /// Reads a file that `Learner::export` wrote.
    ///
    /// # Errors
    ///
    /// [`PredictError::File`]: not there, not an export, damaged, too new, of a model that only its maker's program knows, or for pictures of more
    /// than 1024×1024 pixels, with a U-Net 512×512 ([`Registry::with_pixels`] raises that).
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self, PredictError> {
        Self::load_with(path, &Registry::default(), device)
    }

    /// The same with models of your own, by the names that their exports have.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_with(path: impl AsRef<Path>, registry: &Registry, device: &Device) -> Result<Self, PredictError> {
        let path = path.as_ref();
        let (manifest, weights) = Manifest::read(path)?;
        let refuse = |why: String| FileError::unusable(path, FORMAT.what, &why);
        let ceiling = registry.ceiling();
        if let Some(problem) = manifest.transforms.output_size().and_then(|size| manifest.over(ceiling, size)) {
            return Err(refuse(problem).into());
        }
        let device = device.clone().inner();
        let network = manifest.network.load(weights, registry, &device).map_err(refuse)?;
        Ok(Self { ceiling: Some(ceiling), ..Self::of(manifest, network, device) })
    }

    /// What the file says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Which class has which number, or which point; empty for numbers and boxes.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// What the model says of a picture file, whatever it was trained for.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_predict::{Answer, Predictor};
    ///
    /// let heads = Predictor::load("heads.firelight", &Device::flex())?;
    /// if let Answer::Box([left, top, right, bottom]) = heads.answer("my-pet.jpg")? {
    ///     println!("the head is {:.0} by {:.0} pixels", right - left, bottom - top);
    /// }
    /// # Ok::<(), firelight_predict::PredictError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PredictError::Input`] if it cannot be read, decoded or transformed, and [`PredictError::NoNumbers`] where the model gives
    /// NaN.
    pub fn answer(&self, file: impl AsRef<Path>) -> Result<Answer, PredictError> {
        let path = file.as_ref();
        self.read(path)
            .map_err(PredictError::input)
            .and_then(|picture| self.answer_picture(&picture))
            .map_err(|error| error.of_file(path))
    }

    /// What the model says of an item of several files, bands or pictures, in the order that training had them.
    ///
    /// ```no_run
    /// # use firelight_predict::{PredictError, Predictor};
    /// # fn compare(predictor: Predictor) -> Result<(), PredictError> {
    /// let answer = predictor.answer_files(&["before.jpg", "after.jpg"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`answer`](Self::answer), and [`PredictError::Input`] for another number of files.
    pub fn answer_files<P: AsRef<Path>>(&self, files: &[P]) -> Result<Answer, PredictError> {
        let read = match (&self.reader, files) {
            (None, _) => self.manifest.open(files),
            (Some(_), [file]) => self.read(file.as_ref()),
            (Some(_), _) => {
                let reason = "the input block of the model is code that reads one file; predict with a loader".into();
                Err(TransformError::Input { reason })
            }
        };
        read.map_err(PredictError::input).and_then(|picture| self.answer_picture(&picture))
    }

    /// What the model says of a picture: of colours, of any channels, or of several (see [`Picture`]).
    ///
    /// # Errors
    ///
    /// [`PredictError::Input`] if the transforms cannot take its size, and [`PredictError::NoNumbers`] where the model gives NaN.
    pub fn answer_picture<'p>(&self, picture: impl Into<PictureRef<'p>>) -> Result<Answer, PredictError> {
        self.answer_one(&self.see(picture)?)
    }

    pub(crate) fn answer_one(&self, seen: &Seen) -> Result<Answer, PredictError> {
        self.read_row(&self.outputs(seen.size(), seen.planes.clone())?, &seen.draw)
    }

    /// What the model says of a picture that is still encoded (JPEG, PNG, …), as a server gets it.
    ///
    /// # Errors
    ///
    /// As [`answer_picture`](Self::answer_picture), and [`PredictError::Input`] if the bytes are no picture.
    pub fn answer_bytes(&self, bytes: &[u8]) -> Result<Answer, PredictError> {
        self.answer_one(&self.see_bytes(bytes)?)
    }

    /// The class of a picture file.
    ///
    /// # Errors
    ///
    /// As [`answer`](Self::answer), and [`PredictError::OtherKind`] for a model that does not tell one class.
    pub fn predict(&self, file: impl AsRef<Path>) -> Result<Prediction, PredictError> {
        self.one_class()?;
        self.answer(file).and_then(|answer| self.class(answer))
    }

    /// The class of a picture.
    ///
    /// # Errors
    ///
    /// As [`answer_picture`](Self::answer_picture), and [`PredictError::OtherKind`].
    pub fn predict_picture<'p>(&self, picture: impl Into<PictureRef<'p>>) -> Result<Prediction, PredictError> {
        self.one_class()?;
        self.answer_picture(picture).and_then(|answer| self.class(answer))
    }

    /// The class of a picture that is still encoded (JPEG, PNG, …), as a server gets it.
    ///
    /// # Errors
    ///
    /// As [`answer_bytes`](Self::answer_bytes), and [`PredictError::OtherKind`].
    pub fn predict_bytes(&self, bytes: &[u8]) -> Result<Prediction, PredictError> {
        self.one_class()?;
        self.answer_bytes(bytes).and_then(|answer| self.class(answer))
    }

    /// What the model gives for a picture, activated and calibrated: what [`answer_picture`](Self::answer_picture) is read from, and what
    /// `Learner::predictions` has as a row.
    ///
    /// # Errors
    ///
    /// As [`answer_picture`](Self::answer_picture), but for NaN, which is given as it is.
    pub fn outputs_of<'p>(&self, picture: impl Into<PictureRef<'p>>) -> Result<Vec<f32>, PredictError> {
        let Seen { draw, planes } = self.seen(picture).map_err(PredictError::input)?;
        self.outputs(draw.size, planes)
    }

    /// Whether the model tells one class, which [`predict`](Self::predict) is for.
    ///
    /// # Errors
    ///
    /// [`PredictError::OtherKind`], which says what it tells, if it does not.
    pub fn one_class(&self) -> Result<(), PredictError> {
        match &self.manifest.target {
            TargetKind::Category(_) => Ok(()),
            other => Err(PredictError::OtherKind { kind: other.to_string() }),
        }
    }

    /// Whether an item of the model is one file, as [`predict_files`](Self::predict_files) and any program that is given single pictures takes it.
    ///
    /// # Errors
    ///
    /// [`PredictError::SeveralFiles`] if it is not.
    pub fn one_file(&self) -> Result<(), PredictError> {
        match self.manifest.input.files() {
            files if files != 1 && self.reader.is_none() => Err(PredictError::SeveralFiles { files }),
            _ => Ok(()),
        }
    }

    pub(crate) fn class(&self, answer: Answer) -> Result<Prediction, PredictError> {
        match answer {
            Answer::Category(prediction) => Ok(prediction),
            _ => Err(PredictError::OtherKind { kind: self.manifest.target.to_string() }),
        }
    }

    /// The picture of a file, as training read it.
    pub(crate) fn read(&self, path: &Path) -> Result<Picture, TransformError> {
        match &self.reader {
            Some(reader) => unbroken("the reader", || reader(path)),
            None => self.manifest.open(&[path]),
        }
    }

    /// What the model gives for pictures of one size, activated and calibrated, one picture after the other.
    ///
    /// # Errors
    ///
    /// [`PredictError::Unfit`] where a model of the user's panics, or gives other numbers than its target has.
    pub(crate) fn outputs(&self, size: Size, planes: Vec<f32>) -> Result<Vec<f32>, PredictError> {
        let (target, pictures) = (&self.manifest.target, planes.len() / size.planes_of(self.channels()).max(1));
        let run = || host(target.activate(self.network.outputs(self.input(size, planes))));
        let outputs = catch_unwind(AssertUnwindSafe(run)).map_err(|panic| PredictError::Unfit {
            why: format!("the model panicked: {}", panic_message(panic.as_ref())),
        })?;
        let wanted = target.columns() * if target.is_map() { size.pixels() as usize } else { 1 };
        if outputs.len() == pictures * wanted {
            return Ok(self.manifest.trust.calibrated(outputs));
        }
        let why =
            format!("the model gives {} numbers a picture, and {target} is {wanted}", outputs.len() / pictures.max(1));
        Err(PredictError::Unfit { why })
    }

    /// A row of them as an answer.
    pub(crate) fn read_row(&self, row: &[f32], draw: &Draw) -> Result<Answer, PredictError> {
        if row.iter().any(|output| output.is_nan()) {
            return Err(PredictError::NoNumbers { path: None });
        }
        Ok(Answer::of(&self.manifest, row, draw))
    }

    /// What the model sees of a picture.
    pub(crate) fn seen<'p>(&self, picture: impl Into<PictureRef<'p>>) -> Result<Seen, TransformError> {
        let picture = picture.into();
        let (given, needed) = (picture.channels(), self.channels());
        if given != needed {
            let reason = format!("the picture has {given} channel(s), and the model takes {needed}");
            return Err(TransformError::Input { reason });
        }
        // Where the transforms fix no size it is the picture's that says what the model takes.
        let transforms = &self.manifest.transforms;
        if let (Some(ceiling), None) = (self.ceiling, transforms.output_size())
            && let Some(reason) = self.manifest.over(ceiling, transforms.draw(picture.size(), None)?.size)
        {
            return Err(TransformError::Input { reason });
        }
        let see = || transforms.planes_drawn(picture, None, &mut Scratch::default());
        let (draw, planes) = unbroken("a transform", see)?;
        Ok(Seen { draw, planes })
    }

    /// Channels of all pictures of an item.
    fn channels(&self) -> usize {
        self.manifest.input.channels().iter().sum()
    }

    /// Planes of pictures of one size as `[n, channels, h, w]`.
    pub(crate) fn input(&self, size: Size, planes: Vec<f32>) -> Tensor<4> {
        let channels = self.channels();
        let pictures = planes.len() / size.planes_of(channels).max(1);
        let shape = [pictures, channels, size.height as usize, size.width as usize];
        Tensor::from_data(TensorData::new(planes, shape), &self.device)
    }

    /// How many pictures of this size have together no more pixels than one may have; at least 1.
    pub(crate) fn together(&self, size: Size) -> usize {
        let most = self.ceiling.unwrap_or_default().most(self.manifest.maps());
        let pixels = size.pixels().saturating_mul(self.channels().div_ceil(3) as u64);
        (most / pixels.max(1)).max(1) as usize
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }
}

/// Why a network is not the one that the manifest describes, if it is not.
fn other_network(manifest: &Manifest, network: &Network, device: &Device) -> Option<String> {
    let columns = manifest.target.columns();
    match (&manifest.network, network) {
        (NetworkConfig::Vision { head, .. }, Network::Vision(model)) => {
            let features = Tensor::<2>::zeros([1, head.pooled_features()], device);
            match catch_unwind(AssertUnwindSafe(|| model.classify(features).dims()[1])) {
                Ok(numbers) if numbers == head.outputs() => None,
                Ok(numbers) => Some(format!("the model gives {numbers} scores for {columns} classes")),
                Err(_) => Some("the model's head is not the one that the manifest describes".into()),
            }
        }
        (NetworkConfig::UNet(_), Network::UNet(_))
        | (NetworkConfig::Positions(_), Network::Positions(_))
        | (NetworkConfig::Own(_), Network::Own(_)) => None,
        _ => Some("the model is of another kind than the manifest describes".into()),
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
