//! Which learning rate to train with.

mod curve;
mod search;

pub use curve::RateCurve;
