#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod average;
mod best;
mod defaults;
mod error;
mod examine;
mod examples;
mod find;
mod findings;
mod fit;
mod history;
mod interpret;
mod keep;
mod learner;
mod norms;
mod observe;
pub mod optim;
mod overlay;
mod part;
mod plan;
mod precision;
mod pretrained;
mod rate_search;
mod readings;
mod report;
mod runs;
mod said;
mod sample;
mod schedule;
mod sharpness;
mod state;
mod sure;
mod task;
mod tensors;
mod trusted;
mod vision;

pub use average::Ema;
pub use best::{Best, KeepBest};
pub use defaults::{MapTarget, PositionTarget, TargetDefaults, VisionTarget};
pub use error::LearnerError;
pub use examine::{Aspect, Examination, FeatureIndex, Similar};
pub use examples::Mix;
pub use find::RateCurve;
pub use findings::{
    BoxFindings, ClassFindings, ConfusedPair, ConfusedPixels, CostlyPair, Figures, Findings, LabelScores, MaskFindings,
    NodeFindings, PairFindings, PointFindings, Scored, Section, SureReport, Table, TagFindings, ValueFindings,
};
pub use firelight_doctor as doctor;
pub use firelight_files::{can_write, write_whole};
pub use firelight_metrics as metrics;
pub use firelight_metrics::{
    Accumulator, Better, ClassMetric, ClassReport, ClassScores, Metric, MultiMetric, ValueMetric, accuracy,
    accuracy_multi, brier_score, calibration_error, cohen_kappa, cross_group_errors, error_rate, expected_cost,
    f1_multi, group_accuracy, hierarchical_distance, hierarchical_distance_above_floor, hierarchical_distance_floor,
    hierarchical_precision, macro_f1, mae, matthews_corr_coef, mean_cost, mean_mistake_cost, mean_recall,
    mistake_severity, mse, nearest_distance, precision_multi, r2, recall_multi, rmse, same_group_mistakes,
    summed_group_accuracy, top_k, weighted_f1, weighted_kappa,
};
pub use firelight_models::{self as models, weights};
pub use firelight_plots as pictures;
pub use firelight_plots::{HeatMap, Inline};
pub use firelight_predict::{
    Answer, Evidence, FilePredictions, Manifest, Network, NetworkConfig, OwnModel, PredictError, Predicted, Prediction,
    Predictor, Registry, Tags, TargetKind, Trust,
};
pub use fit::{Evaluation, HeadFeatures, Predictions, SeenItem, Tta};
pub use history::{EpochRow, History, StepRow};
pub use interpret::{HighLoss, Interpretation, Mistake};
pub use keep::Soup;
pub use learner::Learner;
pub use norms::Norms;
pub use observe::{CsvLog, EarlyStopping, Event, Flow, LossPlot, MlFlow, Observer, TensorBoard};
pub use overlay::{Overlay, save_evidence, save_evidence_of};
pub use part::Part;
pub use precision::Precision;
#[cfg(feature = "download")]
pub use pretrained::{pretrained, pretrained_with};
pub use rate_search::RateSearch;
pub use readings::Readings;
pub use runs::Checkpoints;
pub use schedule::{Curve, FlatCos, Monitor, OneCycle, Piece, Plateau, Rates, Schedule, WarmRestarts, Watch};
pub use sharpness::Sam;
pub use trusted::Trusted;
pub use vision::{
    Backbone, efficientnet_lite0, efficientnet_lite1, efficientnet_lite2, position_learner, resnet18, resnet34,
    resnet50, resnet101, unet_learner, vision_learner,
};
