//! What a learner writes: its weights, to go on from, the export that a predictor loads, and its body for other programs.

mod body;
mod export;
mod soup;
mod weights;

pub use soup::Soup;
