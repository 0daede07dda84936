mod config;
mod spec;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::{Body, Classifier, Fresh};

use spec::FAMILIES;

pub use config::BodyConfig;
pub use spec::Published;
pub(crate) use spec::{NeckKind, Spec, members};

/// An architecture by name. Its members are constants; [`Arch::all`] lists them, and the README has a table of them.
///
/// It is written and read (also by serde) as its name; letter case, `_` and `-` make no difference in reading.
///
/// ```
/// use firelight_models::Arch;
///
/// assert_eq!("resnet18".parse(), Ok(Arch::ResNet18));
/// assert_eq!("convnext_tiny".parse(), Ok(Arch::ConvNeXtTiny));
/// assert_eq!(Arch::EfficientNetLite0.to_string(), "efficientnet-lite0");
/// ```
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arch(pub(crate) &'static Spec);

impl PartialEq for Arch {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Arch {}

impl Hash for Arch {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

/// The constant's name: `ResNet18`.
impl fmt::Debug for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.constant)
    }
}

impl Arch {
    /// All of them, family after family.
    ///
    /// ```
    /// use firelight_models::Arch;
    /// assert!(Arch::all().any(|arch| arch.name() == "vit_small_patch16_224"));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        FAMILIES.into_iter().flatten().copied()
    }

    /// The name as users write it; timm's, where timm has the architecture.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What timm publishes of it, if it does.
    pub fn published(self) -> Option<Published> {
        self.0.published
    }

    /// The name of the weights that timm takes first, as `firelight_learner::pretrained` takes it.
    ///
    /// ```
    /// use firelight_models::Arch;
    /// assert_eq!(Arch::EfficientNetLite0.repository().unwrap(), "timm/tf_efficientnet_lite0.in1k");
    /// ```
    pub fn repository(self) -> Option<String> {
        let published = self.published()?;
        let name = match self.name().strip_prefix("efficientnet-lite") {
            Some(size) => format!("tf_efficientnet_lite{size}"),
            None => self.name().to_owned(),
        };
        Some(format!("timm/{name}.{}", published.tag))
    }

    /// Channels of the feature map.
    pub fn features(self) -> usize {
        self.0.stages[self.0.stages.len() - 1]
    }

    /// Numbers of the body that training changes.
    ///
    /// ```
    /// use firelight_models::Arch;
    /// assert_eq!(Arch::ResNet18.parameters(), 11_176_512);
    /// ```
    pub fn parameters(self) -> usize {
        self.0.parameters
    }

    /// Channels of the last map of each resolution, finest first, as [`Body::stages`] gives them. Each has half the sides of the one before,
    /// and the first those of the picture over [`finest_stride`](Self::finest_stride); all are rounded up.
    ///
    /// ```
    /// use firelight_models::Arch;
    /// assert_eq!(Arch::ResNet18.stage_channels(), [64, 64, 128, 256, 512]);
    /// assert_eq!(Arch::ConvNeXtTiny.stage_channels(), [96, 192, 384, 768]);
    /// ```
    pub fn stage_channels(self) -> &'static [usize] {
        self.0.stages
    }

    /// How many pixels of a picture one position of the finest map is for, along each side: 2, 4 (`ConvNeXt`), or a patch's (`ViT`).
    pub fn finest_stride(self) -> usize {
        self.0.stride
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
        Classifier::new(BodyConfig::new(self).fresh_body(fresh, device), self, classes, fresh, device)
    }

    /// Mean and standard deviation of red, green and blue that the trained weights expect to be taken out, for pictures
    /// scaled to 0..1: `ImageNet`'s for most, `(x - 127) / 128` on 0..255 for `EfficientNet`-Lite, a half each for some `ViT`s.
    pub fn normalization(self) -> ([f32; 3], [f32; 3]) {
        (self.0.mean, self.0.deviation)
    }

    /// Side of the square pictures the weights were trained on; other sizes work too.
    pub fn picture_size(self) -> usize {
        self.0.picture
    }

    /// Whether the trained weights saw pictures resampled bicubically (else bilinearly).
    pub fn bicubic(self) -> bool {
        self.0.bicubic
    }

    /// Share of the shorter side that the published evaluation cuts from the centre before resizing.
    pub fn crop_fraction(self) -> f32 {
        self.0.crop
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
        // timm marks those that were TensorFlow's; of these bodies there are no others.
        let wanted = wanted.strip_prefix("tf").filter(|rest| rest.starts_with("efficientnetlite")).unwrap_or(&wanted);
        if let Some(arch) = Self::all().find(|arch| plain(arch.name()) == wanted) {
            return Ok(arch);
        }
        let (distance, near) = Self::all()
            .map(|arch| (strsim::damerau_levenshtein(wanted, &plain(arch.name())), arch))
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
    Arch::all().map(Arch::name).collect::<Vec<_>>().join(", ")
}
