//! Which items are near which, in a model's features.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::DoctorError;

/// An item near another one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The item, counted from 0.
    pub item: usize,
    /// The cosine between the two, from -1 to 1; 1 is the same direction.
    pub cosine: f32,
}

/// Features of items, a row each, by direction: all comparisons are cosines.
///
/// ```
/// use firelight_doctor::Features;
///
/// let features = Features::new(&[[1.0, 0.0], [0.0, 2.0], [3.0, 0.3]])?;
/// let near = features.similar(&[2.0, 0.0], 2)?;
/// assert_eq!(near.iter().map(|near| near.item).collect::<Vec<_>>(), [0, 2]);
/// assert_eq!(near[0].cosine, 1.0);
/// # Ok::<(), firelight_doctor::DoctorError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Features {
    /// Rows of length 1, one after the other.
    rows: Vec<f32>,
    columns: usize,
}

impl Features {
    /// Takes a row for each item, such as what a frozen body gives before its head.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Columns`] for rows of different lengths, [`DoctorError::Features`] for one with NaN or an infinity, or without a
    /// direction.
    pub fn new(rows: &[impl AsRef<[f32]>]) -> Result<Self, DoctorError> {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        let mut all = Vec::with_capacity(rows.len() * columns);
        for (item, row) in rows.iter().map(AsRef::as_ref).enumerate() {
            all.extend(direction(row, item, columns)?);
        }
        Ok(Self { rows: all, columns })
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.rows.len() / self.columns.max(1)
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The `k` items most like a row of features, the likest first, and of two that are alike the earlier one. The row of an item finds
    /// that item first.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Columns`] or [`DoctorError::Features`] for the row, which the texts call item 0.
    pub fn similar(&self, query: &[f32], k: usize) -> Result<Vec<Neighbour>, DoctorError> {
        let query = direction(query, 0, self.columns)?;
        let mut nearest = Nearest::new(k);
        for (item, row) in self.rows.chunks(self.columns.max(1)).enumerate() {
            nearest.take(item, dot(&query, row));
        }
        Ok(nearest.found)
    }

    /// Of each item the `k` others that are most like it, the likest first.
    ///
    /// Every item is compared with every other: on one core 50 000 items of 512 features take some minutes. Tiles of items that fit a
    /// cache are compared at a time, on all cores.
    pub fn neighbours(&self, k: usize) -> Vec<Vec<Neighbour>> {
        /// Items in a tile.
        const TILE: usize = 64;
        let columns = self.columns.max(1);
        let tiles = self.rows.par_chunks(TILE * columns).enumerate();
        tiles
            .flat_map_iter(|(tile, queries)| {
                let mut nearest: Vec<Nearest> = queries.chunks(columns).map(|_| Nearest::new(k)).collect();
                for (other, rows) in self.rows.chunks(TILE * columns).enumerate() {
                    for (place, (query, nearest)) in queries.chunks(columns).zip(&mut nearest).enumerate() {
                        for (item, row) in rows.chunks(columns).enumerate() {
                            let item = other * TILE + item;
                            if item != tile * TILE + place {
                                nearest.take(item, dot(query, row));
                            }
                        }
                    }
                }
                nearest.into_iter().map(|nearest| nearest.found)
            })
            .collect()
    }
}

/// A row of length 1.
fn direction(row: &[f32], item: usize, columns: usize) -> Result<Vec<f32>, DoctorError> {
    if row.len() != columns {
        return Err(DoctorError::Columns { what: "features", item, given: row.len(), expected: columns });
    }
    let length = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() {
        return Err(DoctorError::Features { item, reason: "a value is NaN or infinite" });
    }
    if length == 0.0 {
        return Err(DoctorError::Features { item, reason: "all values are 0, which has no direction" });
    }
    Ok(row.iter().map(|&value| (f64::from(value) / length) as f32).collect())
}

/// Sums in eight lanes, which vector instructions take at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (whole_a, rest_a) = a.as_chunks::<LANES>();
    let (whole_b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in whole_a.iter().zip(whole_b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// The nearest so far, the likest first.
struct Nearest {
    k: usize,
    found: Vec<Neighbour>,
}

impl Nearest {
    fn new(k: usize) -> Self {
        Self { k, found: Vec::new() }
    }

    fn take(&mut self, item: usize, cosine: f32) {
        if self.found.len() == self.k {
            if self.found.last().is_none_or(|last| cosine <= last.cosine) {
                return;
            }
            self.found.pop();
        }
        let place = self.found.partition_point(|found| found.cosine >= cosine);
        // Rounding takes the cosine of one direction a little off 1.
        self.found.insert(place, Neighbour { item, cosine: cosine.clamp(-1.0, 1.0) });
    }
}
