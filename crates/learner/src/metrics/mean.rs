//! Metrics that are a mean over examples: most of them.

use firelight_losses::Decision;
use firelight_vocab::Vocab;

use super::{ClassMetric, Metric, Outcomes};

/// One example and what became of it.
pub(super) struct Example<'a> {
    /// Its probabilities.
    pub row: &'a [f32],
    pub target: usize,
    pub decided: usize,
    pub decision: &'a Decision,
}

impl Example<'_> {
    pub fn is_right(&self) -> bool {
        self.decided == self.target
    }
}

/// The sum of the first numbers of `of(example)` divided by the sum of the second ones: `(value, 1)` is a mean.
pub(super) fn ratio(
    name: impl Into<String>,
    vocab: Option<&Vocab>,
    of: impl Fn(&Example) -> (f64, f64) + Send + 'static,
) -> ClassMetric {
    Box::new(Ratio { name: name.into(), vocab: vocab.cloned(), of, part: 0.0, whole: 0.0 })
}

/// The share of examples for which `holds`.
pub(super) fn share(
    name: impl Into<String>,
    vocab: Option<&Vocab>,
    holds: impl Fn(&Example) -> bool + Send + 'static,
) -> ClassMetric {
    ratio(name, vocab, move |example| (f64::from(holds(example)), 1.0))
}

struct Ratio<F> {
    name: String,
    vocab: Option<Vocab>,
    of: F,
    part: f64,
    whole: f64,
}

impl<F: Fn(&Example) -> (f64, f64) + Send> Metric<usize> for Ratio<F> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn reset(&mut self) {
        (self.part, self.whole) = (0.0, 0.0);
    }

    fn update(&mut self, outcomes: &Outcomes<usize>) {
        let decision = outcomes.decision;
        for ((row, &target), &decided) in outcomes.rows().zip(outcomes.targets).zip(outcomes.decided) {
            let (part, whole) = (self.of)(&Example { row, target, decided, decision });
            self.part += part;
            self.whole += whole;
        }
    }

    fn value(&self) -> Option<f64> {
        (self.whole > 0.0).then(|| self.part / self.whole)
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.vocab.as_ref()
    }
}
