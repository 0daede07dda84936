use std::fmt;

use serde::{Deserialize, Serialize};

use super::{beta::beta, permutation};
use crate::{Chance, TransformError};

/// Blends each picture of a batch with another one, and their targets in the same shares (Zhang et al., 2018).
///
/// ```
/// use firelight_transforms::{Chance, MixUp};
///
/// let draw = MixUp::default().draw(4, &mut Chance::new(42, 0, 0));
/// assert!(draw.shares.iter().all(|share| (0.5..=1.0).contains(share)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "super::Stored")]
pub struct MixUp {
    alpha: f32,
}

impl TryFrom<super::Stored> for MixUp {
    type Error = TransformError;

    fn try_from(stored: super::Stored) -> Result<Self, TransformError> {
        Ok(Self { alpha: stored.alpha("MixUp")? })
    }
}

impl Default for MixUp {
    fn default() -> Self {
        Self { alpha: 0.4 }
    }
}

/// What [`MixUp`] drew for a batch: example i becomes `shares[i]` · itself + (1 - `shares[i]`) · `partners[i]`.
///
/// ```
/// use firelight_transforms::{Chance, MixUp, MixUpDraw};
///
/// let MixUpDraw { partners, shares } = MixUp::new(0.2).draw(8, &mut Chance::new(1, 0, 0));
/// assert_eq!((partners.len(), shares.len()), (8, 8));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MixUpDraw {
    /// A permutation of the batch.
    pub partners: Vec<usize>,
    /// What remains of each example, ½ to 1.
    pub shares: Vec<f32>,
}

impl MixUp {
    /// Shares from the beta distribution with both parameters `alpha`; the default is 0.4. Larger blends more.
    ///
    /// # Panics
    ///
    /// Unless `alpha` is over 0 and finite.
    pub fn new(alpha: f32) -> Self {
        assert!(alpha > 0.0 && alpha.is_finite(), "alpha = {alpha} must be over 0 and finite");
        Self { alpha }
    }

    /// The draw for a batch of this many examples.
    ///
    /// A share below ½ is taken from 1, as fastai does, so that no example is lost to its own partner.
    pub fn draw(&self, batch: usize, chance: &mut Chance) -> MixUpDraw {
        let partners = permutation(batch, chance);
        let share = |_| {
            let share = beta(self.alpha, chance);
            share.max(1.0 - share)
        };
        MixUpDraw { partners, shares: (0..batch).map(share).collect() }
    }
}

impl fmt::Display for MixUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MixUp with alpha = {}", self.alpha)
    }
}
