#![doc = include_str!("../README.md")]

mod predictor;

mod explain;
mod files;
mod tables;

mod error;
mod manifest;

pub use error::PredictError;
pub use explain::GradCam;
pub use files::{FilePredictions, Predicted};
pub use firelight_files::FileError;
pub use firelight_transforms::{OnError, TransformError};
pub use firelight_vocab::Vocab;
pub use manifest::{FORMAT, Manifest};
pub use predictor::{Prediction, Predictor};
