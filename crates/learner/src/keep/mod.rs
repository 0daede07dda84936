//! A learner's weights in files, to go on from.

mod tensors;
mod weights;

pub(crate) use tensors::{finite_bytes, from_bytes, not_finite, shapes, to_bytes};
pub(crate) use weights::other_classes;
