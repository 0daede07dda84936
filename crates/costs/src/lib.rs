#![doc = include_str!("../README.md")]

mod calibration;
mod chance;
mod class_weights;
mod decided;
mod decision;
mod digest;
mod error;
mod groups;
mod head;
mod held_out;
mod limit;
mod logs;
mod matrix;
mod reliability;
mod sets;
mod thresholds;
mod tree;

pub use calibration::{Calibration, CalibrationEffect, CalibrationFormula, Calibrator};
pub use class_weights::ClassWeights;
pub use decided::{VOID, decided_codes};
pub use decision::Decision;
pub use digest::digest;
pub use error::CostError;
pub use firelight_vocab::{Groups, Taxonomy, Vocab, VocabError};
pub use head::{ClassFrame, ClassHead, Ensemble};
pub use held_out::{HeldOut, Quality};
pub use limit::Limit;
pub use matrix::{
    Aligned, AlignedCost, ClassMatrix, ClassVectors, Confusion, CostMatrix, Distance, GroupSoftLabels, MatrixRows,
    Meaning, OrdinalDistance, PairWeights, Similarity, SoftLabels, TreeDistance, meaning,
};
pub use reliability::{Binning, Reliability, ReliabilityBin};
pub use sets::{SetRule, Sets};
pub use thresholds::ClassThresholds;
pub use tree::{ClassTree, Climb, NodeDecision, NodeRule};
