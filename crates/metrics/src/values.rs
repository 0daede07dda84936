//! Numbers instead of classes.

use crate::{Accumulator, Better, Metric, Outcomes, ValueMetric, ratio};

/// Mean squared difference.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, mse};
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(mse(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some(4.0 / 3.0));
/// ```
pub fn mse() -> ValueMetric {
    Box::new(Compared::new("mse", Better::Less, |sums| sums.mean(|column| column.squares)))
}

/// Root of the mean squared difference, in the unit of the numbers.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, rmse};
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(rmse(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some((4.0_f64 / 3.0).sqrt()));
/// ```
pub fn rmse() -> ValueMetric {
    Box::new(Compared::new("rmse", Better::Less, |sums| sums.mean(|column| column.squares).map(f64::sqrt)))
}

/// Mean absolute difference, in the unit of the numbers; less drawn to outliers.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{mae, measure};
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(mae(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some(2.0 / 3.0));
/// ```
pub fn mae() -> ValueMetric {
    Box::new(Compared::new("mae", Better::Less, |sums| sums.mean(|column| column.absolute)))
}

/// Mean squared difference of the logarithms of one more than each number (scikit-learn's `mean_squared_log_error`): what counts is how many
/// times too much or too little. Not defined where a number or its target is -1 or less.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, msle};
///
/// let value = measure(msle(), &[[1.0], [3.0]], &[vec![1.0], vec![1.0]], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 2.0_f64.ln().powi(2) / 2.0).abs() < 1e-12));
/// ```
pub fn msle() -> ValueMetric {
    Box::new(Compared::new("msle", Better::Less, |sums| sums.mean(|column| column.logarithms)))
}

/// Root of [`msle`].
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, rmsle};
///
/// let value = measure(rmsle(), &[[3.0], [3.0]], &[vec![1.0], vec![1.0]], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 2.0_f64.ln()).abs() < 1e-12));
/// ```
pub fn rmsle() -> ValueMetric {
    Box::new(Compared::new("rmsle", Better::Less, |sums| sums.mean(|column| column.logarithms).map(f64::sqrt)))
}

/// Mean absolute difference as a share of the target (scikit-learn's `mean_absolute_percentage_error`, which is no percentage either). Not
/// defined where a target is 0.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{mape, measure};
///
/// assert_eq!(measure(mape(), &[[1.5], [3.0]], &[vec![1.0], vec![4.0]], &Decision::Argmax), Some(0.375));
/// ```
pub fn mape() -> ValueMetric {
    Box::new(Compared::new("mape", Better::Less, |sums| {
        sums.mean(|column| column.shares).filter(|mean| mean.is_finite())
    }))
}

/// Share of the numbers' variance that is explained: 1 is perfect, 0 as good as their mean, and less is worse. Of several
/// numbers an example it is the mean over them (scikit-learn's `r2_score`); not defined where a number never varies.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, r2};
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(r2(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some(-1.0));
/// ```
pub fn r2() -> ValueMetric {
    Box::new(Compared::new("r2", Better::More, |sums| {
        let explained = |column: &Column| {
            let varies = column.lowest < column.highest;
            varies.then(|| 1.0 - column.squares / column.spread)
        };
        let all = sums.columns.iter().map(explained).collect::<Option<Vec<f64>>>()?;
        ratio(all.iter().sum(), all.len())
    }))
}

/// Sums over the examples of one number.
#[derive(Debug, Clone, Copy)]
struct Column {
    squares: f64,
    absolute: f64,
    /// Squared differences of `ln(1 + x)`; NaN once one is not defined.
    logarithms: f64,
    /// Absolute differences over targets.
    shares: f64,
    /// Of the targets: lowest, highest and mean so far, and the sum of squares of what differs from that mean (Welford, *Note on a
    /// method for calculating corrected sums of squares and products*, 1962), which keeps its digits far from 0.
    lowest: f64,
    highest: f64,
    mean: f64,
    spread: f64,
}

impl Default for Column {
    fn default() -> Self {
        let (lowest, highest) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { squares: 0.0, absolute: 0.0, logarithms: 0.0, shares: 0.0, lowest, highest, mean: 0.0, spread: 0.0 }
    }
}

impl Column {
    /// Adds the number of example `count`, counted from 1.
    fn add(&mut self, output: f64, target: f64, count: f64) {
        self.squares += (output - target).powi(2);
        self.absolute += (output - target).abs();
        let logarithm = |number: f64| if number > -1.0 { number.ln_1p() } else { f64::NAN };
        self.logarithms += (logarithm(output) - logarithm(target)).powi(2);
        self.shares += (output - target).abs() / target.abs();
        (self.lowest, self.highest) = (self.lowest.min(target), self.highest.max(target));
        let step = target - self.mean;
        self.mean += step / count;
        self.spread += step * (target - self.mean);
    }
}

#[derive(Debug, Clone, Default)]
struct Sums {
    columns: Vec<Column>,
    examples: usize,
}

impl Sums {
    fn mean(&self, sum: impl Fn(&Column) -> f64) -> Option<f64> {
        ratio(self.columns.iter().map(sum).sum(), self.examples * self.columns.len())
    }
}

/// A number out of the differences.
struct Compared<V> {
    name: &'static str,
    better: Better,
    value: V,
}

impl<V: Fn(&Sums) -> Option<f64>> Compared<V> {
    fn new(name: &'static str, better: Better, value: V) -> Self {
        Self { name, better, value }
    }
}

impl<V: Fn(&Sums) -> Option<f64> + Send + Sync> Metric<Vec<f32>> for Compared<V> {
    fn name(&self) -> String {
        self.name.into()
    }

    fn better(&self) -> Better {
        self.better
    }

    fn start(&self) -> Box<dyn Accumulator<Vec<f32>> + '_> {
        Box::new(Comparing { value: &self.value, sums: Sums::default() })
    }
}

struct Comparing<'a, V> {
    value: &'a V,
    sums: Sums,
}

impl<V: Fn(&Sums) -> Option<f64> + Sync> Accumulator<Vec<f32>> for Comparing<'_, V> {
    fn update(&mut self, outcomes: &Outcomes<Vec<f32>>) {
        self.sums.columns.resize(outcomes.columns, Column::default());
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            self.sums.examples += 1;
            let count = self.sums.examples as f64;
            for ((column, &output), &target) in self.sums.columns.iter_mut().zip(row).zip(target) {
                column.add(output.into(), target.into(), count);
            }
        }
    }

    fn value(&self) -> Option<f64> {
        (self.value)(&self.sums)
    }
}
