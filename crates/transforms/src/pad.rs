use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands where a transform looks beyond the picture.
///
/// ```
/// use firelight_transforms::{PadMode, Resize, aug_transforms};
///
/// let letterbox = Resize::pad(224).with_pad_mode(PadMode::Zeros);
/// let augment = aug_transforms().pad_mode(PadMode::Border);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PadMode {
    /// The picture mirrored in the centres of its border pixels, so that the border is not doubled.
    #[default]
    Reflection,
    /// The border pixel, repeated.
    Border,
    /// Black, before lighting and normalisation.
    Zeros,
}

impl fmt::Display for PadMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reflection => "reflection",
            Self::Border => "border",
            Self::Zeros => "zeros",
        })
    }
}

impl PadMode {
    /// The pixel that stands at position `at` of a row of `length` pixels; `None` is black.
    pub(crate) fn pixel(self, at: i64, length: i64) -> Option<i64> {
        if (0..length).contains(&at) {
            return Some(at);
        }
        match self {
            Self::Zeros => None,
            Self::Border => Some(at.clamp(0, length - 1)),
            Self::Reflection if length == 1 => Some(0),
            Self::Reflection => {
                let period = 2 * (length - 1);
                let phase = at.rem_euclid(period);
                Some(phase.min(period - phase))
            }
        }
    }
}

/// How a plain resize weighs the source pixels; both widen when they shrink a picture (antialiasing), as Pillow does.
///
/// ```
/// use firelight_transforms::{Filter, Resize};
///
/// let sharp = Resize::squish(224).with_filter(Filter::Bicubic);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Filter {
    /// A triangle of radius 1: Pillow's `BILINEAR`.
    #[default]
    Bilinear,
    /// Cubic convolution of radius 2 with a = -0.5: Pillow's `BICUBIC`, which some pretrained weights were validated with.
    Bicubic,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bilinear => "bilinear",
            Self::Bicubic => "bicubic",
        })
    }
}
