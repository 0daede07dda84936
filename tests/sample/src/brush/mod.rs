//! What the pictures are painted with: shapes, colours and a canvas that shades them, covers them with fur and
//! knows which pixels show the animal.

mod canvas;
mod extent;
mod figure;
mod fur;
mod outline;
mod tint;

pub use canvas::Canvas;
pub use extent::{Extent, Spot};
pub use figure::Layer;
pub use fur::{Mark, Skin};
pub use outline::Outline;
pub use tint::Tint;
