//! How well boxes are found, as a value and as a table.

use std::fmt;

use serde::Serialize;

use crate::classes::mean;
use crate::text::number;
use crate::{iou, point_distance};

/// Overlaps and errors of a model that finds boxes. `None` everywhere where no example has a box; examples without one do not count. Where an
/// output is no number its overlap counts as 0 in the quantiles and is not found, and there are no means.
///
/// ```
/// use firelight_metrics::BoxReport;
///
/// // A picture 40 pixels wide and 20 high, half of it the box; the model takes all of its height.
/// let report = BoxReport::of(&[[-1.0, -1.0, 0.0, 1.0]], &[Some([-1.0, -1.0, 0.0, 0.0])], &[[40, 20]]);
/// assert_eq!((report.boxes, report.mean_iou, report.found), (1, Some(0.5), [Some(1.0), Some(0.0)]));
/// assert_eq!((report.centre, report.centre_pixels), (Some(0.25), Some(5.0)));
/// assert_eq!((report.width, report.height), (Some(0.0), Some(0.5)));
/// println!("{report}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BoxReport {
    /// How many boxes there are.
    pub boxes: usize,
    /// Mean intersection over union ([`box_iou`](crate::box_iou)).
    pub mean_iou: Option<f64>,
    /// The intersection over union that a share of the boxes does not exceed, at each of [`QUANTILES`](Self::QUANTILES); between two boxes
    /// it is on the line.
    pub quantiles: [Option<f64>; 5],
    /// Share of the boxes with an intersection over union of at least each of [`LEAST`](Self::LEAST) ([`box_accuracy`](crate::box_accuracy)).
    pub found: [Option<f64>; 2],
    /// Mean distance of the boxes' middles, in shares of the picture's side as [`point_distance`](crate::point_distance) has it.
    pub centre: Option<f64>,
    /// Mean distance of the middles in pixels of the picture that the model sees.
    pub centre_pixels: Option<f64>,
    /// Mean absolute difference of the widths, in shares of the picture's.
    pub width: Option<f64>,
    /// Mean absolute difference of the heights, in shares of the picture's.
    pub height: Option<f64>,
}

/// A box that was said, the true one, and the sides of its picture.
type Known = ([f32; 4], [f32; 4], [u32; 2]);

impl BoxReport {
    /// Which quantiles of the overlaps are told.
    pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

    /// From which intersections over union a box is found.
    pub const LEAST: [f32; 2] = [0.5, 0.75];

    /// Of left, top, right and bottom from -1 to 1, their targets, and width and height of each picture in pixels.
    ///
    /// # Panics
    ///
    /// If there are not as many rows as targets and sizes.
    pub fn of(rows: &[[f32; 4]], targets: &[Option<[f32; 4]>], sizes: &[[u32; 2]]) -> Self {
        assert_eq!((rows.len(), rows.len()), (targets.len(), sizes.len()), "rows, and targets and sizes");
        let known: Vec<Known> = rows
            .iter()
            .zip(targets)
            .zip(sizes)
            .filter_map(|((row, target), size)| Some((*row, (*target)?, *size)))
            .collect();
        let boxes = known.len();
        let mean =
            |of: fn(&Known) -> f64| mean(known.iter().map(|known| Some(of(known)))).filter(|mean| !mean.is_nan());
        // The greater of NaN and 0 is 0.
        let mut overlaps: Vec<f32> = known.iter().map(|(said, actual, _)| iou(*said, *actual).max(0.0)).collect();
        overlaps.sort_by(f32::total_cmp);
        let found = Self::LEAST.map(|least| {
            let found = overlaps.iter().filter(|overlap| **overlap >= least).count();
            (boxes > 0).then(|| found as f64 / boxes as f64)
        });
        Self {
            boxes,
            mean_iou: mean(|(said, actual, _)| iou(*said, *actual).into()),
            quantiles: Self::QUANTILES.map(|share| quantile(&overlaps, share)),
            found,
            centre: mean(|(said, actual, _)| point_distance(middle(*said), middle(*actual))),
            centre_pixels: mean(|(said, actual, size)| {
                let (said, actual) = (middle(*said), middle(*actual));
                let pixels = |at: usize| f64::from(said[at] - actual[at]) * f64::from(size[at]) / 2.0;
                pixels(0).hypot(pixels(1))
            }),
            width: mean(|(said, actual, _)| f64::from((said[2] - said[0] - (actual[2] - actual[0])).abs()) / 2.0),
            height: mean(|(said, actual, _)| f64::from((said[3] - said[1] - (actual[3] - actual[1])).abs()) / 2.0),
        }
    }
}

fn middle([left, top, right, bottom]: [f32; 4]) -> [f32; 2] {
    [f32::midpoint(left, right), f32::midpoint(top, bottom)]
}

/// Of sorted numbers; on the line between two of them (Hyndman and Fan, *Sample Quantiles in Statistical Packages*, 1996, definition 7).
fn quantile(sorted: &[f32], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let at = |place: f64| sorted.get(place as usize).copied().map(f64::from);
    let (below, above) = (at(place.floor())?, at(place.ceil())?);
    Some(below + (above - below) * place.fract())
}

/// One line a number.
impl fmt::Display for BoxReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value| number(value, 3);
        let mut line = |name: &str, value: String| writeln!(f, "{name:<23}  {value:>7}");
        line("boxes", self.boxes.to_string())?;
        line("mean IoU", text(self.mean_iou))?;
        for (share, value) in Self::QUANTILES.iter().zip(self.quantiles) {
            line(&format!("IoU of the lowest {:.0} %", 100.0 * share), text(value))?;
        }
        for (least, value) in Self::LEAST.iter().zip(self.found) {
            line(&format!("found from IoU {least}"), text(value))?;
        }
        line("middle off by", text(self.centre))?;
        line("middle off by, pixels", text(self.centre_pixels))?;
        line("width off by", text(self.width))?;
        write!(f, "{:<23}  {:>7}", "height off by", text(self.height))
    }
}
