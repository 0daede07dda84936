//! A learner's state in files, to go on from.

mod checkpoints;
mod resume;
mod weights;

mod checkpoint;
mod setup;
mod tensors;

pub use checkpoints::Checkpoints;
pub(crate) use resume::{Moment, Resumption};
pub(crate) use tensors::{from_bytes, to_bytes};
use weights::other_classes;
