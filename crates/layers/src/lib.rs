#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

mod activation;
mod add;
mod apply;
mod attend;
mod channel_norm;
mod conv;
mod factors;
#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "flex")]
mod kernel;
mod layer_norm;
mod linear;
mod norm;
mod pool;
mod scale;
mod softmax;
mod statistics;
pub mod update;
mod workers;

pub use activation::Activation;
pub use add::add;
pub use attend::attend;
pub use channel_norm::channel_norm;
pub use conv::{Kept, conv2d, convolve, convolve_and_add, convolve_kept};
pub use layer_norm::layer_norm;
pub use linear::linear;
pub use norm::normalize;
pub use pool::max_pool2d;
pub use scale::scale_channels;
pub use softmax::{Softmax, softmax, weigh, with_gradient};
pub use statistics::{keep_statistics, move_statistics};
pub use workers::{in_chunks, in_parts, on_workers, works_by_itself};
