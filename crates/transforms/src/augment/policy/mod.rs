//! Policies: random operations on geometry and colours, of random strength, from the papers that found them.

mod draw;
mod magnitude;

pub use draw::{AugMixChain, AugMixDraw};

pub(super) use draw::Drawn;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::TransformError;
use crate::item::within;

/// A published policy of augmentation, beside the settings of [`AugTransforms`](crate::AugTransforms).
///
/// | policy | what a picture gets |
/// |---|---|
/// | [`TrivialAugmentWide`](Self::TrivialAugmentWide) | one of the fourteen operations, at one of 31 strengths |
/// | [`RandAugment`](Self::RandAugment) | some of the fourteen operations, all at one strength that you set |
/// | [`ThreeAugment`](Self::ThreeAugment) | one of grayscale, solarize and Gaussian blur |
/// | [`AugMix`](Self::AugMix) | a mixture of itself and of chains of mild operations |
///
/// The fourteen are torchvision's, each equally likely, and those with a sign have either equally often:
///
/// | operation | `TrivialAugmentWide` up to | `RandAugment` up to (at 30) | `AugMix` up to (at 10) |
/// |---|---|---|---|
/// | identity | | | not there |
/// | shear x, shear y; the upper left corner stays | ±0.99 | ±0.3 | ±0.3 |
/// | translate x, translate y; whole pixels of the result | ±32 | ±150⁄331 of the side | ±⅓ of the side |
/// | rotate around the centre | ±135° | ±30° | ±30° |
/// | brightness, saturation, contrast, sharpness: factor | 1 ± 0.99 | 1 ± 0.9 | 1 ± 0.9 |
/// | posterize: bits kept, from 8 (`AugMix`: 4) down to | 2 | 4 | 0 |
/// | solarize: threshold, from 255 down to | 0 | 0 | 0 |
/// | auto contrast, equalize | | | |
///
/// Strengths are those of `torchvision.transforms.v2` to the bit, and colours to the byte ([`ColourOperation`](crate::ColourOperation)).
/// What is different, on purpose:
///
/// - Geometry is a part of the one map from result to picture, so a picture is still resampled once. Operations of several thus move
///   pixels first, in the order drawn, and change colours then, in the order drawn.
/// - What lies beyond the picture is the recipe's [`pad_mode`](crate::AugTransforms::pad_mode), and not black.
/// - `AugMix` rounds its mixture where torchvision cuts it off.
///
/// `tta` of a learner draws what training draws, a policy too.
///
/// A policy is of the result's pixels and comes after flip, rotation, zoom, warp and crop, before lighting, normalisation and erasing, in
/// training only. Masks, points and boxes move along, but for `AugMix`, whose chains show several places at once: they follow the
/// picture that is mixed with them. The other draws of a recipe are what they are without a policy.
///
/// ```
/// use firelight_transforms::{Policy, aug_transforms};
///
/// let plain = aug_transforms().size(224).max_rotate(0.0).max_warp(0.0).zoom(1.0, 1.0).max_lighting(0.0);
/// let trivial = plain.clone().policy(Policy::TrivialAugmentWide);
/// let rand = plain.policy(Policy::RandAugment { operations: 2, magnitude: 9 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Policy {
    /// One operation of any strength (Müller and Hutter, 2021): nothing to tune.
    TrivialAugmentWide,
    /// A few operations of one strength (Cubuk et al., 2019); the defaults of the paper's users are in [`Policy::rand_augment`].
    RandAugment {
        /// How many operations, one after the other, 1 to 10; an operation may come again.
        operations: u32,
        /// Their strength, 0 to 30.
        magnitude: u32,
    },
    /// Grayscale, solarize (from 128 on) or a Gaussian blur (of 0.1 to 2 pixels), each equally likely: `DeiT` III's 3-Augment (Touvron et
    /// al., 2022). Its recipe adds a jitter of colours of 0.3, here `max_lighting(0.3).max_saturation(0.3)`.
    ThreeAugment,
    /// Shares of the picture and of chains of one to three operations each (Hendrycks et al., 2020); the defaults of the paper are in
    /// [`Policy::aug_mix`]. Each chain is a resampling of its own, so a picture costs `width` + 1 of them.
    AugMix {
        /// Strengths are drawn among the lowest so many of ten, 1 to 10.
        severity: u32,
        /// How many chains, 1 to 10.
        width: u32,
        /// Parameter of the Dirichlet distributions of the shares, over 0 and at most 1000; large ones make shares alike.
        alpha: f32,
    },
}

impl Policy {
    /// `RandAugment` with two operations of strength 9 of 30.
    pub fn rand_augment() -> Self {
        Self::RandAugment { operations: 2, magnitude: 9 }
    }

    /// `AugMix` with severity 3, three chains and alpha 1.
    pub fn aug_mix() -> Self {
        Self::AugMix { severity: 3, width: 3, alpha: 1.0 }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TrivialAugmentWide => "TrivialAugmentWide",
            Self::RandAugment { .. } => "RandAugment",
            Self::ThreeAugment => "ThreeAugment",
            Self::AugMix { .. } => "AugMix",
        }
    }

    pub(super) fn check(self) -> Result<(), TransformError> {
        let stage = self.name();
        match self {
            Self::TrivialAugmentWide | Self::ThreeAugment => Ok(()),
            Self::RandAugment { operations, magnitude } => {
                within(stage, "operations", operations as f32, 1.0..=10.0, "1 to 10")?;
                within(stage, "magnitude", magnitude as f32, 0.0..=30.0, "0 to 30")
            }
            Self::AugMix { severity, width, alpha } => {
                within(stage, "severity", severity as f32, 1.0..=10.0, "1 to 10")?;
                within(stage, "width", width as f32, 1.0..=10.0, "1 to 10")?;
                within(stage, "alpha", alpha, f32::MIN_POSITIVE..=1000.0, "over 0 and at most 1000")
            }
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrivialAugmentWide | Self::ThreeAugment => f.write_str(self.name()),
            Self::RandAugment { operations, magnitude } => {
                write!(f, "RandAugment of {operations} at magnitude {magnitude}")
            }
            Self::AugMix { severity, width, alpha } => {
                write!(f, "AugMix of {width} with severity {severity}, alpha = {alpha}")
            }
        }
    }
}
