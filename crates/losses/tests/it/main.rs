//! What the matrices, losses and decisions promise.

mod cautions;
mod csv;
mod decisions;
mod laws;
mod loss;
mod storage;
mod texts;
mod trees;
