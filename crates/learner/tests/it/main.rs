//! Properties of the learner crate.

mod export;
mod files;
mod fine_tune_reference;
mod keeping;
mod looking;
mod lr_find;
mod metrics;
mod models;
mod optimizer;
mod options;
mod parallel;
mod pictures;
mod precision;
mod resuming;
mod schedule;
mod shapes;
mod targets;
mod told;
mod training;
mod weights;
