//! What a threshold trades, point by point: what [`roc_auc`](crate::roc_auc) and [`average_precision`](crate::average_precision) sum up.

use crate::HasClass;
use crate::ranking::{Step, Steps};

/// The receiver operating characteristic of a class: the share of the examples without it that are picked, and of those with it, from the
/// threshold that picks none to the one that picks all (scikit-learn's `roc_curve`). `None` where all examples have the class, or none has, and
/// where a row has no number for it.
///
/// ```
/// use firelight_metrics::roc_curve;
///
/// let curve = roc_curve(&[[0.9], [0.7], [0.4]], &[vec![0], vec![], vec![0]], 0);
/// assert_eq!(curve, Some(vec![(0.0, 0.0), (0.0, 0.5), (1.0, 0.5), (1.0, 1.0)]));
/// ```
pub fn roc_curve<T: HasClass>(rows: &[impl AsRef<[f32]>], targets: &[T], class: usize) -> Option<Vec<(f64, f64)>> {
    let steps = Steps::of_class(rows, targets, class)?;
    let absent = steps.all - steps.present;
    let point =
        |step: &Step| ((step.picked - step.hits) as f64 / absent as f64, step.hits as f64 / steps.present as f64);
    let points = std::iter::once((0.0, 0.0)).chain(steps.from_the_top.iter().map(point)).collect();
    (absent > 0 && steps.present > 0).then_some(points)
}

/// Precision over recall of a class: recall, and the precision there, from the threshold that picks none (precision 1) to the one that picks
/// all (scikit-learn's `precision_recall_curve`, from its other end). `None` where no example has the class, or a row has no number for it.
///
/// ```
/// use firelight_metrics::precision_recall_curve;
///
/// let curve = precision_recall_curve(&[[0.9], [0.7], [0.4]], &[vec![0], vec![], vec![0]], 0);
/// assert_eq!(curve, Some(vec![(0.0, 1.0), (0.5, 1.0), (0.5, 0.5), (1.0, 2.0 / 3.0)]));
/// ```
pub fn precision_recall_curve<T: HasClass>(
    rows: &[impl AsRef<[f32]>],
    targets: &[T],
    class: usize,
) -> Option<Vec<(f64, f64)>> {
    let steps = Steps::of_class(rows, targets, class)?;
    let point = |step: &Step| (step.hits as f64 / steps.present as f64, step.hits as f64 / step.picked as f64);
    let points = std::iter::once((0.0, 1.0)).chain(steps.from_the_top.iter().map(point)).collect();
    (steps.present > 0).then_some(points)
}
