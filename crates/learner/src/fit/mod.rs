//! Training.

mod running;
mod transaction;

mod confidences;
mod epoch;
mod evaluate;
mod features;
mod fits;
mod freezing;
mod gradients;
mod head;
mod parallel;
mod predictions;
mod resuming;
mod settling;
mod step;
mod tta;

pub(crate) use epoch::Fit;
pub use evaluate::Evaluation;
pub(crate) use features::Features as PartFeatures;
pub use features::HeadFeatures;
pub(crate) use fits::Pictures;
pub use predictions::{Predictions, SeenItem};
pub(crate) use transaction::Source;
pub use tta::Tta;
