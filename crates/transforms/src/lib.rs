#![doc = include_str!("../README.md")]

mod decide;
mod detail;
mod pictures;

mod picture;

mod draw;
mod frame;
mod map;
mod unit;

mod mask;

mod augment;
mod colours;
mod item;
mod jpeg;
mod normalize;
mod operation;
mod pad;
mod size;

mod render;

mod decode;
mod file;
mod head;
mod limits;
mod orientation;
mod profile;
mod tiff;
mod verify;

mod mix;
mod on_error;
mod panic;

mod chance;
mod error;
mod gamma;

pub use augment::{
    AugMixChain, AugMixDraw, AugTransforms, Augmentation, Erasing, Lighting, Patch, Policy, RandomErasing,
    aug_transforms, flip_matrix, keep_aspect, logit, rotate_matrix, sigmoid, warp_matrix, zoom_matrix,
};
pub use chance::Chance;
pub use colours::Colours;
pub use decode::{PICTURE_ENDINGS, decode, open};
pub use draw::Draw;
pub use error::TransformError;
#[doc(hidden)]
pub use file::leads_nowhere;
pub use frame::Frame;
pub use item::{
    Closure, CropPad, DihedralItem, FlipItem, ItemTransform, RandomCrop, RandomResizedCrop, RatioResize, Resize,
    ResizeMethod, draw_crop,
};
pub use limits::Limits;
pub use map::{Area, Map, dihedral_matrix};
pub use mask::{Mask, MaskReader, RleOrder};
pub use mix::{CutMix, CutMixDraw, MixUp, MixUpDraw};
pub use normalize::Normalize;
pub use on_error::OnError;
pub use operation::ColourOperation;
pub use pad::{Filter, PadMode};
pub use panic::panic_message;
pub use picture::{Bands, Channels, InputReader, Picture, PictureReader, PictureRef, Reduced, ReducedEnds};
pub use pictures::PictureTransforms;
pub use render::Scratch;
pub use size::Size;
pub use verify::{Broken, Verification, verify_images, verify_images_with};
