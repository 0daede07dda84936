use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Policy, RandomErasing};
use crate::item::{check_crop, check_size, within};
use crate::{PadMode, Size, TransformError};

/// fastai's set of augmentations with its defaults: flip, warp, rotate, zoom, brightness and contrast.
///
/// ```
/// use firelight_transforms::aug_transforms;
///
/// let augment = aug_transforms().size(224).min_scale(0.9);
/// ```
pub fn aug_transforms() -> AugTransforms {
    AugTransforms::default()
}

/// A recipe of augmentations, made by [`aug_transforms`]. Each picture gets its own draws, in training only.
///
/// | setting | default | what is drawn |
/// |---|---|---|
/// | [`size`](Self::size) | that of the frame | nothing: the size of the result, in validation too |
/// | [`min_scale`](Self::min_scale) | 1 | a square part of this share of the area or more; 1 is off |
/// | [`flip`](Self::flip) | on | mirrored left–right with p = ½ |
/// | [`flip_vert`](Self::flip_vert) | off | with p = ½ one of the eight symmetries of the square instead |
/// | [`max_rotate`](Self::max_rotate) | 10 | degrees either way |
/// | [`zoom`](Self::zoom) | 1 to 1.1 | factor, around a random centre |
/// | [`max_warp`](Self::max_warp) | 0.2 | tilt either way around each axis, a coin each |
/// | [`max_lighting`](Self::max_lighting) | 0.2 | brightness ½(1 ± 0.2); contrast 0.8 to 1 ÷ 0.8, evenly on a logarithmic scale |
/// | [`max_saturation`](Self::max_saturation) | off | saturation, as contrast |
/// | [`max_hue`](Self::max_hue) | off | hue, a factor (1 - m) to 1 ÷ (1 - m) around a whole turn |
/// | [`erasing`](Self::erasing) | off | see [`RandomErasing`] |
/// | [`policy`](Self::policy) | off | see [`Policy`]: `TrivialAugmentWide`, `RandAugment`, 3-Augment, `AugMix` |
/// | [`p_affine`](Self::p_affine) | 0.75 | probability of each of warp, rotate, zoom |
/// | [`p_lighting`](Self::p_lighting) | 0.75 | probability of each of the four of lighting |
/// | [`mult`](Self::mult) | 1 | factor on rotate, warp and lighting |
/// | [`pad_mode`](Self::pad_mode) | reflection | what stands beyond the picture |
/// | [`align_corners`](Self::align_corners) | off | see below |
///
/// Where this differs from fastai, on purpose:
///
/// - Everything is drawn for each picture; fastai crops (`min_scale`) and erases a whole batch alike. To let pictures
///   share their draws, as with fastai's `batch=True`, give each a clone of one [`Chance`](crate::Chance).
/// - A turned frame shows the picture's own pixels beyond the crop where there are some; fastai has cropped them away and
///   shows a reflection.
/// - `align_corners` is off: -1 and 1 are the outer edges of the frame, so that plain scaling agrees with `Resize`. On, they
///   are the centres of the border pixels, as in fastai.
/// - Settings apply however they are ordered; later ones never remove earlier ones.
///
/// ```
/// use firelight_transforms::{RandomErasing, aug_transforms};
///
/// let cells = aug_transforms().size(128).flip_vert(true).max_rotate(180.0).erasing(RandomErasing::new(0.25));
/// let photographs = aug_transforms().size(224).min_scale(0.5).mult(1.5);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AugTransforms {
    pub(super) size: Option<Size>,
    pub(crate) min_scale: f32,
    pub(super) flip: bool,
    pub(crate) flip_vert: bool,
    pub(super) max_rotate: f32,
    pub(crate) zoom: (f32, f32),
    pub(crate) max_warp: f32,
    pub(super) max_lighting: f32,
    pub(super) max_saturation: f32,
    pub(super) max_hue: f32,
    pub(super) p_affine: f32,
    pub(super) p_lighting: f32,
    pub(crate) mult: f32,
    pub(super) pad_mode: PadMode,
    pub(super) align_corners: bool,
    pub(super) erasing: Option<RandomErasing>,
    /// Left out where it is off, so that a recipe without one is written as it was before there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<Policy>,
}

impl Default for AugTransforms {
    fn default() -> Self {
        Self {
            size: None,
            min_scale: 1.0,
            flip: true,
            flip_vert: false,
            max_rotate: 10.0,
            zoom: (1.0, 1.1),
            max_warp: 0.2,
            max_lighting: 0.2,
            max_saturation: 0.0,
            max_hue: 0.0,
            p_affine: 0.75,
            p_lighting: 0.75,
            mult: 1.0,
            pad_mode: PadMode::Reflection,
            align_corners: false,
            erasing: None,
            policy: None,
        }
    }
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $kind:ty;)*) => {
        impl AugTransforms { $(
            $(#[$doc])*
            pub fn $name(self, $name: $kind) -> Self {
                Self { $name, ..self }
            }
        )* }
    };
}
settings! {
    /// Smallest share of the frame's area that is cropped at random and resized, over 0 to 1. Default 1, the whole frame.
    min_scale: f32;
    /// Whether to mirror left and right. Default true.
    flip: bool;
    /// Whether to draw among all eight symmetries instead of mirroring, for pictures without an up. Default false.
    flip_vert: bool;
    /// Largest rotation in degrees, 0 to 180. Default 10.
    max_rotate: f32;
    /// Largest tilt, 0 to less than 1. Default 0.2.
    max_warp: f32;
    /// Largest change of brightness and contrast, 0 to less than 1. Default 0.2.
    max_lighting: f32;
    /// Largest change of saturation, 0 to less than 1. Default 0, off.
    max_saturation: f32;
    /// Largest change of hue, 0 to less than 1; fastai's `Hue` has 0.1. Default 0, off.
    max_hue: f32;
    /// Probability of each of warp, rotate and zoom, 0 to 1. Default 0.75.
    p_affine: f32;
    /// Probability of each of brightness, contrast, saturation and hue, 0 to 1. Default 0.75.
    p_lighting: f32;
    /// Factor on the largest rotation, warp and lighting. Default 1.
    mult: f32;
    /// What stands beyond the picture. Default reflection.
    pad_mode: PadMode;
    /// Whether -1 and 1 are the centres of the border pixels (fastai) instead of their outer edges. Default false.
    align_corners: bool;
}

