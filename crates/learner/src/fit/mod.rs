//! Training.

mod epoch;
mod evaluate;
mod fine_tune;
mod head;

pub use evaluate::{Evaluation, Predictions};
pub(crate) use evaluate::{host, pick};
pub use head::HeadFeatures;
