//! Files that hold tensors beside what they mean: whole, checked, readable at their start.

mod file;
mod whole;

pub(crate) use file::{Format, Versions, digest, hex, manifest, read, write};
pub(crate) use whole::Whole;
pub use whole::write_whole;
