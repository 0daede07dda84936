//! What a learner writes: its weights, to go on from, and the export that a predictor loads.

mod export;
mod weights;
