//! How often the right class is picked.

use crate::mean::share;
use crate::{Better, ClassMetric, Example};

/// Share of examples whose picked class is the actual one, from 0 to 1.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{accuracy, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(accuracy(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(0.5));
/// ```
pub fn accuracy() -> ClassMetric {
    share("accuracy", Better::More, is_right)
}

/// With a lifetime that a method's path has not.
fn is_right(example: &Example<usize>) -> bool {
    example.is_right()
}

/// Share of examples whose picked class is not the actual one: 1 − accuracy.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{error_rate, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(error_rate(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(0.5));
/// ```
pub fn error_rate() -> ClassMetric {
    share("error_rate", Better::Less, |example| !is_right(example))
}

/// Share of examples whose actual class is among the first `k` in the decision's ranking: the likeliest, or with
/// minimum risk the cheapest. Of equals the lower class number comes first.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, top_k};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(top_k(2), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(1.0));
/// ```
///
/// # Panics
///
/// If `k` is 0: nobody is among the first none.
pub fn top_k(k: usize) -> ClassMetric {
    assert!(k > 0, "top_k is of the first k = 1 and more");
    share(format!("top_{k}"), Better::More, move |example: &Example<usize>| {
        if example.decided.is_none() {
            return false;
        }
        let (scores, target) = (example.decision.scores(example.row), *example.target);
        let above = |class: usize| scores[class].total_cmp(&scores[target]).then(target.cmp(&class)).is_gt();
        (0..scores.len()).filter(|&class| above(class)).count() < k
    })
}
