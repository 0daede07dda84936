//! What can go wrong between loaders and an exported model.

use std::path::PathBuf;

use firelight_datablock::DataError;
use firelight_transforms::TransformError;

use crate::weights::WeightsError;

/// A failure of training, evaluation, export or prediction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LearnerError {
    /// The data side failed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Weights could not be loaded.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A download failed.
    #[cfg(feature = "download")]
    #[error(transparent)]
    Download(#[from] firelight_datablock::download::DownloadError),
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
    /// The loss is not a number any more.
    #[error(
        "training: the loss became {loss} at step {step}; use a lower learning rate, and check the labels and the normalisation"
    )]
    Diverged {
        /// The step, counted from the start of this fit.
        step: usize,
        /// The value.
        loss: f64,
    },
    /// Bytes that are no state of the optimizer at hand.
    #[error("optimizer: its state cannot be used: {why}; start without it, or use the optimizer that wrote it")]
    OptimizerState {
        /// What is wrong with it.
        why: String,
    },
    /// An observer's plot, table or file could not be written.
    #[error("{stage}: cannot write {path}: {source}", path = .path.display())]
    Write {
        /// Which step of the work.
        stage: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("{stage}: cannot read {path}: {source}", path = .path.display())]
    Read {
        /// Which step of the work.
        stage: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A picture could not be encoded or written.
    #[error("{stage}: cannot write the picture {path}: {source}", path = .path.display())]
    Picture {
        /// Which step of the work.
        stage: &'static str,
        /// The file.
        path: PathBuf,
        /// What the encoder said.
        source: image::ImageError,
    },
    /// A picture to predict could not be used; the source names the stage and the file.
    #[error("predict: {source}")]
    Input {
        /// The file.
        path: PathBuf,
        /// Stage and reason.
        source: TransformError,
    },
    /// A transform cannot be stored.
    #[error(
        "export: the transforms cannot be stored: {why}; use transforms that are values, not closures, in a model to export"
    )]
    Unstorable {
        /// Which, and why.
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
        "checkpoint: cannot write {path}: {source}; {good}; make room and run the program again to go on from there",
        path = .path.display()
    )]
    Checkpoint {
        /// The checkpoint that is not there now.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
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
        what: &'static str,
        /// What it is there.
        theirs: String,
        /// What it is here.
        ours: String,
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
