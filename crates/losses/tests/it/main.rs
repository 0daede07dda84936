//! What the losses promise.

mod cautions;
mod heat_maps;
mod laws;
mod loss;
mod reference;
mod texts;
mod trees;
