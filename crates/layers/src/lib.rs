#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod activation;
mod add;
mod conv;
#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "flex")]
mod kernel;
mod norm;
mod pool;
pub mod update;

pub use activation::Activation;
pub use add::add;
pub use conv::{conv2d, convolve};
pub use norm::normalize;
pub use pool::max_pool2d;
