//! How far off each point is, as a value and as a table.

use std::fmt;

use serde::Serialize;

use crate::classes::mean;
use crate::point_distance;
use crate::text::number;

/// Distances of every point, and how many are found, with `n/a` where a number is not defined. Points that are not known do not count. Where an
/// output is no number its point is not found, and there are no means.
///
/// ```
/// use firelight_metrics::PointReport;
///
/// // One point of a picture 64 pixels wide and 32 high; it is 16 pixels too far to the right.
/// let report = PointReport::of(["nose"], &[[0.5, 0.0]], &[vec![Some([0.0, 0.0])]], &[[64, 32]]);
/// assert_eq!((report.points[0].error, report.points[0].pixels), (Some(0.25), Some(16.0)));
/// println!("{report}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PointReport {
    /// One row a point, in their order.
    pub points: Vec<PointScores>,
    /// All points together.
    pub all: PointScores,
}

/// A row of a [`PointReport`].
///
/// ```
/// use firelight_metrics::{PointReport, PointScores};
///
/// let report = PointReport::of(["nose"], &[[0.06, 0.0]], &[vec![Some([0.0, 0.0])]], &[[64, 64]]);
/// assert_eq!(PointScores::SHARES, [0.02, 0.05, 0.1]);
/// assert_eq!(report.all.found, [Some(0.0), Some(1.0), Some(1.0)]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PointScores {
    /// What the point is called.
    pub name: String,
    /// In how many examples it is known.
    pub known: usize,
    /// Mean distance from where it should be, in shares of the picture's side ([`point_error`](crate::point_error)).
    pub error: Option<f64>,
    /// Mean distance in pixels of the picture that the model sees.
    pub pixels: Option<f64>,
    /// Share that is found ([`pck`](crate::pck)) at each of [`SHARES`](Self::SHARES).
    pub found: [Option<f64>; 3],
}

impl PointScores {
    /// Up to which shares of the picture's side a point is found.
    pub const SHARES: [f32; 3] = [0.02, 0.05, 0.1];

    /// Of distances in shares and in pixels.
    fn of(name: String, distances: &[(f64, f64)]) -> Self {
        let known = distances.len();
        let mean =
            |of: fn(&(f64, f64)) -> f64| mean(distances.iter().map(|at| Some(of(at)))).filter(|mean| !mean.is_nan());
        let found = Self::SHARES.map(|share| {
            let within = distances.iter().filter(|(distance, _)| *distance as f32 <= share).count();
            (known > 0).then(|| within as f64 / known as f64)
        });
        Self { name, known, error: mean(|both| both.0), pixels: mean(|both| both.1), found }
    }
}

impl PointReport {
    /// Of rows of x and y of each point, from -1 to 1, their targets, and width and height of each picture in pixels; a name for each point.
    ///
    /// # Panics
    ///
    /// If there are not as many rows as targets and sizes.
    pub fn of<S: Into<String>>(
        names: impl IntoIterator<Item = S>,
        rows: &[impl AsRef<[f32]>],
        targets: &[Vec<Option<[f32; 2]>>],
        sizes: &[[u32; 2]],
    ) -> Self {
        assert_eq!((rows.len(), rows.len()), (targets.len(), sizes.len()), "rows, and targets and sizes");
        let distances = |point: usize| {
            let examples = rows.iter().zip(targets).zip(sizes);
            let points = examples.map(|((row, target), size)| {
                let output = row.as_ref().as_chunks::<2>().0.get(point).copied();
                (output.zip(target.get(point).copied().flatten()), size)
            });
            let distance = |(both, [width, height]): (Option<_>, &[u32; 2])| {
                let (output, actual): ([f32; 2], [f32; 2]) = both?;
                let pixels = |at: usize, side: u32| f64::from(output[at] - actual[at]) * f64::from(side) / 2.0;
                Some((point_distance(output, actual), pixels(0, *width).hypot(pixels(1, *height))))
            };
            points.filter_map(distance).collect::<Vec<_>>()
        };
        let (mut points, mut all) = (Vec::new(), Vec::new());
        for (point, name) in names.into_iter().enumerate() {
            let of_point = distances(point);
            points.push(PointScores::of(name.into(), &of_point));
            all.extend(of_point);
        }
        Self { points, all: PointScores::of("all".into(), &all) }
    }
}

/// One line a point, then all of them.
impl fmt::Display for PointReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.points.iter().chain([&self.all]);
        let side = rows().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let text = |value| number(value, 3);
        write!(f, "{:side$}  known  error   pixels", "")?;
        for share in PointScores::SHARES {
            write!(f, "  {:>10}", format!("within {share}"))?;
        }
        for row in rows() {
            write!(f, "\n{:<side$}  {:>5}  {:>5}  {:>7}", row.name, row.known, text(row.error), text(row.pixels))?;
            for found in row.found {
                write!(f, "  {:>10}", text(found))?;
            }
        }
        Ok(())
    }
}
