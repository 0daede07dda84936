//! What the losses promise.

mod cautions;
mod laws;
mod loss;
mod reference;
mod texts;
mod trees;
