//! Picture models: a body that turns pictures into feature maps, and a head that turns those into class scores.
//!
//! ```text
//! pictures [n, 3, h, w] ─ Body ─▶ feature map [n, features, h/32, w/32] ─ Head::pool ─▶ [n, 2 · features] ─ Head::classify ─▶ [n, classes]
//! ```
//!
//! An [`Arch`] is a name; [`Arch::body`] makes its [`Body`] with fresh weights and
//! [`weights::load_body`](crate::weights::load_body) with trained ones. [`VisionModel`] joins a body and a head and is
//! the [`Model`] a learner trains. [`Classifier`] is the network as it was published, with its own last layer.
//!
//! Fresh weights are a function of the seed alone: they are drawn from a generator of ours on the host, so that they are
//! equal on every backend, in every thread and in whatever order parameters are first used. Dropout in a training step draws from
//! a [`Noise`] that is an argument of the step. `Device::seed` has no part in either.

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
