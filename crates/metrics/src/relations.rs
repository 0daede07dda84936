//! How numbers go together with what they should be.

use crate::{Accumulator, Better, Metric, Outcomes, ValueMetric, ratio};

/// Pearson's correlation of outputs and targets, from -1 to 1: whether they lie on a line, whatever its slope. Of several numbers an
/// example it is the mean over them; not defined where one of them, or its target, never varies.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, pearson};
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// let value = measure(pearson(), &[[10.0], [20.0], [30.0]], &targets, &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 1.0).abs() < 1e-12));
/// ```
pub fn pearson() -> ValueMetric {
    Box::new(Related { name: "pearson", value: correlation })
}

/// Spearman's correlation: Pearson's of the ranks, ties having the mean of theirs. 1 where a greater target always has a greater output.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, spearman};
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// let value = measure(spearman(), &[[1.0], [2.0], [300.0]], &targets, &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 1.0).abs() < 1e-12));
/// ```
pub fn spearman() -> ValueMetric {
    let value = |outputs: &[f64], targets: &[f64]| correlation(&ranks(outputs), &ranks(targets));
    Box::new(Related { name: "spearman", value })
}

/// Share of the targets' variance that outputs explain, a constant difference not counting against them (scikit-learn's
/// `explained_variance_score`); [`r2`](crate::r2) counts that too. Of several numbers an example it is the mean over them; not defined where
/// a target never varies.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{explained_variance, measure};
///
/// let targets = [vec![1.0], vec![2.0], vec![3.0]];
/// assert_eq!(measure(explained_variance(), &[[6.0], [7.0], [8.0]], &targets, &Decision::Argmax), Some(1.0));
/// ```
pub fn explained_variance() -> ValueMetric {
    let value = |outputs: &[f64], targets: &[f64]| {
        let left: Vec<f64> = targets.iter().zip(outputs).map(|(target, output)| target - output).collect();
        let (spread, left) = (spread(targets), spread(&left));
        (spread > 0.0).then(|| 1.0 - left / spread)
    };
    Box::new(Related { name: "explained_variance", value })
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The sum of squares of what differs from the mean.
fn spread(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    if numbers.iter().all(|number| number.total_cmp(&numbers[0]).is_eq()) {
        return 0.0; // also where the mean is rounded
    }
    numbers.iter().map(|number| (number - mean).powi(2)).sum()
}

fn correlation(outputs: &[f64], targets: &[f64]) -> Option<f64> {
    let (output_mean, target_mean) = (mean(outputs), mean(targets));
    let product = |(output, target): (&f64, &f64)| (output - output_mean) * (target - target_mean);
    let together: f64 = outputs.iter().zip(targets).map(product).sum();
    let (outputs, targets) = (spread(outputs), spread(targets));
    (outputs > 0.0 && targets > 0.0).then(|| (together / (outputs.sqrt() * targets.sqrt())).clamp(-1.0, 1.0))
}

/// Places in sorted order, counted from 1; those of equals are their mean.
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut place = 0;
    for equal in order.chunk_by(|&a, &b| numbers[a].total_cmp(&numbers[b]).is_eq()) {
        let rank = place as f64 + (equal.len() + 1) as f64 / 2.0;
        for &item in equal {
            ranks[item] = rank;
        }
        place += equal.len();
    }
    ranks
}

/// A number out of all outputs of a column and their targets, which are kept until the evaluation ends. More of it is better.
struct Related<V> {
    name: &'static str,
    value: V,
}

impl<V: Fn(&[f64], &[f64]) -> Option<f64> + Send + Sync> Metric<Vec<f32>> for Related<V> {
    fn name(&self) -> String {
        self.name.into()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<Vec<f32>> + '_> {
        Box::new(Kept { value: &self.value, columns: Vec::new() })
    }
}

struct Kept<'a, V> {
    value: &'a V,
    /// Outputs and targets of each number.
    columns: Vec<[Vec<f64>; 2]>,
}

impl<V: Fn(&[f64], &[f64]) -> Option<f64> + Sync> Accumulator<Vec<f32>> for Kept<'_, V> {
    fn update(&mut self, outcomes: &Outcomes<Vec<f32>>) {
        self.columns.resize(outcomes.columns, Default::default());
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            for (([outputs, targets], &output), &target) in self.columns.iter_mut().zip(row).zip(target) {
                // 0 and -0 are one number.
                outputs.push(f64::from(output) + 0.0);
                targets.push(f64::from(target) + 0.0);
            }
        }
    }

    fn value(&self) -> Option<f64> {
        let value = |[outputs, targets]: &[Vec<f64>; 2]| {
            let known = !outputs.is_empty() && outputs.iter().all(|output| output.is_finite());
            if known { (self.value)(outputs, targets) } else { None }
        };
        let all = self.columns.iter().map(value).collect::<Option<Vec<f64>>>()?;
        ratio(all.iter().sum(), all.len())
    }
}
