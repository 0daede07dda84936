use std::path::{Path, PathBuf};

use firelight_files::FileError;
use firelight_transforms::TransformError;

/// Why there is no prediction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PredictError {
    /// The export could not be read, or is none.
    #[error(transparent)]
    File(#[from] FileError),
    /// A picture could not be used; the reason names the stage and the file.
    #[error("predict: {why}")]
    Input {
        /// The file, where it is one.
        path: Option<PathBuf>,
        /// Stage and reason.
        why: TransformError,
    },
    /// A model's output for a picture is not a number, so nothing is predicted.
    #[error(
        "predict: the model's output for {} is not a number; load other weights, and check the normalisation",
        path.as_ref().map_or_else(|| "the picture".into(), |path| path.display().to_string())
    )]
    NoNumbers {
        /// The file, where it is one.
        path: Option<PathBuf>,
    },
    /// A manifest that no model can have.
    #[error("predict: the manifest makes no sense: {why}; take it from the export that the model is from")]
    Unfit {
        /// What is wrong with it.
        why: String,
    },
    /// One class was asked for, of a model that was not trained to tell one.
    #[error("predict: the model tells {kind}, not one class; ask for its answer (`Predictor::answer`)")]
    OtherKind {
        /// What it tells.
        kind: String,
    },
    /// Single files were given to a model whose items have several.
    #[error(
        "predict: an item of this model has {files} files, and each is given alone; predict items with `Predictor::answer_files`"
    )]
    SeveralFiles {
        /// How many files an item has.
        files: usize,
    },
    /// The evidence was asked for an output that the model does not have.
    #[error("evidence: the model has no output {output}; it has {outputs}, counted from 0 (`TargetKind::names`)")]
    NoOutput {
        /// What was asked for.
        output: usize,
        /// How many there are.
        outputs: usize,
    },
    /// The evidence was asked for of a model of the user's, whose last map nothing here knows.
    #[error(
        "evidence: the model {model:?} is its maker's own, and where its evidence is only the program that made it can tell; ask for its \
         answer (`Predictor::answer`)"
    )]
    NoEvidence {
        /// The model's name.
        model: String,
    },
    /// The model cannot be written as an ONNX file.
    #[cfg(feature = "onnx")]
    #[error("onnx: {why}")]
    Onnx {
        /// Which operation it is about, or what else.
        why: firelight_onnx::OnnxError,
    },
    /// An ONNX file is for pictures of one size, and the model takes any.
    #[error("onnx: the model takes pictures of any size, and a file is for one; name it (`Predictor::to_onnx`)")]
    NoSize,
    /// Batches without a picture were asked for.
    #[error("batch size: 0 makes no sense; give at least 1")]
    EmptyBatches,
    /// A file could not be written: a table of predictions, a model for other programs.
    #[error("predict: cannot write {path}: {why}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
}

impl PredictError {
    /// A picture that cannot be predicted.
    pub(crate) fn input(why: TransformError) -> Self {
        Self::Input { path: None, why }
    }

    /// The same error, of a file.
    pub(crate) fn of_file(self, file: &Path) -> Self {
        let path = Some(file.to_path_buf());
        match self {
            Self::Input { why, .. } => Self::Input { path, why: why.in_file(file) },
            Self::NoNumbers { .. } => Self::NoNumbers { path },
            other => other,
        }
    }
}
