//! How far from the truth the first `k` classes of a ranking are.
//!
//! Costs are distances here: the heights at which classes meet in a tree
//! ([`CostMatrix::from_taxonomy`]), or any others. The ranking is the decision's, and `k` is at most the number of
//! classes. The metrics follow Bertinetto et al., "Making Better Mistakes" (2020).

use firelight_costs::{CostError, CostMatrix};
use firelight_vocab::Vocab;

use crate::mean::with_settings;
use crate::{Better, ClassMetric, Example};

/// Hierarchical distance at `k` (HD@k): the mean distance of the first `k` classes from the actual one.
///
/// It cannot fall to 0 for `k` above 1, since the actual class can be there only once:
/// [`hierarchical_distance_floor`] is the least, and [`hierarchical_distance_above_floor`] what is left to gain.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{hierarchical_distance, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(hierarchical_distance(&cost, &vocab, 2)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.3125).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// What the costs are refused for, or [`CostError::NamesDiffer`] unless they name exactly the classes of the vocab.
pub fn hierarchical_distance(cost: &CostMatrix, vocab: &Vocab, k: usize) -> Result<ClassMetric, CostError> {
    of_ranked(format!("hd@{k}"), Better::Less, cost, vocab, k, |ranked, _| (mean(ranked), 1.0))
}

/// The least that [`hierarchical_distance`] can be on these examples: the mean of the `k` least distances of each actual
/// class.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{hierarchical_distance_floor, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(hierarchical_distance_floor(&cost, &vocab, 2)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.21875).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// As [`hierarchical_distance`].
pub fn hierarchical_distance_floor(cost: &CostMatrix, vocab: &Vocab, k: usize) -> Result<ClassMetric, CostError> {
    of_ranked(format!("hd@{k}_floor"), Better::Less, cost, vocab, k, |_, nearest| (mean(nearest), 1.0))
}

/// [`hierarchical_distance`] minus its floor: 0 if behind every actual class come its nearest ones.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{hierarchical_distance_above_floor, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(hierarchical_distance_above_floor(&cost, &vocab, 2)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.09375).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// As [`hierarchical_distance`].
pub fn hierarchical_distance_above_floor(cost: &CostMatrix, vocab: &Vocab, k: usize) -> Result<ClassMetric, CostError> {
    of_ranked(format!("hd@{k}-floor"), Better::Less, cost, vocab, k, |ranked, nearest| {
        (mean(ranked) - mean(nearest), 1.0)
    })
}

/// Mean distance of the nearest of the first `k` classes: 0 where the actual class is among them.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{measure, nearest_distance};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(nearest_distance(&cost, &vocab, 2)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.0).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// As [`hierarchical_distance`].
pub fn nearest_distance(cost: &CostMatrix, vocab: &Vocab, k: usize) -> Result<ClassMetric, CostError> {
    let least = |ranked: &[f64], _: &[f64]| (ranked.iter().copied().fold(f64::INFINITY, f64::min), 1.0);
    of_ranked(format!("nearest@{k}"), Better::Less, cost, vocab, k, least)
}

/// Hierarchical precision at `k` (hP@k, after `DeViSE`, 2013): how like the actual class the first `k` classes are, as a
/// share of the most that is possible, 0 to 1. A class is as like another as its distance is below the highest one.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{hierarchical_precision, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(hierarchical_precision(&cost, &vocab, 2)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.88).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// As [`hierarchical_distance`]; [`CostError::NoCost`] if every cost is 0.
pub fn hierarchical_precision(cost: &CostMatrix, vocab: &Vocab, k: usize) -> Result<ClassMetric, CostError> {
    let cost = cost.scaled_to_one()?;
    let likeness = |costs: &[f64]| costs.iter().map(|cost| 1.0 - cost).sum::<f64>();
    of_ranked(format!("hp@{k}"), Better::More, &cost, vocab, k, move |ranked, nearest| {
        (likeness(ranked), likeness(nearest))
    })
}

/// A ratio of sums of what `of` makes of the distances of the first `k` classes, and of the `k` least ones, sorted.
fn of_ranked(
    name: String,
    better: Better,
    cost: &CostMatrix,
    vocab: &Vocab,
    k: usize,
    of: impl Fn(&[f64], &[f64]) -> (f64, f64) + Send + Sync + 'static,
) -> Result<ClassMetric, CostError> {
    let cost = cost.align(vocab)?;
    let k = k.min(vocab.len());
    let nearest: Vec<Vec<f64>> = cost.matrix().rows().map(|row| least(row, k)).collect();
    Ok(with_settings(name, better, Some(vocab), cost.digest(), move |example: &Example<usize>| {
        if example.decided.is_none() {
            return (f64::NAN, 1.0);
        }
        let row = cost.matrix().row(*example.target);
        let ranked: Vec<f64> = example.decision.rank(example.row, k).into_iter().map(|class| row[class]).collect();
        of(&ranked, &nearest[*example.target])
    }))
}

fn least(row: &[f64], k: usize) -> Vec<f64> {
    let mut row = row.to_vec();
    row.sort_by(f64::total_cmp);
    row.truncate(k);
    row
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
