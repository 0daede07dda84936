//! Numbers instead of classes.

use super::{Metric, Outcomes, ValueMetric, ratio};

/// Mean squared difference.
///
/// ```
/// use firelight_learner::metrics::{measure, mse};
/// use firelight_losses::Decision;
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(mse(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some(4.0 / 3.0));
/// ```
pub fn mse() -> ValueMetric {
    Box::new(Compared::new("mse", |sums| sums.mean(|column| column.squares)))
}

/// Root of the mean squared difference, in the unit of the numbers.
///
/// ```
/// use firelight_learner::metrics::{measure, rmse};
/// use firelight_losses::Decision;
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(rmse(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some((4.0_f64 / 3.0).sqrt()));
/// ```
pub fn rmse() -> ValueMetric {
    Box::new(Compared::new("rmse", |sums| sums.mean(|column| column.squares).map(f64::sqrt)))
}

/// Mean absolute difference, in the unit of the numbers; less drawn to outliers.
///
/// ```
/// use firelight_learner::metrics::{mae, measure};
/// use firelight_losses::Decision;
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(mae(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some(2.0 / 3.0));
/// ```
pub fn mae() -> ValueMetric {
    Box::new(Compared::new("mae", |sums| sums.mean(|column| column.absolute)))
}

/// Share of the numbers' variance that is explained: 1 is perfect, 0 as good as their mean, and less is worse. Of several
/// numbers an example it is the mean over them (scikit-learn's `r2_score`); not defined where a number never varies.
///
/// ```
/// use firelight_learner::metrics::{measure, r2};
/// use firelight_losses::Decision;
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(r2(), &[[1.0], [2.0], [5.0]], &targets, &Decision::Argmax), Some(-1.0));
/// ```
pub fn r2() -> ValueMetric {
    Box::new(Compared::new("r2", |sums| {
        let explained = |column: &Column| {
            let spread = column.target_squares - column.targets * column.targets / sums.examples as f64;
            (spread > 0.0).then(|| 1.0 - column.squares / spread)
        };
        let all = sums.columns.iter().map(explained).collect::<Option<Vec<f64>>>()?;
        ratio(all.iter().sum(), all.len())
    }))
}

/// Sums over the examples of one number.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    squares: f64,
    absolute: f64,
    targets: f64,
    target_squares: f64,
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
    value: V,
    sums: Sums,
}

impl<V: Fn(&Sums) -> Option<f64>> Compared<V> {
    fn new(name: &'static str, value: V) -> Self {
        Self { name, value, sums: Sums::default() }
    }
}

impl<V: Fn(&Sums) -> Option<f64> + Send> Metric<Vec<f32>> for Compared<V> {
    fn name(&self) -> String {
        self.name.into()
    }

    fn reset(&mut self) {
        self.sums = Sums::default();
    }

    fn update(&mut self, outcomes: &Outcomes<Vec<f32>>) {
        self.sums.columns.resize(outcomes.columns, Column::default());
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            self.sums.examples += 1;
            for ((column, &output), &target) in self.sums.columns.iter_mut().zip(row).zip(target) {
                let (output, target) = (f64::from(output), f64::from(target));
                column.squares += (output - target).powi(2);
                column.absolute += (output - target).abs();
                column.targets += target;
                column.target_squares += target * target;
            }
        }
    }

    fn value(&self) -> Option<f64> {
        (self.value)(&self.sums)
    }
}
