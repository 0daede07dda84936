//! A trained model in one file, and prediction with it.

mod file;
mod manifest;
mod predictor;
mod save;

pub use manifest::Manifest;
pub use predictor::{Prediction, Predictor};
