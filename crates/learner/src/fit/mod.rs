//! Training.

mod running;
mod transaction;

mod best;
mod epoch;
mod evaluate;
mod examples;
mod features;
mod fits;
mod gradients;
mod head;
mod parallel;
mod plan;
mod tta;

pub use best::{Best, KeepBest};
pub(crate) use epoch::Fit;
pub(crate) use evaluate::host;
pub use evaluate::{Evaluation, Part, Predictions};
pub use examples::Mix;
pub(crate) use examples::{Examples, Mixed, Mixing};
pub use features::HeadFeatures;
pub(crate) use features::sample;
pub(crate) use fits::Pictures;
pub(crate) use plan::{Plan, Position};
pub(crate) use transaction::Source;
pub use tta::Tta;
