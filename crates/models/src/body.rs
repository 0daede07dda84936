use burn::module::Module;
use burn::tensor::Tensor;

use crate::{EfficientNetLite, ResNet, SmallNet};

/// The part of a network that turns pictures into a feature map; made by [`Arch::body`](super::Arch::body).
///
/// A record does not say which variant it holds: keep the [`Arch`](super::Arch) beside it.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let body = Arch::Small.body(42, &device);
/// assert_eq!(body.forward(Tensor::zeros([1, 3, 64, 64], &device)).dims()[1], Arch::Small.features());
/// ```
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
#[non_exhaustive]
pub enum Body {
    /// ResNet-18, -34, -50, -101.
    ResNet(ResNet),
    /// EfficientNet-Lite0, -1, -2.
    EfficientNetLite(EfficientNetLite),
    /// The compact network for training from scratch.
    Small(SmallNet),
}

impl Body {
    /// Normalised pictures `[n, 3, h, w]` to the feature map `[n, features, h', w']`.
    ///
    /// On a plain device batch norm uses its running statistics; on an autodiff device those of the batch, unless the
    /// body is frozen.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        match self {
            Self::ResNet(net) => net.forward(pictures),
            Self::EfficientNetLite(net) => net.forward(pictures),
            Self::Small(net) => net.forward(pictures),
        }
    }

    /// The last map of each resolution, finest first: number `i` (from 0) has the picture's sides over `2^(i + 1)`, rounded up, and the
    /// channels that [`Arch::stage_channels`](super::Arch::stage_channels) says. The last one equals [`forward`](Self::forward)'s.
    pub fn stages(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        match self {
            Self::ResNet(net) => net.stages(pictures),
            Self::EfficientNetLite(net) => net.stages(pictures),
            Self::Small(net) => net.stages(pictures),
        }
    }

    /// The body with every batch norm folded into the convolution before it: the same function in evaluation (to about
    /// 1e-6), faster, and no longer trainable.
    ///
    /// Call it on `body.valid()`; the result's record does not fit an unfolded body.
    pub fn folded(&self) -> Self {
        match self {
            Self::ResNet(net) => Self::ResNet(net.folded()),
            Self::EfficientNetLite(net) => Self::EfficientNetLite(net.folded()),
            Self::Small(net) => Self::Small(net.folded()),
        }
    }

    /// Parameter groups from input to output, each a pattern that starts where a parameter's path in the body starts
    /// (`ResNet.layer1.0.conv1.conv.weight`). Together they match every parameter, each once.
    ///
    /// A `ResNet` has two, cut after the second layer as fastai cuts it; other bodies have one.
    pub fn groups(&self) -> &'static [&'static str] {
        match self {
            Self::ResNet(_) => &[r"ResNet\.(conv1|layer1|layer2)\.", r"ResNet\.(layer3|layer4)\."],
            Self::EfficientNetLite(_) => &[r"EfficientNetLite\."],
            Self::Small(_) => &[r"Small\."],
        }
    }
}
