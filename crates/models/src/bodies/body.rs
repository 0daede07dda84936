use burn::module::Module;
use burn::tensor::Tensor;

use crate::bodies::convnext::ConvNeXt;
use crate::bodies::mobile::MobileNet;
use crate::bodies::regnet::RegNet;
use crate::bodies::vit::ViT;
use crate::{EfficientNetLite, Noise, Paths, ResNet, SmallNet, StochasticDepth};

/// What a family's network does for a [`Body`]; a new family has this and a line in the list below.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Backbone, Fresh, SmallNet};
///
/// let device = Device::flex();
/// let net = SmallNet::new(1, &mut Fresh::seeded(42), &device);
/// assert_eq!(net.channels(), 1);
/// assert_eq!(net.forward(Tensor::zeros([1, 1, 64, 64], &device)).dims(), [1, 128, 4, 4]);
/// ```
pub trait Backbone {
    /// Channels of the pictures it takes.
    fn channels(&self) -> usize;

    /// The last map of each resolution, finest first, by the branches that `paths` takes.
    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>>;

    /// The last of these.
    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4>;

    /// The last map of each resolution, finest first.
    fn stages(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        self.stages_along(pictures, &mut Paths::all())
    }

    /// The last of the stages.
    fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        self.forward_along(pictures, &mut Paths::all())
    }

    /// How often blocks are left out of a training step.
    fn depth(&self) -> &StochasticDepth;

    /// The same, to be changed.
    fn depth_mut(&mut self) -> &mut StochasticDepth;

    /// The same in evaluation, with its batch norms in its convolutions.
    fn folded(&self) -> Self
    where
        Self: Sized;

    /// Patterns of parameters from input to output; see [`Body::groups`].
    fn groups(&self) -> &'static [&'static str];

    /// Turns a parameter's path in the network into its name in the published files; that of the last layer, `fc`, and of what is
    /// before it, `neck`, too. The network's own, unless said otherwise.
    fn published(&self, ours: &str) -> String {
        ours.to_owned()
    }

    /// The name in timm's files; the published one, unless said otherwise.
    fn timm(&self, ours: &str) -> String {
        self.published(ours)
    }

    /// The path of the weights that see the pictures.
    fn stem(&self) -> &'static str;

    /// Whether there are trained weights.
    fn is_published(&self) -> bool {
        true
    }
}

