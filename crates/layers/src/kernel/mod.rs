//! The work itself, on slices of numbers in burn's order `[picture, channel, row, column]`.

mod bounds;
mod columns;
mod convolution;
pub mod depthwise;
mod finish;
pub mod norm;
mod pool;
mod product;
mod remainder;
mod scratch;
mod softmax;
mod tile;
mod update;
mod vectorized;
mod weight_gradient;
mod window;
mod winograd;

pub use bounds::is_closed;
pub use columns::Columns;
pub use convolution::{forward, input_gradient};
pub use finish::Finish;
pub use pool::{max_pool, max_pool_gradient};
pub use softmax::{scale_rows, softmax, weigh};
pub use update::{adam, descend, sgd, sum_of_squares};
pub use weight_gradient::weight_gradient;
pub use window::Window;
