//! Item transforms: they choose which part of a picture becomes the frame that is augmented.

mod closure;
mod crop;
mod random_resized_crop;
mod resize;
mod stage;
mod turn;

pub use closure::Closure;
pub use crop::{CropPad, RandomCrop, RatioResize};
pub(crate) use random_resized_crop::check_crop;
pub use random_resized_crop::{RandomResizedCrop, draw_crop};
pub use resize::{Resize, ResizeMethod};
pub use stage::ItemTransform;
pub(crate) use stage::{check_size, within};
pub use turn::{DihedralItem, FlipItem};
