//! What a learner writes: its weights, to go on from, and the export that a predictor loads.

mod export;
mod tensors;
mod weights;

pub(crate) use tensors::{finite_bytes, to_bytes};
pub(crate) use weights::other_classes;
