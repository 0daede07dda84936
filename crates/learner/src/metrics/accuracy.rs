//! How often the right class is picked.

use super::ClassMetric;
use super::mean::share;

/// Share of examples whose picked class is the actual one, from 0 to 1.
pub fn accuracy() -> ClassMetric {
    share("accuracy", None, |example| example.decided == example.target)
}

/// Share of examples whose picked class is not the actual one: 1 − accuracy.
pub fn error_rate() -> ClassMetric {
    share("error_rate", None, |example| example.decided != example.target)
}

/// Share of examples whose actual class is among the first `k` in the decision's ranking: the likeliest, or with
/// minimum risk the cheapest. Of equals the lower class number comes first.
pub fn top_k(k: usize) -> ClassMetric {
    share(format!("top_{k}"), None, move |example| {
        let (scores, target) = (example.decision.scores(example.row), example.target);
        let above = |class: usize| scores[class].total_cmp(&scores[target]).then(target.cmp(&class)).is_gt();
        (0..scores.len()).filter(|&class| above(class)).count() < k
    })
}
