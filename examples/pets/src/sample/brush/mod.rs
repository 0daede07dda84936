//! What the pictures are painted with: shapes, colours and a canvas that shades and covers them with fur.

mod canvas;
mod extent;
mod fur;
mod outline;
mod tint;

pub use canvas::Canvas;
pub use extent::{Extent, Spot};
pub use fur::{Mark, Skin};
pub use outline::Outline;
pub use tint::Tint;
