//! How much better than chance the picks agree with the truth.

use firelight_costs::{AlignedCost, CostError, CostMatrix};
use firelight_vocab::Vocab;

use crate::classes::{Counts, of_counts};
use crate::{Accumulator, Better, ClassMetric, Metric, Outcomes};

/// Cohen's kappa: 1 for full agreement, 0 for what picks drawn with the same frequencies would reach by chance, below 0 for
/// less. Not defined where chance would always agree (one class alone).
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{cohen_kappa, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(cohen_kappa(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 3.0 / 11.0).abs() < 1e-6));
/// ```
pub fn cohen_kappa() -> ClassMetric {
    of_counts("kappa", |counts| {
        let chance: f64 = counts.classes().map(|class| class.actual as f64 * class.picked as f64).sum();
        let (all, hits) = (counts.examples as f64, counts.hits() as f64);
        let room = all * all - chance;
        (room > 0.0).then(|| (hits * all - chance) / room)
    })
}

/// Matthews correlation coefficient for any number of classes, −1 to 1 (Gorodkin, 2004): the correlation between picked
/// and actual classes. 0 where all picks or all targets are of one class, as in scikit-learn.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{matthews_corr_coef, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(matthews_corr_coef(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.3).abs() < 1e-6));
/// ```
pub fn matthews_corr_coef() -> ClassMetric {
    of_counts("matthews", |counts| {
        let all = counts.examples as f64;
        let sum = |of: fn((f64, f64)) -> f64| -> f64 {
            counts.classes().map(|class| of((class.actual as f64, class.picked as f64))).sum()
        };
        let together = counts.hits() as f64 * all - sum(|(actual, picked)| actual * picked);
        let apart = (all * all - sum(|(actual, _)| actual * actual)) * (all * all - sum(|(_, picked)| picked * picked));
        (counts.examples > 0).then(|| if apart > 0.0 { together / apart.sqrt() } else { 0.0 })
    })
}

/// Cohen's kappa with costs for disagreements: 1 minus the mean cost as a share of what chance would cost.
///
/// With costs of 1 it is [`cohen_kappa`]; with [`CostMatrix::ordinal`] and squared distances it is the quadratic weighted
/// kappa that grades are judged by. Not defined where chance would cost nothing.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{measure, weighted_kappa};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(weighted_kappa(&cost, &vocab)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 3.0 / 7.0).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// What the costs are refused for, or [`CostError::NamesDiffer`] unless they name exactly the classes of the vocab.
pub fn weighted_kappa(cost: &CostMatrix, vocab: &Vocab) -> Result<ClassMetric, CostError> {
    Ok(Box::new(WeightedKappa { cost: cost.align(vocab)? }))
}

struct WeightedKappa {
    cost: AlignedCost,
}

impl Metric<usize> for WeightedKappa {
    fn name(&self) -> String {
        "weighted_kappa".into()
    }

    fn describe(&self) -> String {
        format!("weighted_kappa ({})", self.cost.digest())
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<usize> + '_> {
        Box::new(Paid { cost: &self.cost, sum: 0.0, counts: Counts::default() })
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.cost.vocab())
    }
}

struct Paid<'a> {
    cost: &'a AlignedCost,
    sum: f64,
    counts: Counts,
}

impl Accumulator<usize> for Paid<'_> {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        for example in outcomes.examples() {
            let cost = |decided| self.cost.matrix().value(*example.target, decided);
            self.sum += example.decided.map_or(f64::NAN, cost);
        }
        self.counts.add(outcomes);
    }

    fn value(&self) -> Option<f64> {
        let picked: Vec<f64> = self.counts.classes().map(|class| class.picked as f64).collect();
        let rows = self.counts.classes().zip(self.cost.matrix().rows());
        let chance: f64 = rows
            .map(|(class, costs)| class.actual as f64 * costs.iter().zip(&picked).map(|(c, n)| c * n).sum::<f64>())
            .sum();
        (chance > 0.0).then(|| 1.0 - self.sum * self.counts.examples as f64 / chance)
    }
}
