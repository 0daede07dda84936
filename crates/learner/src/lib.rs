#![doc = include_str!("../README.md")]

mod error;
mod export;
mod fit;
mod history;
mod interpret;
mod learner;
pub mod metrics;
pub mod models;
mod observe;
pub mod optim;
pub mod pictures;
mod schedule;
mod vision;
pub mod weights;

pub use error::LearnerError;
pub use export::{Manifest, Prediction, Predictor};
pub use fit::{Evaluation, HeadFeatures, Predictions};
pub use history::{EpochRow, History, StepRow};
pub use interpret::{Interpretation, Mistake};
pub use learner::Learner;
pub use metrics::{
    Metric, accuracy, cross_group_errors, error_rate, group_accuracy, mean_recall, mistake_severity, top_k,
};
pub use observe::{Event, Flow, Observer};
pub use schedule::{OneCycle, Rates};
pub use vision::{Backbone, efficientnet_lite0, resnet18, resnet34, resnet50, vision_learner};
