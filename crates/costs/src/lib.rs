#![doc = include_str!("../README.md")]

mod class_weights;
mod decided;
mod decision;
mod digest;
mod error;
mod matrix;
mod thresholds;

pub use class_weights::ClassWeights;
pub use decided::{VOID, decided_codes};
pub use decision::Decision;
pub use digest::digest;
pub use error::CostError;
pub use firelight_vocab::{Groups, Taxonomy, Vocab, VocabError};
pub use matrix::{
    Aligned, AlignedCost, ClassMatrix, Confusion, CostMatrix, Distance, GroupSoftLabels, MatrixRows, Meaning,
    OrdinalDistance, PairWeights, Similarity, SoftLabels, TreeDistance, meaning,
};
pub use thresholds::ClassThresholds;
