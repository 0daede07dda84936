//! What can go wrong between loaders and an exported model.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use firelight_datablock::DataError;
use firelight_doctor::DoctorError;
use firelight_files::FileError;
use firelight_losses::{CostError, LossError};
use firelight_metrics::MetricError;
use firelight_predict::PredictError;
use firelight_transforms::{TransformError, panic_message};

use firelight_models::weights::WeightsError;

/// A failure of training, evaluation, export or prediction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LearnerError {
    /// The data side failed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A loss was refused.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// Costs, class weights or a decision were refused.
    #[error(transparent)]
    Cost(#[from] CostError),
    /// Data could not be examined.
    #[error(transparent)]
    Doctor(#[from] DoctorError),
    /// Weights could not be loaded.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A download failed.
    #[cfg(feature = "download")]
    #[error(transparent)]
    Download(#[from] firelight_download::DownloadError),
    /// A parameter-group pattern is no regular expression.
    #[error("parameter groups: the pattern {patterns} cannot be used: {why}")]
    Groups {
        /// The pattern or patterns.
        patterns: String,
        /// What the expression compiler said.
        why: String,
    },
    /// The loss or a metric was built for other classes, or for another order of the same ones.
    #[error(
        "{what} was built for {theirs} classes that are not the data's {ours} in the same order; \
         build it with the vocab of these loaders (`dls.vocab()`)"
    )]
    OtherClasses {
        /// The loss or the metric.
        what: String,
        /// Its number of classes.
        theirs: usize,
        /// The data's number of classes.
        ours: usize,
    },
    /// The loss reads other rows than the model's head gives.
    #[error("the loss {loss:?} reads {reads}, and the model's head gives {gives}; {remedy}")]
    OtherHead {
        /// The loss.
        loss: String,
        /// What it reads.
        reads: String,
        /// What the head gives.
        gives: String,
        /// What mends it.
        remedy: &'static str,
    },
    /// A setting has no meaning.
    #[error("{setting}: {value} makes no sense; {remedy}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// The value given.
        value: String,
        /// What would.
        remedy: &'static str,
    },
    /// Something is not a number any more. Looked at before a step, so that no step is taken by it; the learner is as it was before
    /// the fit.
    #[error(
        "training: the {what} became {value} at step {step}; use a lower learning rate, and check the labels and the normalisation"
    )]
    Diverged {
        /// What it is: the loss, the length of the gradients, the validation loss.
        what: Cow<'static, str>,
        /// The step, counted from the start of this fit.
        step: usize,
        /// The value.
        value: f64,
    },
    /// An observer had the fit broken off ([`Flow::Interrupt`](crate::Flow::Interrupt)); the learner is as it was before the fit.
    #[error("training: broken off after step {step}; {}", told(checkpoint.as_ref()))]
    Interrupted {
        /// The last step, counted from the start of this fit.
        step: usize,
        /// The checkpoint that was written, with which the program goes on when it is run again; `None` without checkpoints.
        checkpoint: Option<PathBuf>,
    },
    /// A model, a loss, a metric or an observer panicked; the learner is as it was.
    #[error("{at}: a panic said: {why}; if it comes from a part of yours, mend it there")]
    Panicked {
        /// Where: at which step and over which item, at which event.
        at: String,
        /// What it said.
        why: String,
    },
    /// A model's output for an item is not a number, so nothing is predicted.
    #[error(
        "predict: the model's output for {} is not a number; load other weights, and check the normalisation",
        path.as_ref().map_or_else(|| "the picture".into(), |path| path.display().to_string())
    )]
    NoNumbers {
        /// The item, where it is a file.
        path: Option<PathBuf>,
    },
    /// A model's outputs for an item are not about its target.
    #[error("interpret: what the model gives for {path} is not about its target: {why}", path = .path.display())]
    Misfit {
        /// The item.
        path: PathBuf,
        /// What does not fit.
        why: MetricError,
    },
    /// Features that a learner cannot train on.
    #[error("features: they are of {what} than this learner has; compute them again with `head_features`")]
    Features {
        /// What they are of.
        what: &'static str,
    },
    /// Bytes that are no state of the optimizer at hand.
    #[error("optimizer: its state cannot be used: {why}; start without it, or use the optimizer that wrote it")]
    OptimizerState {
        /// What is wrong with it.
        why: String,
    },
    /// An observer's plot, table or file could not be written.
    #[error("{stage}: cannot write {path}: {why}", path = .path.display())]
    Write {
        /// Which step of the work.
        stage: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// A file could not be read.
    #[error("{stage}: cannot read {path}: {why}", path = .path.display())]
    Read {
        /// Which step of the work.
        stage: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// A picture could not be encoded or written.
    #[error("{stage}: cannot write the picture {path}: {why}", path = .path.display())]
    Picture {
        /// Which step of the work.
        stage: &'static str,
        /// The file.
        path: PathBuf,
        /// What the encoder said.
        why: image::ImageError,
    },
    /// A picture to predict could not be used; the reason names the stage and the file.
    #[error("predict: {why}")]
    Input {
        /// The file, where it is one.
        path: Option<PathBuf>,
        /// Stage and reason.
        why: TransformError,
    },
    /// A prediction failed in another way.
    #[error(transparent)]
    Predict(PredictError),
    /// Something of a learner cannot be stored: a transform or an input block that is code, a model without a name, weights that are
    /// no numbers.
    #[error("export: {why}")]
    Unstorable {
        /// What, why, and what to do.
        why: String,
    },
    /// A file is not what it should be, or not an undamaged one.
    #[error("load: {path} is not a usable Firelight {what}: {why}", path = .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What it should be: an export, kept weights, a checkpoint.
        what: &'static str,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// A checkpoint could not be written.
    #[error(
        "checkpoint: cannot write {path}: {why}; {good}; make room and run the program again to go on from there",
        path = .path.display()
    )]
    Checkpoint {
        /// The checkpoint that is not there now.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
        /// Which one is.
        good: String,
    },
    /// A checkpoint belongs to another run.
    #[error(
        "checkpoint: {path} belongs to another run: its {what} is {theirs}, here it is {ours}; \
         choose another folder for the checkpoints, or remove that one to start anew",
        path = .path.display()
    )]
    OtherRun {
        /// The checkpoint.
        path: PathBuf,
        /// What differs.
        what: String,
        /// What it is there.
        theirs: String,
        /// What it is here.
        ours: String,
    },
    /// Another run writes checkpoints to the same folder at this moment.
    #[error("checkpoint: another run is writing to {path}; give each a folder of its own, or wait for that one to end", path = .path.display())]
    TakenFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A device failed in the middle of its work.
    #[error("training: the device {device} failed: {why}; check it, and its connection if it is another machine's")]
    Device {
        /// Which one.
        device: String,
        /// What it said.
        why: String,
    },
}

