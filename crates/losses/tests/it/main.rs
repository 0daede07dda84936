//! What the losses promise.

mod cautions;
mod laws;
mod loss;
mod point_maps;
mod reference;
mod texts;
mod trees;
