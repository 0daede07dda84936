//! Training.

mod best;
mod epoch;
mod evaluate;
mod examples;
mod fits;
mod head;
mod parallel;
mod run;
mod tta;

pub use best::{Best, KeepBest};
pub use evaluate::{Evaluation, Part, Predictions};
pub(crate) use evaluate::{host, pick};
pub use examples::Mix;
pub use head::HeadFeatures;
pub(crate) use run::{Place, Plan, Run};
pub use tta::Tta;
