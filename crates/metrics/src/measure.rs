//! Metrics of predictions that are there already.

use std::borrow::Borrow;

use firelight_costs::Decision;

use crate::{Metric, Outcomes};

/// A metric over rows of activated outputs (probabilities for classes) and their targets: fastai's `accuracy(preds, targs)`.
/// `None` where it is not defined. The metric may be lent (`&metric`) or given.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{accuracy, measure};
///
/// let probabilities = [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]];
/// let accuracy = measure(accuracy(), &probabilities, &[0, 0, 1], &Decision::Argmax);
/// assert_eq!(accuracy, Some(2.0 / 3.0));
/// ```
///
/// # Panics
///
/// If there are not as many rows as targets, or rows of different lengths.
pub fn measure<T>(
    metric: impl Borrow<Box<dyn Metric<T>>>,
    rows: &[impl AsRef<[f32]>],
    targets: &[T],
    decision: &Decision,
) -> Option<f64> {
    assert_eq!(rows.len(), targets.len(), "rows and targets");
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    let outputs: Vec<f32> = rows.iter().flat_map(AsRef::as_ref).copied().collect();
    assert_eq!(outputs.len(), rows.len() * columns, "rows of one length");
    let metric = metric.borrow();
    let best = |row: &[f32]| if metric.reads_decided() { decision.best(row) } else { None };
    let decided: Vec<usize> = rows.iter().map(|row| best(row.as_ref()).unwrap_or_default()).collect();
    let mut accumulator = metric.start();
    accumulator.update(&Outcomes { outputs: &outputs, columns, targets, decided: &decided, decision });
    accumulator.value().filter(|value| !value.is_nan())
}
