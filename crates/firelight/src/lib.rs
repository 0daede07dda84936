#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod device;
mod device_error;
mod error;
#[cfg(feature = "remote")]
mod lend;
#[cfg(feature = "remote")]
mod remote;
#[cfg(feature = "signals")]
pub mod signals;
#[cfg(feature = "remote")]
mod token;

pub use device::{compiled_devices, device_by_name, device_from_env};
pub use device_error::DeviceError;
pub use error::Error;
#[cfg(feature = "remote")]
pub use lend::lend_device;
#[cfg(feature = "remote")]
pub use remote::serve_devices;

#[cfg(feature = "download")]
pub use firelight_download as download;
#[cfg(feature = "download")]
pub use firelight_download::datasets;

pub use burn;
#[cfg(feature = "burn-train")]
pub use burn_train;
pub use firelight_costs as costs;
pub use firelight_doctor as doctor;
pub use firelight_files as files;
pub use firelight_layers as layers;
pub use firelight_learner as learner;
pub use firelight_losses as losses;
pub use firelight_metrics as metrics;
pub use firelight_models as models;
pub use firelight_plots as plots;
pub use firelight_predict as predict;
pub use firelight_progress as progress;
#[cfg(feature = "serve")]
pub use firelight_serve as serve;
pub use firelight_transforms as transforms;
pub use firelight_vocab as vocab;
pub use image;

/// The recipe and the loaders. Downloads have moved to `download`, and are found here too.
pub mod datablock {
    pub use firelight_datablock::*;
    #[cfg(feature = "download")]
    pub use firelight_download as download;
}

/// What a usual program names, name by name: a new item elsewhere never meets a name of yours. What is not here is in the module of its
/// crate ([`learner`], [`metrics`], …).
pub mod prelude {
    pub use burn::tensor::Device;

    pub use firelight_datablock::{
        Batch, Beside, BoxBlock, Boxes, Cache, Categories, CategoryBlock, CocoFile, Column, ColumnSplitter, Columns,
        DataBlock, DataError, DataLoader, DataLoaders, EndSplitter, FittedTarget, FoldSplitter, FuncSplitter,
        GrandparentSplitter, GroupSplitter, HoldOut, ImageBlock, ImageFiles, IndexSplitter, InputBlock, Item,
        LabelledBoxBlock, LabelledBoxes, Labeller, MaskBlock, Masks, MultiCategories, MultiCategoryBlock, NodeBlock,
        Nodes, PointBlock, Points, RandomSplitter, RegexLabeller, RegressionBlock, RleMasks, Row, Split, Splitter,
        StratifiedSplitter, Table, TargetBlock, TrainOnAll, TrainingColours, Values, Voc, image_files, parent_label,
        read_targets, verify_images,
    };
    pub use firelight_transforms::{
        CutMix, Mask, MaskReader, MixUp, Normalize, OnError, Policy, Resize, TransformError, Verification,
        aug_transforms,
    };

    pub use firelight_costs::{
        Calibrator, ClassFrame, ClassHead, ClassMatrix, ClassTree, ClassVectors, ClassWeights, Confusion, CostError,
        CostMatrix, Decision, Distance, HeldOut, Limit, NodeDecision, OrdinalDistance, PairWeights, SetRule,
        Similarity, SoftLabels, TreeDistance, meaning,
    };
    pub use firelight_losses::{
        BinaryCrossEntropy, Both, BoxLoss, ClassNumbers, Combined, CostLog, CostRegularized, CrossEntropy, Dice,
        Distillation, ExpectedCost, Focal, FocalDice, FrameCrossEntropy, GeneralizedCrossEntropy,
        HierarchicalCrossEntropy, Known, LogitAdjusted, Loss, LossError, MarginalCrossEntropy, MeanAbsolute,
        MeanSquared, PairMean, PairWeighted, ParentCrossEntropy, Parts, PerPixel, Reduction, SimilarityCrossEntropy,
        SmoothL1, SoftLabelCrossEntropy, SubspaceCrossEntropy, SymmetricCrossEntropy, Term, Totals, TreeWasserstein,
        Weighted,
    };
    pub use firelight_vocab::{Groups, Taxonomy, Vocab, VocabError};

    pub use firelight_learner::optim::{Adam, Lamb, RAdam, Sgd, ranger};
    pub use firelight_learner::{
        Aspect, Backbone, Checkpoints, ConfusedPair, CostlyPair, CsvLog, Curve, EarlyStopping, Ema, EpochRow,
        Evaluation, Event, Examination, FlatCos, Flow, HeadFeatures, History, Interpretation, KeepBest, Learner,
        LearnerError, LossPlot, Mix, MlFlow, Norms, Observer, OneCycle, Overlay, Part, Piece, Plateau, Precision,
        Rates, Sam, Schedule, Soup, TensorBoard, Tta, efficientnet_lite0, efficientnet_lite1, efficientnet_lite2,
        position_learner, resnet18, resnet34, resnet50, resnet101, unet_learner, vision_learner,
    };
    pub use firelight_metrics::{
        Accumulator, Better, ClassMetric, ClassReport, Metric, MultiMetric, ValueMetric, accuracy, accuracy_multi,
        brier_score, calibration_error, cohen_kappa, cross_group_errors, error_rate, expected_cost, f1_multi,
        group_accuracy, hierarchical_distance, hierarchical_distance_above_floor, hierarchical_distance_floor,
        hierarchical_precision, macro_f1, mae, matthews_corr_coef, mean_cost, mean_mistake_cost, mean_recall,
        mistake_severity, mse, nearest_distance, precision_multi, r2, recall_multi, rmse, same_group_mistakes,
        summed_group_accuracy, top_k, weighted_f1, weighted_kappa,
    };
    pub use firelight_models::Arch;
    pub use firelight_plots::{HeatMap, Inline};
    pub use firelight_predict::{Answer, PredictError, Predicted, Prediction, Predictor};
    pub use firelight_progress::Progress;

    #[cfg(feature = "download")]
    pub use crate::datasets;
    pub use crate::{compiled_devices, device_by_name, device_from_env};
    #[cfg(feature = "download")]
    pub use firelight_learner::pretrained;

    /// What a program's `main` returns: any of the crates' errors, printed as the sentence that it is.
    pub type Result<T, E = crate::Error> = std::result::Result<T, E>;
}