impl AugTransforms {
    /// The size of the result, in training and validation. Default: the size of the frame.
    pub fn size(self, size: impl Into<Size>) -> Self {
        Self { size: Some(size.into()), ..self }
    }

    /// Smallest and largest zoom, over 0; below 1 the picture gets smaller. Default 1 to 1.1.
    pub fn zoom(self, smallest: f32, largest: f32) -> Self {
        Self { zoom: (smallest, largest), ..self }
    }

    /// Erases random rectangles after normalisation. Default off.
    pub fn erasing(self, erasing: RandomErasing) -> Self {
        Self { erasing: Some(erasing), ..self }
    }

    /// A published policy besides, for pictures of red, green and blue of 8 bits. Default off.
    ///
    /// It comes after the other geometry and before lighting; those who publish policies use them with flips and crops alone. Its strengths
    /// are its own: `mult`, `p_affine` and `p_lighting` do not change them.
    ///
    /// ```
    /// use firelight_transforms::{Policy, aug_transforms};
    ///
    /// let deit = aug_transforms().size(224).policy(Policy::ThreeAugment).max_lighting(0.3).max_saturation(0.3);
    /// ```
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// The policy that was set.
    pub fn chosen_policy(&self) -> Option<Policy> {
        self.policy
    }

    /// Whether the map may turn or tilt the picture, but for flips and quarter turns.
    pub(crate) fn bends(&self) -> bool {
        self.mult > 0.0 && (self.max_rotate > 0.0 || self.max_warp > 0.0)
    }

    /// Whether hue or saturation may change, for which there must be red, green and blue.
    pub(crate) fn turns_colours(&self) -> bool {
        self.max_saturation > 0.0 || self.max_hue > 0.0
    }

    /// The size that was set.
    pub fn output_size(&self) -> Option<Size> {
        self.size
    }

    pub(crate) fn padding(&self) -> PadMode {
        self.pad_mode
    }

    pub(crate) fn check(&self) -> Result<(), TransformError> {
        let stage = "aug_transforms";
        if let Some(size) = self.size {
            check_size(stage, size)?;
        }
        check_crop(stage, (self.min_scale, 1.0), (1.0, 1.0))?;
        within(stage, "mult", self.mult, 0.0..=1000.0, "0 to 1000")?;
        within(stage, "max_rotate × mult", self.max_rotate * self.mult, 0.0..=180.0, "0 to 180 degrees")?;
        within(stage, "smallest zoom", self.zoom.0, 0.01..=self.zoom.1, "0.01 to the largest")?;
        within(stage, "largest zoom", self.zoom.1, 0.01..=100.0, "0.01 to 100")?;
        let below_1 = 0.0..=0.999;
        for (parameter, value) in [
            ("max_warp × mult", self.max_warp),
            ("max_lighting × mult", self.max_lighting),
            ("max_saturation × mult", self.max_saturation),
            ("max_hue × mult", self.max_hue),
        ] {
            within(stage, parameter, value * self.mult, below_1.clone(), "0 to 0.999")?;
        }
        within(stage, "p_affine", self.p_affine, 0.0..=1.0, "0 to 1")?;
        within(stage, "p_lighting", self.p_lighting, 0.0..=1.0, "0 to 1")?;
        self.policy.map_or(Ok(()), Policy::check)?;
        self.erasing.as_ref().map_or(Ok(()), RandomErasing::check)
    }
}

/// One line: what is drawn, without what is off.
impl fmt::Display for AugTransforms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.flip_vert {
            parts.push("dihedral p = 0.5".to_owned());
        } else if self.flip {
            parts.push("flip p = 0.5".to_owned());
        }
        let p = self.p_affine;
        let mut geometry = |value: f32, name: &str, unit: &str| {
            if value > 0.0 {
                parts.push(format!("{name} ±{}{unit} p = {p}", value * self.mult));
            }
        };
        geometry(self.max_warp, "warp", "");
        geometry(self.max_rotate, "rotate", "°");
        if self.zoom != (1.0, 1.0) {
            parts.push(format!("zoom {} to {} p = {p}", self.zoom.0, self.zoom.1));
        }
        if self.min_scale < 1.0 {
            parts.push(format!("crop of {} to 1 of the area", self.min_scale));
        }
        parts.extend(self.policy.map(|policy| policy.to_string()));
        let p = self.p_lighting;
        for (value, name) in
            [(self.max_lighting, "brightness and contrast"), (self.max_saturation, "saturation"), (self.max_hue, "hue")]
        {
            if value > 0.0 {
                parts.push(format!("{name} {} p = {p}", value * self.mult));
            }
        }
        parts.extend(self.erasing.map(|erasing| erasing.to_string()));
        match self.size {
            Some(size) => write!(f, "aug_transforms to {size}")?,
            None => f.write_str("aug_transforms")?,
        }
        write!(f, " ({}), padding with {}", parts.join(", "), self.pad_mode)
    }
}
