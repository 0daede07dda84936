mod config;

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::{Body, Classifier, Fresh, efficientnet, small};

pub use config::BodyConfig;

/// An architecture by name.
///
/// | name | features | parameters of the body | picture | trained weights |
/// |---|---|---|---|---|
/// | `small` | 128 | 0.29 M | 64 px | none: from scratch |
/// | `resnet18` | 512 | 11.2 M | 224 px | torchvision |
/// | `resnet34` | 512 | 21.3 M | 224 px | torchvision |
/// | `resnet50` | 2048 | 23.5 M | 224 px | torchvision |
/// | `resnet101` | 2048 | 42.5 M | 224 px | torchvision |
/// | `efficientnet-lite0` | 1280 | 3.4 M | 224 px | TensorFlow's, converted to torch |
/// | `efficientnet-lite1` | 1280 | 4.1 M | 240 px | " |
/// | `efficientnet-lite2` | 1280 | 4.8 M | 260 px | " |
///
/// It is written and read (also by serde) as its name; letter case, `_` and `-` make no difference in reading.
///
/// ```
/// use firelight_models::Arch;
/// assert_eq!("resnet18".parse(), Ok(Arch::ResNet18));
/// assert_eq!(Arch::EfficientNetLite0.to_string(), "efficientnet-lite0");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
#[allow(missing_docs)] // each is the architecture of its name
pub enum Arch {
    Small,
    ResNet18,
    ResNet34,
    ResNet50,
    ResNet101,
    EfficientNetLite0,
    EfficientNetLite1,
    EfficientNetLite2,
}

impl Arch {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Small,
        Self::ResNet18,
        Self::ResNet34,
        Self::ResNet50,
        Self::ResNet101,
        Self::EfficientNetLite0,
        Self::EfficientNetLite1,
        Self::EfficientNetLite2,
    ];

    /// The name as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::ResNet18 => "resnet18",
            Self::ResNet34 => "resnet34",
            Self::ResNet50 => "resnet50",
            Self::ResNet101 => "resnet101",
            Self::EfficientNetLite0 => "efficientnet-lite0",
            Self::EfficientNetLite1 => "efficientnet-lite1",
            Self::EfficientNetLite2 => "efficientnet-lite2",
        }
    }

    /// Channels of the feature map.
    pub fn features(self) -> usize {
        match self {
            Self::Small => small::FEATURES,
            Self::ResNet18 | Self::ResNet34 => 512,
            Self::ResNet50 | Self::ResNet101 => 2048,
            Self::EfficientNetLite0 | Self::EfficientNetLite1 | Self::EfficientNetLite2 => efficientnet::FEATURES,
        }
    }

    /// Channels of the last map of each resolution, finest first, as [`Body::stages`] gives them: that of half the picture's sides,
    /// of a quarter, and so on down to the feature map.
    ///
    /// ```
    /// use firelight_models::Arch;
    /// assert_eq!(Arch::ResNet18.stage_channels(), [64, 64, 128, 256, 512]);
    /// ```
    pub fn stage_channels(self) -> &'static [usize] {
        match self {
            Self::Small => &small::WIDTHS,
            Self::ResNet18 | Self::ResNet34 => &[64, 64, 128, 256, 512],
            Self::ResNet50 | Self::ResNet101 => &[64, 256, 512, 1024, 2048],
            Self::EfficientNetLite0 | Self::EfficientNetLite1 => &[16, 24, 40, 112, efficientnet::FEATURES],
            Self::EfficientNetLite2 => &[16, 24, 48, 120, efficientnet::FEATURES],
        }
    }

    /// A body for one picture of three channels with weights drawn from `seed`; for others see [`BodyConfig`].
    pub fn body(self, seed: u64, device: &Device) -> Body {
        BodyConfig::new(self).body(seed, device)
    }

    /// The published network with a last layer for `classes`, with weights drawn from `seed`.
    pub fn classifier(self, classes: usize, seed: u64, device: &Device) -> Classifier {
        self.fresh_classifier(classes, &mut Fresh::seeded(seed), device)
    }

    pub(crate) fn fresh_classifier(self, classes: usize, fresh: &mut Fresh, device: &Device) -> Classifier {
        Classifier::new(BodyConfig::new(self).fresh_body(fresh, device), self.features(), classes, fresh, device)
    }

    /// Mean and standard deviation of red, green and blue that the trained weights expect to be taken out, for pictures
    /// scaled to 0..1: `ImageNet`'s for the `ResNet`s, `(x - 127) / 128` on 0..255 for `EfficientNet`-Lite.
    pub fn normalization(self) -> ([f32; 3], [f32; 3]) {
        match self {
            Self::Small => ([0.5; 3], [0.25; 3]),
            Self::ResNet18 | Self::ResNet34 | Self::ResNet50 | Self::ResNet101 => {
                ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
            }
            Self::EfficientNetLite0 | Self::EfficientNetLite1 | Self::EfficientNetLite2 => {
                ([127.0 / 255.0; 3], [128.0 / 255.0; 3])
            }
        }
    }

    /// Side of the square pictures the weights were trained on; other sizes work too.
    pub fn picture_size(self) -> usize {
        match self {
            Self::Small => 64,
            Self::EfficientNetLite1 => 240,
            Self::EfficientNetLite2 => 260,
            _ => 224,
        }
    }

    /// Whether the trained weights saw pictures resampled bicubically (else bilinearly).
    pub fn bicubic(self) -> bool {
        matches!(self, Self::EfficientNetLite0 | Self::EfficientNetLite1 | Self::EfficientNetLite2)
    }

    /// Share of the shorter side that the published evaluation cuts from the centre before resizing.
    pub fn crop_fraction(self) -> f32 {
        match self {
            Self::Small => 1.0,
            _ => 0.875,
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<Arch> for String {
    fn from(arch: Arch) -> Self {
        arch.name().to_owned()
    }
}

impl TryFrom<String> for Arch {
    type Error = UnknownArch;

    fn try_from(name: String) -> Result<Self, UnknownArch> {
        name.parse()
    }
}

impl FromStr for Arch {
    type Err = UnknownArch;

    fn from_str(name: &str) -> Result<Self, UnknownArch> {
        let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
        let wanted = plain(name);
        if let Some(arch) = Self::ALL.into_iter().find(|arch| plain(arch.name()) == wanted) {
            return Ok(arch);
        }
        let (distance, near) = Self::ALL
            .into_iter()
            .map(|arch| (strsim::damerau_levenshtein(&wanted, &plain(arch.name())), arch))
            .min_by_key(|(distance, _)| *distance)
            .unwrap_or((usize::MAX, Self::Small));
        Err(UnknownArch { name: name.to_owned(), suggestion: (distance <= 1 + wanted.len() / 4).then_some(near) })
    }
}

/// A name that no [`Arch`] has.
///
/// ```
/// use firelight_models::Arch;
///
/// let error = "resnet19".parse::<Arch>().unwrap_err();
/// assert_eq!(error.suggestion, Some(Arch::ResNet18));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no architecture \"{name}\"{}; known are {}", did_you_mean(*suggestion), known())]
#[non_exhaustive]
pub struct UnknownArch {
    /// The name asked for.
    pub name: String,
    /// The architecture with nearly that name, if there is one.
    pub suggestion: Option<Arch>,
}

fn did_you_mean(suggestion: Option<Arch>) -> String {
    suggestion.map_or_else(String::new, |arch| format!("; did you mean \"{arch}\"?"))
}

fn known() -> String {
    Arch::ALL.map(Arch::name).join(", ")
}
