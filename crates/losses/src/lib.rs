#![doc = include_str!("../README.md")]

mod class_weights;
mod cross_entropy;
mod decision;
mod error;
mod loss;
mod matrix;
mod pair_weighted;
mod reduction;
mod scores;
mod soft_label;
mod targets;

pub use class_weights::ClassWeights;
pub use cross_entropy::CrossEntropy;
pub use decision::Decision;
pub use error::LossError;
pub use firelight_vocab::{Groups, Vocab};
pub use loss::Loss;
pub use matrix::{
    Aligned, AlignedCost, ClassMatrix, Confusion, CostMatrix, Distance, GroupSoftLabels, Meaning,
    OrdinalDistance, PairWeights, Similarity, SoftLabels, meaning,
};
pub use pair_weighted::{PairMean, PairWeighted};
pub use reduction::Reduction;
pub use soft_label::SoftLabelCrossEntropy;
pub use targets::check_targets;
