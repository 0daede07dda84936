use std::fmt;

use serde::{Deserialize, Serialize};

use super::{beta::beta, permutation};
use crate::{Chance, Patch, Size, TransformError};

/// Pastes the same rectangle of another picture into each picture of a batch; targets mix by area (Yun et al., 2019).
///
/// ```
/// use firelight_transforms::{Chance, CutMix, Size};
///
/// let draw = CutMix::default().draw(4, Size::square(224), &mut Chance::new(42, 0, 0));
/// let pasted = draw.patch.size.pixels() as f32 / (224.0 * 224.0);
/// assert!((draw.share - (1.0 - pasted)).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "super::Stored")]
pub struct CutMix {
    alpha: f32,
}

impl TryFrom<super::Stored> for CutMix {
    type Error = TransformError;

    fn try_from(stored: super::Stored) -> Result<Self, TransformError> {
        Ok(Self { alpha: stored.alpha("CutMix")? })
    }
}

impl Default for CutMix {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

/// What [`CutMix`] drew for a batch: inside `patch`, example i shows `partners[i]`.
///
/// ```
/// use firelight_transforms::{Chance, CutMix, CutMixDraw, Size};
///
/// let CutMixDraw { partners, patch, share } = CutMix::default().draw(8, Size::square(32), &mut Chance::new(1, 0, 0));
/// assert_eq!(partners.len(), 8);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CutMixDraw {
    /// A permutation of the batch.
    pub partners: Vec<usize>,
    /// The rectangle that is pasted; it may be empty.
    pub patch: Patch,
    /// What remains of each example and its target, by area.
    pub share: f32,
}

impl CutMix {
    /// Areas from the beta distribution with both parameters `alpha`; the default 1 makes every area equally likely.
    ///
    /// # Panics
    ///
    /// Unless `alpha` is over 0 and finite.
    pub fn new(alpha: f32) -> Self {
        assert!(alpha > 0.0 && alpha.is_finite(), "alpha = {alpha} must be over 0 and finite");
        Self { alpha }
    }

    /// The draw for a batch of this many pictures of size `of`.
    pub fn draw(&self, batch: usize, of: Size, chance: &mut Chance) -> CutMixDraw {
        let partners = permutation(batch, chance);
        let share = beta(self.alpha, chance);
        let centre = (chance.below(u64::from(of.width)) as u32, chance.below(u64::from(of.height)) as u32);
        let patch = Self::patch(of, share, centre);
        let share = 1.0 - patch.size.pixels() as f32 / of.pixels() as f32;
        CutMixDraw { partners, patch, share }
    }

    /// The rectangle of (1 - `share`) of the area around `centre`, with the picture's aspect ratio, cut at its border.
    pub fn patch(of: Size, share: f32, centre: (u32, u32)) -> Patch {
        let side = (1.0 - f64::from(share)).max(0.0).sqrt();
        let span = |length: u32, centre: u32| {
            let half = ((f64::from(length) * side).round_ties_even() as u32) / 2;
            (centre.saturating_sub(half), centre.saturating_add(half).min(length))
        };
        let (left, right) = span(of.width, centre.0);
        let (top, bottom) = span(of.height, centre.1);
        Patch { left, top, size: Size::new(right - left, bottom - top) }
    }
}

impl fmt::Display for CutMix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CutMix with alpha = {}", self.alpha)
    }
}
