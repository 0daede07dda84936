#![doc = include_str!("../README.md")]

mod arch;
mod body;
mod classifier;
mod conv_norm;
mod efficientnet;
mod features;
mod fresh;
mod head;
mod model;
mod noise;
mod positions;
mod resnet;
mod small;
mod unet;
mod vision;
pub mod weights;

pub use arch::{Arch, BodyConfig, UnknownArch};
pub use body::Body;
pub use classifier::Classifier;
pub use conv_norm::ConvNorm;
pub use efficientnet::{EfficientNetLite, InvertedResidual};
pub use features::Features;
pub use firelight_costs::ClassHead;
pub use fresh::Fresh;
pub use head::{FixedFrame, FixedUnits, Head, HeadConfig, HeadEnd, HeadLayer, ParentScores, Subspaces, Units};
pub use model::Model;
pub use noise::Noise;
pub use positions::PositionNet;
pub use resnet::{ResNet, Residual};
pub use small::{SmallNet, SmallStage};
pub use unet::{Decoder, UNet, UNetBlock, UNetConfig, Upsampling};
pub use vision::VisionModel;
