//! Pictures that are there twice.

use std::collections::HashMap;
use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::DoctorError;
use crate::fingerprint::{Fingerprint, hashes};
use crate::fit::{WHOLE, fit, windows};
use crate::near::Near;

/// Two items that are one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The earlier item, counted from 0.
    pub first: usize,
    /// The later one.
    pub second: usize,
    /// How alike they are: a correlation or a cosine; 1 is the same.
    pub likeness: f32,
    /// In what way they are one.
    pub how: Twin,
}

/// In what way two items are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Twin {
    /// The pictures are the same but for size, coding and light.
    Copy,
    /// One is the other's mirror image.
    Mirrored,
    /// One is a part of the other.
    Crop,
    /// One is the mirror image of a part of the other.
    MirroredCrop,
    /// Their features point in one direction.
    Features,
}

/// In words.
impl fmt::Display for Twin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Copy => "copy",
            Self::Mirrored => "mirrored",
            Self::Crop => "crop",
            Self::MirroredCrop => "mirrored crop",
            Self::Features => "features",
        })
    }
}

/// A search for pictures that are there twice, by their [`Fingerprint`]s.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_likeness`](Self::with_likeness) | 0.8 | the correlation that counts as one picture |
///
/// Candidates come from an index of 64-bit hashes of each picture and of its parts, mirrored too; nothing is compared with everything. A candidate's
/// part is then moved until it fits best, and the two count as one where their fine structure correlates. Crops are found that
/// keep four fifths of each side or more. Pictures of one colour are left out: all of them would be one.
///
/// ```
/// use firelight_doctor::{Fingerprint, NearDuplicates, Twin};
///
/// let waves = |phase: f32| image::RgbImage::from_fn(96, 64, |x, y| {
///     let (x, y) = (x as f32 / 9.0, y as f32 / 7.0);
///     image::Rgb([(127.0 + 60.0 * (x * phase + y).sin() + 60.0 * (y * y / 9.0 - phase * x).cos()) as u8; 3])
/// });
/// let (one, other) = (waves(1.0), waves(1.7));
/// let mirrored = image::imageops::flip_horizontal(&one);
/// let prints = [&one, &other, &mirrored].map(Fingerprint::of);
/// let pairs = NearDuplicates::new().find(&prints);
/// assert_eq!((pairs.len(), pairs[0].first, pairs[0].second, pairs[0].how), (1, 0, 2, Twin::Mirrored));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NearDuplicates {
    likeness: f32,
}

impl Default for NearDuplicates {
    fn default() -> Self {
        Self { likeness: 0.8 }
    }
}

impl NearDuplicates {
    /// With the default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The correlation of fine structure that counts as one picture, above 0 and at most 1.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Setting`] outside that range.
    pub fn with_likeness(mut self, likeness: f32) -> Result<Self, DoctorError> {
        if !(likeness > 0.0 && likeness <= 1.0) {
            return Err(DoctorError::Setting {
                name: "likeness",
                value: f64::from(likeness),
                range: "above 0 and at most 1",
            });
        }
        self.likeness = likeness;
        Ok(self)
    }

    /// The pairs of pictures that are one, the likest first.
    pub fn find(&self, prints: &[Fingerprint]) -> Vec<Pair> {
        let kept: Vec<usize> = (0..prints.len()).filter(|&item| !prints[item].is_flat()).collect();
        let index = Near::new(kept.par_iter().map(|&item| prints[item].hash()).collect());
        let windows = &windows();
        let found = kept.par_iter().flat_map_iter(|&item| {
            // Of each other picture the nearest view.
            let mut nearest: HashMap<usize, (u32, usize, bool)> = HashMap::new();
            for (number, &window) in windows.iter().enumerate() {
                for (hash, mirrored) in hashes(&prints[item].seen(window)).into_iter().zip([false, true]) {
                    index.each(hash, |entry, distance| {
                        let view = (distance, number, mirrored);
                        let known = nearest.entry(kept[entry]).or_insert(view);
                        *known = (*known).min(view);
                    });
                }
            }
            nearest.remove(&item);
            // The other picture finds this one in the same way.
            nearest.retain(|&other, &mut (_, number, mirrored)| item < other || number > 0 || mirrored);
            nearest.into_iter().filter_map(move |(other, (_, number, mirrored))| {
                let (fitted, likeness) = fit(&prints[item], windows[number], mirrored, &prints[other]);
                let how = match (fitted.width.min(fitted.height) > WHOLE, mirrored) {
                    (true, false) => Twin::Copy,
                    (true, true) => Twin::Mirrored,
                    (false, false) => Twin::Crop,
                    (false, true) => Twin::MirroredCrop,
                };
                let (first, second) = (item.min(other), item.max(other));
                (likeness >= self.likeness).then_some(Pair { first, second, likeness, how })
            })
        });
        likest(found.collect())
    }
}

/// Each pair once, by its likest form, the likest first.
pub(crate) fn likest(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_by(|a, b| {
        (a.first, a.second).cmp(&(b.first, b.second)).then(b.likeness.total_cmp(&a.likeness)).then(a.how.cmp(&b.how))
    });
    pairs.dedup_by_key(|pair| (pair.first, pair.second));
    pairs.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    pairs
}
