//! A learner's weights in files, to go on from.

mod tensors;
mod weights;

pub(crate) use tensors::{from_bytes, not_finite, to_bytes};
pub(crate) use weights::other_classes;
