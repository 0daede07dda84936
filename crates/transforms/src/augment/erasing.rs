use std::fmt;

use serde::{Deserialize, Serialize};

use crate::item::within;
use crate::{Chance, Size, TransformError};

/// Replaces random rectangles of the normalised picture by noise from the standard normal distribution.
///
/// | parameter | default | range |
/// |---|---|---|
/// | `p` | 0.5 | probability that a picture is erased at all |
/// | `area` | 0 to 0.3 | share of the picture that all its rectangles together cover |
/// | `min_aspect` | 0.3 | a side is between `min_aspect` and its inverse times the other |
/// | `max_count` | 1 | most rectangles a picture, each count equally likely |
///
/// Every picture has its own coin and rectangles (fastai draws them once for a whole batch).
///
/// ```
/// use firelight_transforms::{RandomErasing, aug_transforms};
///
/// let augment = aug_transforms().erasing(RandomErasing::new(0.5).with_area(0.02, 0.2).with_max_count(3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RandomErasing {
    p: f32,
    area: (f32, f32),
    min_aspect: f32,
    max_count: u32,
}

impl Default for RandomErasing {
    fn default() -> Self {
        Self { p: 0.5, area: (0.0, 0.3), min_aspect: 0.3, max_count: 1 }
    }
}

impl RandomErasing {
    /// With probability `p` a picture.
    pub fn new(p: f32) -> Self {
        Self { p, ..Self::default() }
    }

    /// Smallest and largest share of the picture.
    pub fn with_area(self, smallest: f32, largest: f32) -> Self {
        Self { area: (smallest, largest), ..self }
    }

    /// The smallest ratio of one side to the other.
    pub fn with_min_aspect(self, min_aspect: f32) -> Self {
        Self { min_aspect, ..self }
    }

    /// The most rectangles a picture.
    pub fn with_max_count(self, max_count: u32) -> Self {
        Self { max_count, ..self }
    }

    /// The rectangles of one picture of size `of`.
    pub fn draw(&self, of: Size, chance: &mut Chance) -> Option<Erasing> {
        if !chance.coin(self.p) {
            return None;
        }
        let count = 1 + chance.below(u64::from(self.max_count));
        let whole = of.pixels() as f32 / count as f32;
        let spread = -libm::logf(self.min_aspect);
        let patches = (0..count).map(|_| {
            let area = chance.range(self.area.0, self.area.1) * whole;
            let aspect = libm::expf(chance.range(-spread, spread));
            let width = ((area * aspect).sqrt().round_ties_even() as u32).min(of.width);
            let height = ((area / aspect).sqrt().round_ties_even() as u32).min(of.height);
            let left = chance.below(u64::from(of.width - width) + 1) as u32;
            let top = chance.below(u64::from(of.height - height) + 1) as u32;
            Patch { left, top, size: Size::new(width, height) }
        });
        let patches = patches.collect();
        Some(Erasing { patches, noise: chance.bits() })
    }

    pub(crate) fn check(&self) -> Result<(), TransformError> {
        let stage = "RandomErasing";
        within(stage, "p", self.p, 0.0..=1.0, "0 to 1")?;
        within(stage, "smallest area", self.area.0, 0.0..=self.area.1, "0 to the largest")?;
        within(stage, "largest area", self.area.1, 0.0..=1.0, "0 to 1")?;
        within(stage, "min_aspect", self.min_aspect, f32::MIN_POSITIVE..=1.0, "over 0 and at most 1")?;
        within(stage, "max_count", self.max_count as f32, 1.0..=1000.0, "1 to 1000")
    }
}

impl fmt::Display for RandomErasing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p, area, max_count, .. } = self;
        write!(f, "RandomErasing of {} to {} of the area in at most {max_count}, p = {p}", area.0, area.1)
    }
}

/// What [`RandomErasing`] drew for one picture.
///
/// ```
/// use firelight_transforms::{Chance, RandomErasing, Size};
///
/// let erasing = RandomErasing::new(1.0).draw(Size::square(64), &mut Chance::new(1, 0, 0));
/// assert_eq!(erasing.map(|erasing| erasing.patches.len()), Some(1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasing {
    /// The rectangles, in output pixels; they may overlap.
    pub patches: Vec<Patch>,
    /// Seed of the noise that fills them.
    pub noise: u64,
}

/// A rectangle of whole pixels.
///
/// ```
/// use firelight_transforms::{Patch, Size};
///
/// let eye = Patch { left: 10, top: 12, size: Size::new(8, 4) };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Pixels left of it.
    pub left: u32,
    /// Pixels above it.
    pub top: u32,
    /// Its sides.
    pub size: Size,
}

impl Erasing {
    pub(crate) fn fill(&self, planes: &mut [f32], size: Size) {
        let mut noise = Chance::new(self.noise, 0, 0);
        let (width, plane) = (size.width as usize, size.pixels() as usize);
        for patch in &self.patches {
            for channel in planes.chunks_exact_mut(plane) {
                let rows = channel.chunks_exact_mut(width).skip(patch.top as usize).take(patch.size.height as usize);
                for row in rows {
                    row[patch.left as usize..][..patch.size.width as usize].fill_with(|| noise.normal());
                }
            }
        }
    }
}
