//! A trained model in one file, and prediction with it.

mod predictor;

mod explain;
mod files;
mod manifest;
mod save;
mod tables;

pub use explain::GradCam;
pub use files::{FilePredictions, Predicted};
pub use manifest::Manifest;
pub use predictor::{Prediction, Predictor};