/// The enumeration of the families, and all that is asked of each in turn.
macro_rules! families {
    ($($(#[$doc:meta])* $family:ident($net:ty),)*) => {
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
    $($(#[$doc])* $family($net),)*
}

impl AsRef<Body> for Body {
    fn as_ref(&self) -> &Body {
        self
    }
}

impl Body {
    /// The body with every batch norm folded into the convolution before it: the same function in evaluation (to about
    /// 1e-6), faster, and no longer trainable.
    ///
    /// Call it on `body.valid()`; the result's record does not fit an unfolded body.
    pub fn folded(&self) -> Self {
        match self {
            $(Self::$family(net) => Self::$family(net.folded()),)*
        }
    }

    fn net(&self) -> &dyn Backbone {
        match self {
            $(Self::$family(net) => net,)*
        }
    }

    fn net_mut(&mut self) -> &mut dyn Backbone {
        match self {
            $(Self::$family(net) => net,)*
        }
    }
}
    };
}

families! {
    /// `ResNet`s.
    ResNet(ResNet),
    /// EfficientNet-Lite0, -1, -2.
    EfficientNetLite(EfficientNetLite),
    /// The compact network for training from scratch.
    Small(SmallNet),
    /// `EfficientNet`s, `MobileNetV3` and `V4`.
    MobileNet(MobileNet),
    /// `RegNetY`.
    RegNet(RegNet),
    /// `ConvNeXt`, of both versions.
    ConvNeXt(ConvNeXt),
    /// Vision transformers.
    ViT(ViT),
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
        joined(self.net().forward(each), count)
    }

    /// The last map of each resolution, finest first: each has half the sides of the one before, rounded up, and the channels that
    /// [`BodyConfig::stage_channels`](super::BodyConfig::stage_channels) says, where the first is described too. The last one equals
    /// [`forward`](Self::forward)'s.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    pub fn stages(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        let (each, count) = self.apart(pictures);
        let maps = self.net().stages(each);
        maps.into_iter().map(|map| joined(map, count)).collect()
    }

    /// [`forward`](Self::forward) in a training step, where blocks are left out as `noise` has it, if there is a rate for it
    /// ([`with_drop_path`](Self::with_drop_path)): on an autodiff device, of blocks whose weights train.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    pub fn forward_in_training(&self, pictures: Tensor<4>, noise: &mut Noise) -> Tensor<4> {
        let ((each, count), net) = (self.apart(pictures), self.net());
        joined(net.forward_along(each, &mut Paths::drawn(net.depth(), count, noise)), count)
    }

    /// [`stages`](Self::stages) in a training step: likewise.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    pub fn stages_in_training(&self, pictures: Tensor<4>, noise: &mut Noise) -> Vec<Tensor<4>> {
        let ((each, count), net) = (self.apart(pictures), self.net());
        let maps = net.stages_along(each, &mut Paths::drawn(net.depth(), count, noise));
        maps.into_iter().map(|map| joined(map, count)).collect()
    }

    /// Leaves blocks out of training steps, picture by picture (stochastic depth, timm's `drop_path_rate`): rarely near the input, and near the
    /// output up to `rate` of the time; see [`StochasticDepth`]. Default 0; usual are 0.05 to 0.2, and up to 0.5 in large networks that train for
    /// long.
    ///
    /// It is no part of records and files of weights, and changes nothing in evaluation.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use firelight_models::{Arch, Noise};
    ///
    /// let device = Device::flex().autodiff();
    /// let body = Arch::ViTTiny.body(42, &device).with_drop_path(0.1);
    /// let map = body.forward_in_training(Tensor::ones([2, 3, 32, 32], &device), &mut Noise::new(42, 0));
    /// assert_eq!(map.dims(), [2, 2 * 192, 2, 2]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the rate is not from 0 up to, but not including, 1.
    pub fn with_drop_path(mut self, rate: f64) -> Self {
        self.net_mut().depth_mut().set_rate(rate);
        self
    }

    /// How often training steps leave blocks out.
    pub fn depth(&self) -> &StochasticDepth {
        self.net().depth()
    }

    /// Channels of one picture.
    pub fn channels(&self) -> usize {
        self.net().channels()
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

    /// Parameter groups from input to output, each a pattern that starts where a parameter's path in the body starts
    /// (`ResNet.layer1.0.conv1.conv.weight`). Together they match every parameter, each once.
    ///
    /// A `ResNet` has two, cut after the second layer as fastai cuts it, a `ConvNeXt` and a `RegNet` one for each stage, a `ViT` four of
    /// as many blocks; other bodies have one.
    pub fn groups(&self) -> &'static [&'static str] {
        self.net().groups()
    }

    /// What a parameter is called in the published files, and in timm's.
    pub(crate) fn published(&self, ours: &str) -> String {
        self.net().published(ours)
    }

    pub(crate) fn timm(&self, ours: &str) -> String {
        self.net().timm(ours)
    }

    pub(crate) fn stem(&self) -> &'static str {
        self.net().stem()
    }

    pub(crate) fn is_published(&self) -> bool {
        self.net().is_published()
    }
}

/// A name with each of the first replaced by the second, in turn.
pub(crate) fn renamed(ours: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(ours.to_owned(), |name, (ours, theirs)| name.replace(ours, theirs))
}

/// The maps of the `count` pictures of each item, one after the other along the channels.
fn joined(map: Tensor<4>, count: usize) -> Tensor<4> {
    if count == 1 {
        return map;
    }
    let [pictures, channels, height, width] = map.dims();
    map.reshape([pictures / count, count * channels, height, width])
}
