//! The networks without their heads: which there are, what each is made of, and the whole of them as they were published.

pub(crate) mod arch;
pub(crate) mod body;
pub(crate) mod classifier;
pub(crate) mod convnext;
pub(crate) mod efficientnet;
pub(crate) mod mobile;
pub(crate) mod regnet;
pub(crate) mod resnet;
pub(crate) mod small;
pub(crate) mod vit;

pub use arch::{Arch, BodyConfig, Published, UnknownArch};
pub use body::{Backbone, Body};
pub use classifier::{Classifier, Neck, NeckConv, NeckNorm};
pub use convnext::{ConvNeXt, ConvNeXtBlock, ConvNeXtStage, Pointwise, ResponseNorm};
pub use efficientnet::{EfficientNetLite, InvertedResidual};
pub use mobile::{MobileBlock, MobileNet};
pub use regnet::{RegNet, RegNetBlock};
pub use resnet::{ResNet, ResNetConfig, Residual};
pub use small::{SmallNet, SmallStage};
pub use vit::{ViT, ViTBlock};
