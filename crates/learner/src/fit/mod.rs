//! Training.

mod epoch;
mod evaluate;
mod fine_tune;
mod head;

pub(crate) use evaluate::{host, pick};
pub use evaluate::{Evaluation, Predictions};
