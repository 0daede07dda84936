use firelight_costs::{CostError, CostMatrix};
use firelight_vocab::Vocab;

use crate::mean::with_settings;
use crate::{Better, ClassMetric, Example};

/// Hierarchically ordered preference score at `k` (HOPS@k): whether near classes come before far ones, 0 to 1 (Sani and others, Hier-COS,
/// 2026). Costs are distances, of which the order alone matters: the nearest classes have rank 1, the next ones rank 2.
///
/// `1 − Σ wᵢ |eᵢ − oᵢ| / Σ wᵢ |eᵢ − e₍k₋₁₋ᵢ₎|` over the first `k` places, and 0 where that is negative: `o` are the ranks of the classes as the
/// decision orders them, `e` the same in the best order. A rank `r` begins with the weight `2⁻ʳ` and falls to that of the next one, the
/// last one to 0. At 1 it is accuracy; a `k` of all classes or more is HOPS.
///
/// What is divided by is the best order backwards, which is the worst one for all classes, and not for a smaller `k`, where classes of any rank
/// may stand: so a low HOPS@5 is 0 soon.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
/// use firelight_metrics::{hops, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 1.0, 2.0);
/// // A pug, then a beagle, then a cat; a pug, then a cat.
/// let value = measure(hops(&cost, &vocab, 3)?, &[[0.1, 0.3, 0.6], [0.3, 0.1, 0.6]], &[2, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| value < 1.0 && value > 0.8));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
///
/// # Errors
///
/// What the costs are refused for, or [`CostError::NamesDiffer`] unless they name exactly the classes of the vocab.
///
/// # Panics
///
/// If `k` is 0: the first none have no order.
pub fn hops(cost: &CostMatrix, vocab: &Vocab, k: usize) -> Result<ClassMetric, CostError> {
    assert!(k > 0, "hops is of the first k = 1 and more");
    let cost = cost.align(vocab)?;
    let name = if k < vocab.len() { format!("hops@{k}") } else { "hops".to_owned() };
    let orders: Vec<Order> = cost.matrix().rows().map(|row| Order::of(row, k)).collect();
    Ok(with_settings(name, Better::More, Some(vocab), cost.digest(), move |example: &Example<usize>| {
        let order = &orders[*example.target];
        let classes = example.decision.rank(example.row, order.best.len());
        let score = order.score(classes.into_iter().map(|class| order.ranks[class]));
        (example.decided.map_or(f64::NAN, |_| score), 1.0)
    }))
}

/// How the classes should stand behind an actual one.
struct Order {
    /// Of each class.
    ranks: Vec<usize>,
    /// Of the first places in the best order, with their weights.
    best: Vec<(usize, f64)>,
    /// What the best order backwards is away from itself.
    backwards: f64,
}

impl Order {
    fn of(costs: &[f64], k: usize) -> Self {
        let mut distances = costs.to_vec();
        distances.sort_by(f64::total_cmp);
        distances.dedup();
        let ranks: Vec<usize> =
            costs.iter().map(|cost| distances.partition_point(|distance| distance < cost)).collect();
        let mut places = ranks.clone();
        places.sort_unstable();
        let last = places.last().copied().unwrap_or(0);
        let power = |rank: usize| if rank > last { 0.0 } else { 0.5_f64.powi(rank as i32) };
        let weighted = |rank: &[usize]| {
            let (rank, count) = (rank[0], rank.len());
            let end = if rank == 0 && last > 0 { 1.0 } else { power(rank + 1) };
            let weight = move |place: usize| power(rank) + (end - power(rank)) * place as f64 / count as f64;
            (0..count).map(|place| (rank, weight(place))).collect::<Vec<_>>()
        };
        let mut best: Vec<(usize, f64)> = places.chunk_by(|a, b| a == b).flat_map(weighted).collect();
        best.truncate(k);
        let away = |((rank, weight), other): (&(usize, f64), &(usize, f64))| weight * rank.abs_diff(other.0) as f64;
        let backwards = best.iter().zip(best.iter().rev()).map(away).sum();
        Self { ranks, best, backwards }
    }

    fn score(&self, ranks: impl Iterator<Item = usize>) -> f64 {
        let away: f64 =
            self.best.iter().zip(ranks).map(|((best, weight), rank)| weight * best.abs_diff(rank) as f64).sum();
        match self.backwards {
            // One place, or classes that are all alike: right or wrong.
            0.0 => f64::from(away == 0.0),
            backwards => (1.0 - away / backwards).clamp(0.0, 1.0),
        }
    }
}
