//! Mistakes seen from what they cost.

use firelight_costs::{AlignedCost, CostError, CostMatrix};
use firelight_vocab::Vocab;

use crate::mean::with_settings;
use crate::{Better, ClassMetric, Example};

/// Mean cost of the picks, `mean C[actual][picked]`: the cost-weighted error, where a right pick costs 0.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{mean_cost, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(mean_cost(&cost, &vocab)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.3125).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// What the costs are refused for, or [`CostError::NamesDiffer`] unless they name exactly the classes of the vocab.
pub fn mean_cost(cost: &CostMatrix, vocab: &Vocab) -> Result<ClassMetric, CostError> {
    let cost = cost.align(vocab)?;
    Ok(with_settings("cost", Better::Less, Some(vocab), cost.digest(), move |example| (paid(&cost, example), 1.0)))
}

/// Mean cost of the mistakes alone: how bad a mistake is when one is made; not defined without mistakes. With the heights
/// of a tree for costs this is the mistake severity of Bertinetto et al. (2020).
///
/// Read it beside the accuracy: a model can lower it by adding harmless mistakes.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{mean_mistake_cost, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(mean_mistake_cost(&cost, &vocab)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.625).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// As [`mean_cost`].
pub fn mean_mistake_cost(cost: &CostMatrix, vocab: &Vocab) -> Result<ClassMetric, CostError> {
    let cost = cost.align(vocab)?;
    Ok(with_settings("mistake_cost", Better::Less, Some(vocab), cost.digest(), move |example| {
        (paid(&cost, example), f64::from(!example.is_right()))
    }))
}

/// What a pick drawn from the probabilities would cost on average, `mean Σ_j p_j C[actual][j]`: the same under every
/// decision.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{expected_cost, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(expected_cost(&cost, &vocab)?, &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.296875).abs() < 1e-6));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// As [`mean_cost`].
pub fn expected_cost(cost: &CostMatrix, vocab: &Vocab) -> Result<ClassMetric, CostError> {
    let cost = cost.align(vocab)?;
    Ok(with_settings("expected_cost", Better::Less, Some(vocab), cost.digest(), move |example| {
        let costs = cost.matrix().row(*example.target);
        (example.row.iter().zip(costs).map(|(probability, cost)| f64::from(*probability) * cost).sum(), 1.0)
    }))
}

/// What a pick costs. No pick, where outputs are no numbers, costs nobody knows what.
fn paid(cost: &AlignedCost, example: &Example<usize>) -> f64 {
    example.decided.map_or(f64::NAN, |decided| cost.matrix().value(*example.target, decided))
}
