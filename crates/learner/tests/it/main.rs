//! Properties of the learner crate.

mod export;
mod metrics;
mod models;
mod optimizer;
mod pictures;
mod schedule;
mod shapes;
mod training;
mod weights;
