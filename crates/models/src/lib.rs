#![doc = include_str!("../README.md")]

mod bodies;
mod conv_norm;
mod depth;
mod features;
mod fresh;
mod fresh_layers;
mod head;
mod layer_norm;
mod model;
mod noise;
mod positions;
mod squeeze;
mod unet;
mod vision;
pub mod weights;

pub use bodies::{
    Arch, Backbone, Body, BodyConfig, Classifier, ConvNeXt, ConvNeXtBlock, ConvNeXtStage, EfficientNetLite,
    InvertedResidual, MobileBlock, MobileNet, Neck, NeckConv, NeckNorm, Pointwise, Published, RegNet, RegNetBlock,
    ResNet, ResNetConfig, Residual, ResponseNorm, SmallNet, SmallStage, UnknownArch, ViT, ViTBlock,
};
pub use conv_norm::ConvNorm;
pub use depth::{Path, Paths, StochasticDepth};
pub use features::Features;
pub use firelight_costs::ClassHead;
pub use fresh::Fresh;
pub use head::{FixedFrame, FixedUnits, Head, HeadConfig, HeadEnd, HeadLayer, ParentScores, Subspaces, Units};
pub use layer_norm::LayerNorm2d;
pub use model::Model;
pub use noise::Noise;
pub use positions::PositionNet;
pub use squeeze::SqueezeExcite;
pub use unet::{Decoder, UNet, UNetBlock, UNetConfig, Upsampling};
pub use vision::VisionModel;
