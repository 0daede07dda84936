//! Optimizers whose rate and momentum a schedule sets at every step.

mod adam;
mod dial;
mod groups;

pub use adam::{Adam, AdamState};
pub use dial::Dial;
pub use groups::GroupOptimizer;
pub(crate) use groups::group;
