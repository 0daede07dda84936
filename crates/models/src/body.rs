use burn::module::Module;
use burn::tensor::Tensor;

use crate::{EfficientNetLite, ResNet, SmallNet};

/// The part of a network that turns pictures into a feature map; made by [`BodyConfig::body`](super::BodyConfig::body), or for one picture of
/// red, green and blue by [`Arch::body`](super::Arch::body).
///
/// A record does not say which variant it holds: keep the [`BodyConfig`](super::BodyConfig) beside it. How many pictures an item has is
/// told by what comes in: it has as many times the channels that the body was made for.
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
    /// Normalised pictures `[n, channels, h, w]` to the feature map `[n, features, h', w']`; with `k` pictures an item
    /// `[n, k · channels, h, w]` to `[n, k · features, h', w']`, picture by picture.
    ///
    /// On a plain device batch norm uses its running statistics; on an autodiff device those of the batch, unless the
    /// body is frozen. The batch then has `n · k` pictures.
    ///
    /// # Panics
    ///
    /// If the pictures have no multiple of [`channels`](Self::channels).
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        let (each, count) = self.apart(pictures);
        let map = match self {
            Self::ResNet(net) => net.forward(each),
            Self::EfficientNetLite(net) => net.forward(each),
            Self::Small(net) => net.forward(each),
        };
        joined(map, count)
    }

    /// The last map of each resolution, finest first: number `i` (from 0) has the picture's sides over `2^(i + 1)`, rounded up, and the
    /// channels that [`BodyConfig::stage_channels`](super::BodyConfig::stage_channels) says. The last one equals [`forward`](Self::forward)'s.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    pub fn stages(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        let (each, count) = self.apart(pictures);
        let maps = match self {
            Self::ResNet(net) => net.stages(each),
            Self::EfficientNetLite(net) => net.stages(each),
            Self::Small(net) => net.stages(each),
        };
        maps.into_iter().map(|map| joined(map, count)).collect()
    }

    /// Channels of one picture.
    pub fn channels(&self) -> usize {
        match self {
            Self::ResNet(net) => net.channels(),
            Self::EfficientNetLite(net) => net.channels(),
            Self::Small(net) => net.channels(),
        }
    }

    /// All pictures of all items, `[n · k, channels, h, w]`, and how many an item has.
    fn apart(&self, pictures: Tensor<4>) -> (Tensor<4>, usize) {
        let ([items, inputs, height, width], channels) = (pictures.dims(), self.channels());
        let count = inputs / channels;
        assert!(
            count > 0 && inputs == count * channels,
            "a body for pictures of {channels} channels is given {inputs}; give a multiple, as many times as an item has pictures"
        );
        if count == 1 {
            return (pictures, 1);
        }
        (pictures.reshape([items * count, channels, height, width]), count)
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

/// The maps of the `count` pictures of each item, one after the other along the channels.
fn joined(map: Tensor<4>, count: usize) -> Tensor<4> {
    if count == 1 {
        return map;
    }
    let [pictures, channels, height, width] = map.dims();
    map.reshape([pictures / count, count * channels, height, width])
}
