//! How far each number of a regression is off, as a value and as a table.

use std::fmt;

use firelight_costs::Decision;
use serde::Serialize;

use crate::classes::mean;
use crate::text::number;
use crate::{ValueMetric, mae, measure, pearson, r2, rmse, spearman};

/// Errors and correlations of every number that a model tells, with `n/a` where one is not defined, as where an output is no number.
///
/// ```
/// use firelight_metrics::ValueReport;
///
/// let report = ValueReport::of(["age"], &[[1.0], [2.0], [5.0]], &[vec![1.0], vec![2.0], vec![3.0]]);
/// assert_eq!((report.values[0].mae, report.values[0].r2), (Some(2.0 / 3.0), Some(-1.0)));
/// println!("{report}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ValueReport {
    /// One row a number, in their order.
    pub values: Vec<ValueScores>,
}

/// A row of a [`ValueReport`].
///
/// ```
/// use firelight_metrics::ValueReport;
///
/// let report = ValueReport::of(["x", "y"], &[[1.0, 4.0], [2.0, 7.0]], &[vec![1.0, 3.0], vec![2.0, 5.0]]);
/// assert_eq!((report.values[1].bias, report.values[1].pearson), (Some(1.5), Some(1.0)));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ValueScores {
    /// What the number is called.
    pub name: String,
    /// Mean absolute difference, in its unit.
    pub mae: Option<f64>,
    /// Root of the mean squared difference, in its unit.
    pub rmse: Option<f64>,
    /// Mean of output less target, in its unit: above 0 where the model tells too much.
    pub bias: Option<f64>,
    /// Share of the variance that is explained ([`r2`](crate::r2)); `None` where the targets do not vary.
    pub r2: Option<f64>,
    /// Correlation ([`pearson`](crate::pearson)); `None` where outputs or targets do not vary.
    pub pearson: Option<f64>,
    /// Correlation of the ranks ([`spearman`](crate::spearman)); as `pearson`.
    pub spearman: Option<f64>,
}

impl ValueReport {
    /// Of rows of outputs and their targets, a name for each number. A row or a target that is shorter does not count for the numbers that it
    /// has not.
    ///
    /// # Panics
    ///
    /// If there are not as many rows as targets.
    pub fn of<S: Into<String>>(
        names: impl IntoIterator<Item = S>,
        rows: &[impl AsRef<[f32]>],
        targets: &[Vec<f32>],
    ) -> Self {
        assert_eq!(rows.len(), targets.len(), "rows and targets");
        let values = names.into_iter().enumerate().map(|(value, name)| {
            let pairs = rows.iter().zip(targets);
            let known =
                pairs.filter_map(|(row, target)| Some(([*row.as_ref().get(value)?], vec![*target.get(value)?])));
            let (rows, targets): (Vec<[f32; 1]>, Vec<Vec<f32>>) = known.unzip();
            let of = |metric: ValueMetric| measure(metric, &rows, &targets, &Decision::Argmax);
            let off = rows.iter().zip(&targets).map(|(row, target)| Some(f64::from(row[0]) - f64::from(target[0])));
            ValueScores {
                name: name.into(),
                mae: of(mae()),
                rmse: of(rmse()),
                bias: mean(off).filter(|bias| !bias.is_nan()),
                r2: of(r2()),
                pearson: of(pearson()),
                spearman: of(spearman()),
            }
        });
        Self { values: values.collect() }
    }
}

/// One line a number.
impl fmt::Display for ValueReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = self.values.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let text = |value| number(value, 4);
        write!(f, "{:side$}  {:>9}  {:>9}  {:>9}", "", "mae", "rmse", "bias")?;
        write!(f, "  {:>8}  {:>8}  {:>8}", "r2", "pearson", "spearman")?;
        for row in &self.values {
            write!(f, "\n{:<side$}  {:>9}  {:>9}  {:>9}", row.name, text(row.mae), text(row.rmse), text(row.bias))?;
            write!(f, "  {:>8}  {:>8}  {:>8}", text(row.r2), text(row.pearson), text(row.spearman))?;
        }
        Ok(())
    }
}
