use std::fmt;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::{Arch, Body, Fresh};

/// What a [`Body`] is made from: an architecture, and the pictures that it sees.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | `channels` | 3 | 1 to 4096 | of one picture (fastai's `n_in`, timm's `in_chans`) |
/// | `pictures` | 1 | 1 to 256 | of one item |
///
/// Several pictures of an item lie one after the other along the channels, `[n, pictures · channels, h, w]`. One body sees each of them, as
/// one of a batch of `n · pictures`, and their maps are joined along the channels: `[n, pictures · features, h', w']`. A head for so many
/// features makes the network of two pictures of fastai's Siamese tutorial.
///
/// It serialises, so that a file can say which body its weights belong to; settings that are the default are left out.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Arch, BodyConfig};
///
/// let device = Device::flex();
/// let pair = BodyConfig::new(Arch::Small).with_channels(1).with_pictures(2);
/// let map = pair.body(42, &device).forward(Tensor::zeros([5, pair.inputs(), 64, 64], &device));
/// assert_eq!(map.dims(), [5, pair.features(), 4, 4]);
/// assert_eq!(pair.to_string(), "small for 2 pictures of 1 channel");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyConfig {
    arch: Arch,
    #[serde(default = "colours", skip_serializing_if = "is_colours")]
    channels: usize,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pictures: usize,
}

/// Far more than any camera has; the first convolution for them is smaller than the rest of a large body.
const MOST_CHANNELS: usize = 4096;

/// Far more than one item has.
const MOST_PICTURES: usize = 256;

impl From<Arch> for BodyConfig {
    fn from(arch: Arch) -> Self {
        Self::new(arch)
    }
}

impl BodyConfig {
    /// A body of `arch` for one picture of red, green and blue.
    pub fn new(arch: Arch) -> Self {
        Self { arch, channels: colours(), pictures: one() }
    }

    /// Channels of one picture.
    pub fn with_channels(mut self, channels: usize) -> Self {
        self.channels = channels;
        self
    }

    /// Pictures of one item.
    pub fn with_pictures(mut self, pictures: usize) -> Self {
        self.pictures = pictures;
        self
    }

    /// The architecture.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Channels of one picture.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Pictures of one item.
    pub fn pictures(&self) -> usize {
        self.pictures
    }

    /// Channels of all pictures of an item together: of what [`Body::forward`] takes.
    pub fn inputs(&self) -> usize {
        self.channels.saturating_mul(self.pictures)
    }

    /// Channels of the feature map: the architecture's, for each picture.
    pub fn features(&self) -> usize {
        self.arch.features().saturating_mul(self.pictures)
    }

    /// Channels of the last map of each resolution, finest first: the architecture's [`stage_channels`](Arch::stage_channels), for each
    /// picture.
    pub fn stage_channels(&self) -> Vec<usize> {
        self.arch.stage_channels().iter().map(|channels| channels.saturating_mul(self.pictures)).collect()
    }

    /// What makes no sense, if anything does: no channel or no picture, more than 4096 channels or more than 256 pictures.
    pub fn problem(&self) -> Option<String> {
        let Self { channels, pictures, .. } = self;
        if !(1..=MOST_CHANNELS).contains(channels) {
            return Some(format!("a picture has from 1 to {MOST_CHANNELS} channels, not {channels}"));
        }
        (!(1..=MOST_PICTURES).contains(pictures))
            .then(|| format!("an item has from 1 to {MOST_PICTURES} pictures, not {pictures}"))
    }

    /// Mean and standard deviation of each channel that are to be taken out of pictures scaled to 0..1, picture after picture.
    ///
    /// For three channels they are those that the trained weights expect ([`Arch::normalization`]). For one they are the mean of the three
    /// means and of the three deviations; for other numbers the three repeat in turn, as the weights of an adapted first convolution do
    /// (see [`load_body`](crate::weights::load_body)).
    ///
    /// ```
    /// use firelight_models::{Arch, BodyConfig};
    ///
    /// let (mean, _) = BodyConfig::new(Arch::ResNet18).with_channels(4).normalization();
    /// assert_eq!(mean, [0.485, 0.456, 0.406, 0.485]);
    /// ```
    pub fn normalization(&self) -> (Vec<f32>, Vec<f32>) {
        let (mean, deviation) = self.arch.normalization();
        self.normalization_of(mean, deviation)
    }

    /// [`normalization`](Self::normalization) from another mean and deviation of the three colours, as some weights expect them.
    pub fn normalization_of(&self, mean: [f32; 3], deviation: [f32; 3]) -> (Vec<f32>, Vec<f32>) {
        let of_all = |three: [f32; 3]| {
            let picture: Vec<f32> = match self.channels {
                1 => vec![three.iter().sum::<f32>() / 3.0],
                channels => three.into_iter().cycle().take(channels).collect(),
            };
            picture.repeat(self.pictures)
        };
        (of_all(mean), of_all(deviation))
    }

    /// A body with weights drawn from `seed`; they depend on nothing else, so that every device gets the same.
    ///
    /// # Panics
    ///
    /// If there is a [`problem`](Self::problem).
    pub fn body(&self, seed: u64, device: &Device) -> Body {
        self.fresh_body(&mut Fresh::seeded(seed), device)
    }

    /// [`body`](Self::body) with numbers from `fresh`: zeros where trained weights follow.
    ///
    /// # Panics
    ///
    /// As [`body`](Self::body).
    pub fn fresh_body(&self, fresh: &mut Fresh, device: &Device) -> Body {
        let problem = self.problem();
        assert!(problem.is_none(), "{}: {self:?}", problem.unwrap_or_default());
        (self.arch.0.build)(self.channels, fresh, device)
    }
}

/// The architecture's name, and what is not the default: `resnet18 for 2 pictures of 4 channels`.
impl fmt::Display for BodyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { arch, channels, pictures } = self;
        let plural = if *channels == 1 { "" } else { "s" };
        match (is_one(pictures), is_colours(channels)) {
            (true, true) => arch.fmt(f),
            (true, false) => write!(f, "{arch} for {channels} channel{plural}"),
            (false, true) => write!(f, "{arch} for {pictures} pictures"),
            (false, false) => write!(f, "{arch} for {pictures} pictures of {channels} channel{plural}"),
        }
    }
}

/// Channels of a picture of red, green and blue.
fn colours() -> usize {
    3
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_colours(channels: &usize) -> bool {
    *channels == colours()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_one(pictures: &usize) -> bool {
    *pictures == one()
}
