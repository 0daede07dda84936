//! Properties of the learner crate.

mod bomb;
mod channels;
mod detecting;
mod examining;
mod export;
mod failing;
mod fine_tune_reference;
mod interpreting;
mod keeping;
#[cfg(unix)]
mod killed;
mod kinds;
mod looking;
mod lr_find;
mod mean_colour;
mod monitors;
mod norms;
mod optimizer;
mod options;
mod other_data;
mod parallel;
mod precision;
mod rerun;
mod resuming;
mod rows;
mod schedule;
mod shapes;
mod squares;
mod stopping;
mod targets;
mod threads;
mod told;
mod training;
