//! The work itself, on slices of numbers in burn's order `[picture, channel, row, column]`.

mod bounds;
mod channels;
mod columns;
mod convolution;
pub mod depthwise;
mod direct;
mod exponential;
mod finish;
mod frame;
pub mod norm;
mod planes;
mod pool;
mod product;
mod remainder;
mod scratch;
mod smooth;
mod softmax;
mod tile;
mod update;
mod vectorized;
mod weight_gradient;
mod window;
mod winograd;

pub use bounds::is_closed;
pub use channels::channel_norm;
pub use columns::Columns;
pub use convolution::{forward, input_gradient};
pub use finish::Finish;
pub use pool::{max_pool, max_pool_gradient};
pub use smooth::{smooth, smooth_gradient};
pub use softmax::{scale_rows, softmax, weigh};
pub use update::{adam, descend, sgd, sum_of_squares};
pub use weight_gradient::weight_gradient;
pub use window::Window;
