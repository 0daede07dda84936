#![doc = include_str!("../README.md")]

mod arch;
mod body;
mod classifier;
mod conv_norm;
mod efficientnet;
mod fresh;
mod head;
mod model;
mod noise;
mod resnet;
mod small;
pub mod weights;

pub use arch::{Arch, UnknownArch};
pub use body::Body;
pub use classifier::Classifier;
pub use conv_norm::ConvNorm;
pub use efficientnet::{EfficientNetLite, InvertedResidual};
pub use fresh::Fresh;
pub use head::{Head, HeadConfig, HeadLayer};
pub use model::{Model, VisionModel};
pub use noise::Noise;
pub use resnet::{ResNet, Residual};
pub use small::{SmallNet, SmallStage};
