#![doc = include_str!("../README.md")]

mod augment;
mod chance;
mod decode;
mod draw;
mod error;
mod frame;
mod item;
mod map;
mod normalize;
mod pad;
mod pictures;
mod render;
mod size;

pub use augment::{
    AugTransforms, Augmentation, Erasing, Lighting, Patch, RandomErasing, aug_transforms,
    dihedral_matrix, flip_matrix, keep_aspect, logit, rotate_matrix, sigmoid, warp_matrix,
    zoom_matrix,
};
pub use chance::Chance;
pub use decode::{Limits, decode, open};
pub use draw::Draw;
pub use error::TransformError;
pub use frame::Frame;
pub use item::{
    Closure, CropPad, DihedralItem, FlipItem, ItemTransform, RandomCrop, RandomResizedCrop,
    RatioResize, Resize, ResizeMethod, draw_crop,
};
pub use map::{Area, Map};
pub use normalize::Normalize;
pub use pad::{Filter, PadMode};
pub use pictures::PictureTransforms;
pub use render::Scratch;
pub use size::Size;