/// How a fit that was broken off goes on.
fn told(checkpoint: Option<&PathBuf>) -> String {
    match checkpoint {
        Some(path) => format!("run the same program again to go on from {}", path.display()),
        None => "nothing of the fit is kept, which takes a folder for checkpoints (`with_checkpoints`)".into(),
    }
}

impl From<PredictError> for LearnerError {
    fn from(error: PredictError) -> Self {
        match error {
            PredictError::File(error) => error.into(),
            PredictError::Input { path, why } => Self::Input { path, why },
            PredictError::NoNumbers { path } => Self::NoNumbers { path },
            PredictError::Write { path, why } => Self::Write { stage: "predict", path, why },
            other => Self::Predict(other),
        }
    }
}

impl From<FileError> for LearnerError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Write { what, path, why } => Self::Write { stage: what, path, why },
            FileError::Read { path, why } => Self::Read { stage: "load", path, why },
            FileError::Unusable { path, what, why } => Self::Unusable { path, what, why },
            FileError::Manifest { why, .. } => Self::Unstorable { why },
            other => Self::Unstorable { why: other.to_string() },
        }
    }
}

impl LearnerError {
    /// What a panic at a certain place said.
    pub(crate) fn panicked(at: String, panic: &(dyn Any + Send)) -> Self {
        Self::Panicked { at, why: panic_message(panic) }
    }
}

/// Runs code that was given to us, a model, a loss, a metric, a block or an observer. Its panic is an error that says where it was; it
/// must end neither the program nor a thread of it.
pub(crate) fn guarded<T>(at: impl FnOnce() -> String, work: impl FnOnce() -> T) -> Result<T, LearnerError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| LearnerError::panicked(at(), panic.as_ref()))
}
