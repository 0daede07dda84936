//! What the pictures are painted with: shapes, colours and a canvas that shades and covers them with fur.

mod canvas;
mod outline;
mod tint;

pub use canvas::{Canvas, Mark, Skin};
pub use outline::{Extent, Outline, Spot};
pub use tint::Tint;
