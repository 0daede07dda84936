//! What the losses promise.

mod cautions;
mod laws;
mod loss;
mod texts;
mod trees;
