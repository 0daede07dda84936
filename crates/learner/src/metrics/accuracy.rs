//! How often the right class is picked.

use super::{ClassMetric, Metric, Outcomes, ratio};

/// Share of examples whose picked class is the actual one, from 0 to 1.
pub fn accuracy() -> ClassMetric {
    Box::new(Share::new("accuracy", |decided, target, _| decided == target))
}

/// Share of examples whose picked class is not the actual one: 1 − accuracy.
pub fn error_rate() -> ClassMetric {
    Box::new(Share::new("error_rate", |decided, target, _| decided != target))
}

/// Share of examples whose actual class is among the `k` likeliest; of equal probabilities the lower class number counts
/// as the likelier.
pub fn top_k(k: usize) -> ClassMetric {
    Box::new(Share::new(format!("top_{k}"), move |_, target, row| {
        let above = |class: usize| row[class].total_cmp(&row[target]).then(target.cmp(&class)).is_gt();
        (0..row.len()).filter(|&class| above(class)).count() < k
    }))
}

/// The share of examples for which `counts(decided, target, row)` holds.
struct Share<F> {
    name: String,
    counts: F,
    hits: usize,
    examples: usize,
}

impl<F: Fn(usize, usize, &[f32]) -> bool> Share<F> {
    fn new(name: impl Into<String>, counts: F) -> Self {
        Self { name: name.into(), counts, hits: 0, examples: 0 }
    }
}

impl<F: Fn(usize, usize, &[f32]) -> bool + Send> Metric<usize> for Share<F> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn reset(&mut self) {
        (self.hits, self.examples) = (0, 0);
    }

    fn update(&mut self, outcomes: &Outcomes<usize>) {
        for ((row, &target), &decided) in outcomes.rows().zip(outcomes.targets).zip(outcomes.decided) {
            self.hits += usize::from((self.counts)(decided, target, row));
            self.examples += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        ratio(self.hits as f64, self.examples)
    }
}
