//! Augmentation: random geometry and lighting, drawn anew for every picture and epoch.

mod aug_transforms;
mod augmentation;

mod geometry;
mod lighting;

mod erasing;
mod policy;

pub use aug_transforms::{AugTransforms, aug_transforms};
pub use augmentation::Augmentation;
pub use erasing::{Erasing, Patch, RandomErasing};
pub use geometry::{flip_matrix, keep_aspect, rotate_matrix, warp_matrix, zoom_matrix};
pub use lighting::{Lighting, logit, sigmoid};
pub use policy::{AugMixChain, AugMixDraw, Policy};
