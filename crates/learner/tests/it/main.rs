//! Properties of the learner crate.

mod models;
mod pictures;
mod weights;
