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
mod report;
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
    ClassMetric, ClassReport, ClassScores, Metric, accuracy, brier_score, calibration_error, cohen_kappa,
    cross_group_errors, error_rate, expected_cost, group_accuracy, hierarchical_distance,
    hierarchical_distance_above_floor, hierarchical_distance_floor, hierarchical_precision, macro_f1,
    matthews_corr_coef, mean_cost, mean_mistake_cost, mean_recall, mistake_severity, nearest_distance,
    same_group_mistakes, summed_group_accuracy, top_k, weighted_f1, weighted_kappa,
};
pub use observe::{Event, Flow, Observer};
pub use pictures::HeatMap;
pub use schedule::{Curve, FlatCos, Monitor, OneCycle, Piece, Plateau, Rates, Schedule, WarmRestarts};
pub use vision::{Backbone, efficientnet_lite0, resnet18, resnet34, resnet50, vision_learner};
