//! Points in pictures.
//!
//! A target is a list of points, x and y from -1 to 1 over the picture, `None` where a point is not known; a row of outputs is x and y of
//! the first point, then of the second. Points that are not known are not counted. Distances are shares of the picture's side, half of what
//! they are from -1 to 1; in a picture that is not square x counts as a share of its width and y of its height. Where a row has not two
//! numbers for each point, the value is not defined.

use crate::marks::{Mean, over_marks};
use crate::{Better, Metric};

/// Share of the known points that are found: those whose distance is at most `share` of the picture's side ("percentage of correct
/// keypoints", from 0 to 1). A point whose outputs are not numbers is not found. Not defined for a `share` that is negative or not finite.
///
/// ```
/// use firelight_metrics::{Decision, measure, pck};
///
/// // Two points; the second is half a side (1 of the 2 from -1 to 1) too far to the right.
/// let targets = [vec![Some([0.0, 0.0]), Some([-0.5, 0.5])]];
/// let value = measure(pck(0.05), &[[0.0, 0.1, 0.5, 0.5]], &targets, &Decision::Argmax);
/// assert_eq!(value, Some(0.5));
/// ```
pub fn pck<T: AsRef<[Option<[f32; 2]>]> + 'static>(share: f32) -> Box<dyn Metric<T>> {
    over_marks(format!("pck_{share}"), Better::More, move |row, target: &T, mean| {
        each(row, target.as_ref(), mean, |distance| Some(found(distance, share)));
    })
}

/// Mean distance of the known points from where they should be, in shares of the picture's side. Not defined where an output of a known
/// point is not a number.
///
/// ```
/// use firelight_metrics::{Decision, measure, point_error};
///
/// let targets = [vec![Some([0.0, 0.0]), None], vec![Some([-0.5, 0.5]), None]];
/// let value = measure(point_error(), &[[0.0, 0.0, 9.0, 9.0], [0.5, 0.5, 9.0, 9.0]], &targets, &Decision::Argmax);
/// assert_eq!(value, Some((0.0 + 0.5) / 2.0));
/// ```
pub fn point_error<T: AsRef<[Option<[f32; 2]>]> + 'static>() -> Box<dyn Metric<T>> {
    over_marks("point_error", Better::Less, |row, target: &T, mean| {
        each(row, target.as_ref(), mean, Some);
    })
}

/// [`pck`] with another yardstick: a point is found if its distance is at most `share` of that between the example's true points number
/// `a` and `b`, say its eyes, so that an animal far away is measured as one nearby. Examples where one of the two is not known, or that have
/// both in one place, are left out.
///
/// ```
/// use firelight_metrics::{Decision, measure, pck_by};
///
/// // The eyes are a quarter of the side apart; the nose is off by a fifth of that.
/// let targets = [vec![Some([-0.25, 0.0]), Some([0.25, 0.0]), Some([0.0, 0.5])]];
/// let rows = [[-0.25, 0.0, 0.25, 0.0, 0.0, 0.6]];
/// assert_eq!(measure(pck_by(0.25, 0, 1), &rows, &targets, &Decision::Argmax), Some(1.0));
/// assert_eq!(measure(pck_by(0.1, 0, 1), &rows, &targets, &Decision::Argmax), Some(2.0 / 3.0));
/// ```
pub fn pck_by<T: AsRef<[Option<[f32; 2]>]> + 'static>(share: f32, a: usize, b: usize) -> Box<dyn Metric<T>> {
    over_marks(format!("pck_{share}_by_{a}_{b}"), Better::More, move |row, target: &T, mean| {
        let points = target.as_ref();
        let known = |number: usize| points.get(number).copied().flatten();
        let yardstick = known(a).zip(known(b)).map(|(a, b)| point_distance(a, b)).filter(|&length| length > 0.0);
        each(row, points, mean, |distance| yardstick.map(|length| found(distance / length, share)));
    })
}

/// Adds what `of` makes of the distance of each known point.
fn each(row: &[f32], points: &[Option<[f32; 2]>], mean: &mut Mean, of: impl Fn(f64) -> Option<f64>) {
    let (outputs, rest) = row.as_chunks::<2>();
    if outputs.len() != points.len() || !rest.is_empty() {
        return mean.spoil();
    }
    let known = outputs.iter().zip(points).filter_map(|(&output, point)| Some(point_distance(output, (*point)?)));
    known.filter_map(of).for_each(|value| mean.add(value));
}

/// How far apart two points are, in shares of the picture's side: half of the distance from -1 to 1.
///
/// ```
/// assert_eq!(firelight_metrics::point_distance([-1.0, 0.0], [0.0, 0.0]), 0.5);
/// ```
pub fn point_distance([x, y]: [f32; 2], [to_x, to_y]: [f32; 2]) -> f64 {
    (f64::from(x) - f64::from(to_x)).hypot(f64::from(y) - f64::from(to_y)) / 2.0
}

/// 1 or 0; NaN for a `share` that makes no sense. In single precision, as `share` is, so that 0.1 of the way is within 0.1.
fn found(distance: f64, share: f32) -> f64 {
    let makes_sense = share.is_finite() && share >= 0.0;
    if makes_sense { f64::from(distance as f32 <= share) } else { f64::NAN }
}
