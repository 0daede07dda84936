#![doc = include_str!("../README.md")]

mod predictor;

mod answer;
mod kind;
mod seen;

mod sure;
mod trust;

mod cells;
mod explain;
mod files;
mod named;
mod several;
mod tables;

mod body;
mod ceiling;
mod error;
mod manifest;
mod network;
#[cfg(feature = "onnx")]
mod onnx;

pub use answer::{Answer, Prediction, Tags};
pub use error::PredictError;
pub use explain::Evidence;
pub use files::{FilePredictions, Predicted};
pub use firelight_costs::{Calibration, Decision, NodeRule, Sets};
pub use firelight_files::FileError;
#[cfg(feature = "onnx")]
pub use firelight_onnx::{Export, OnnxError, OnnxModel, Output};
pub use firelight_transforms::{OnError, TransformError};
pub use firelight_vocab::Vocab;
pub use kind::TargetKind;
pub use manifest::{FORMAT, Manifest};
pub use named::NamedAnswer;
pub use network::{Network, NetworkConfig, Outputs, OwnModel, Registry};
pub use predictor::Predictor;
pub use seen::Seen;
pub use sure::{ClassSet, HowSure, ToldNode};
pub use trust::Trust;
