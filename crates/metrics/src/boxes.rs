//! Boxes in pictures.
//!
//! A target is left, top, right and bottom of a box from -1 to 1 over the picture, or `None` where there is none, which is not counted;
//! a row of outputs is the four numbers in that order. Where a row is not of four numbers, the value is not defined.

use crate::marks::over_marks;
use crate::{Better, BoxMetric};

/// Mean over the boxes of intersection over union ([`iou`]), from 0 to 1. Not defined where an output is not a number.
///
/// ```
/// use firelight_metrics::{Decision, box_iou, measure};
///
/// let targets = [Some([-1.0, -1.0, 0.0, 0.0]), None];
/// let value = measure(box_iou(), &[[-1.0, -1.0, 0.0, 1.0], [0.0; 4]], &targets, &Decision::Argmax);
/// assert_eq!(value, Some(0.5));
/// ```
pub fn box_iou() -> BoxMetric {
    of_boxes("box_iou", |output, target| iou(output, target).into())
}

/// Mean over the boxes of generalized intersection over union ([`giou`]), from -1 to 1: it tells boxes that are far off from boxes that
/// nearly touch. Not defined where an output is not a number.
///
/// ```
/// use firelight_metrics::{Decision, box_giou, measure};
///
/// let targets = [Some([-1.0, -1.0, 0.0, 0.0])];
/// let value = measure(box_giou(), &[[0.0, 0.0, 1.0, 1.0]], &targets, &Decision::Argmax);
/// assert_eq!(value, Some(-0.5)); // half of the square around the two is in neither
/// ```
pub fn box_giou() -> BoxMetric {
    of_boxes("box_giou", |output, target| giou(output, target).into())
}

/// Share of the boxes that are found: those with an intersection over union of at least `least_iou`, usually 0.5. A box whose outputs are
/// not numbers is not found. Not defined for a `least_iou` that is not a number.
///
/// ```
/// use firelight_metrics::{Decision, box_accuracy, measure};
///
/// let targets = [Some([-1.0, -1.0, 0.0, 0.0]), Some([0.0, 0.0, 1.0, 1.0])];
/// let value = measure(box_accuracy(0.5), &[[-1.0, -1.0, 0.0, 1.0], [0.5, 0.5, 1.0, 1.0]], &targets, &Decision::Argmax);
/// assert_eq!(value, Some(0.5));
/// ```
pub fn box_accuracy(least_iou: f32) -> BoxMetric {
    of_boxes(&format!("box_accuracy_{least_iou}"), move |output, target| {
        if least_iou.is_nan() { f64::NAN } else { f64::from(iou(output, target) >= least_iou) }
    })
}

/// Intersection over union of two boxes, each left, top, right, bottom in any one unit: the area that both cover as a share of what either
/// covers, from 0 to 1. A box whose right is left of its left, or its bottom above its top, is empty; with an empty box, or one without an
/// area, it is 0. NaN where a number is.
///
/// ```
/// use firelight_metrics::iou;
///
/// assert_eq!(iou([0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 2.0, 2.0]), 0.5);
/// assert_eq!(iou([0.0, 0.0, 2.0, 2.0], [2.0, 2.0, 0.0, 0.0]), 0.0);
/// ```
pub fn iou(a: [f32; 4], b: [f32; 4]) -> f32 {
    let (both, either) = overlap(a, b);
    share(both, either) as f32
}

/// Generalized intersection over union (Rezatofighi et al., *Generalized Intersection over Union*, CVPR 2019): [`iou`] less the share of
/// the smallest box around both that neither covers, from -1 (far apart) to 1 (the same). An empty box is as of [`iou`]; the box around
/// spans its corners all the same. NaN where a number is.
///
/// ```
/// use firelight_metrics::giou;
///
/// assert_eq!(giou([0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 2.0, 2.0]), 0.5); // nothing is in neither
/// assert_eq!(giou([0.0, 0.0, 1.0, 1.0], [3.0, 0.0, 4.0, 1.0]), -0.5);
/// ```
pub fn giou(a: [f32; 4], b: [f32; 4]) -> f32 {
    let (both, either) = overlap(a, b);
    let span = |one: usize, other: usize| {
        let ends = [a[one], a[other], b[one], b[other]].map(f64::from);
        ends.into_iter().fold(f64::NEG_INFINITY, f64::max) - ends.into_iter().fold(f64::INFINITY, f64::min)
    };
    let around = span(0, 2) * span(1, 3);
    // Rounded sums of areas may come out above the area around them.
    (share(both, either) - share((around - either).max(0.0), around)) as f32
}

/// The areas that both cover, and either; NaN where a number is.
fn overlap(a: [f32; 4], b: [f32; 4]) -> (f64, f64) {
    if a.iter().chain(&b).any(|number| number.is_nan()) {
        return (f64::NAN, f64::NAN);
    }
    let [a, b] = [a, b].map(|corners| corners.map(f64::from));
    let both = area([a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
    (both, area(a) + area(b) - both)
}

/// 0 of an empty box.
fn area([left, top, right, bottom]: [f64; 4]) -> f64 {
    (right - left).max(0.0) * (bottom - top).max(0.0)
}

/// 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// A mean over the boxes that are there, more of which is better.
fn of_boxes(name: &str, of: impl Fn([f32; 4], [f32; 4]) -> f64 + Send + Sync + 'static) -> BoxMetric {
    over_marks(name, Better::More, move |row, target: &Option<[f32; 4]>, mean| {
        match (<[f32; 4]>::try_from(row), target) {
            (Err(_), _) => mean.spoil(),
            (Ok(output), Some(target)) => mean.add(of(output, *target)),
            (Ok(_), None) => {}
        }
    })
}
