//! Training.

mod epoch;
mod evaluate;
mod fits;
mod head;
mod run;

pub use evaluate::{Evaluation, Predictions};
pub(crate) use evaluate::{host, pick};
pub use head::HeadFeatures;
