//! Items that are like no others.

use serde::{Deserialize, Serialize};

use crate::features::Neighbour;

/// How far an item is from those nearest to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outlier {
    /// The item, counted from 0.
    pub item: usize,
    /// Mean distance (1 less the cosine) to its nearest neighbours, from 0 to 2.
    pub distance: f64,
    /// `exp(-distance / median of all distances)`, from 0 to 1: less is farther out, and an item in the middle has 0.37.
    pub score: f64,
}

/// Every item by how far out it is, the farthest first; of each its neighbours by [`Features::neighbours`](crate::Features::neighbours),
/// of which ten are usual. The score is cleanlab's (2.9) out-of-distribution score of features.
///
/// An item without neighbours, which is alone, is not judged.
///
/// ```
/// use firelight_doctor::{Features, outliers};
///
/// let features = Features::new(&[[1.0, 0.0], [1.0, 0.1], [1.0, 0.2], [-1.0, 0.5]])?;
/// let outliers = outliers(&features.neighbours(2));
/// assert_eq!(outliers[0].item, 3);
/// assert!(outliers[0].score < 0.01);
/// # Ok::<(), firelight_doctor::DoctorError>(())
/// ```
pub fn outliers(neighbours: &[Vec<Neighbour>]) -> Vec<Outlier> {
    let mean = |(item, near): (usize, &Vec<Neighbour>)| {
        let sum: f64 = near.iter().map(|near| 1.0 - f64::from(near.cosine)).sum();
        (!near.is_empty()).then(|| (item, sum / near.len() as f64))
    };
    let distances: Vec<(usize, f64)> = neighbours.iter().enumerate().filter_map(mean).collect();
    // Where most items are one, a median of 0 would send all others to infinity.
    let scale = median(distances.iter().map(|distance| distance.1).collect()).max(1e-6);
    let outlier = |&(item, distance): &(usize, f64)| Outlier { item, distance, score: (-distance / scale).exp() };
    let mut outliers: Vec<Outlier> = distances.iter().map(outlier).collect();
    outliers.sort_by(|a, b| b.distance.total_cmp(&a.distance));
    outliers
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match (numbers.get(numbers.len().saturating_sub(1) / 2), numbers.get(numbers.len() / 2)) {
        (Some(&low), Some(&high)) => f64::midpoint(low, high),
        _ => 0.0,
    }
}
