//! Metrics that are a mean over examples: most of them.

use firelight_vocab::Vocab;

use crate::{Accumulator, Better, Example, Metric, Outcomes};

/// The sum of the first numbers of `of(example)` divided by the sum of the second ones: `(value, 1)` is a mean.
pub(crate) fn ratio<T: 'static>(
    name: impl Into<String>,
    better: Better,
    of: impl Fn(&Example<T>) -> (f64, f64) + Send + Sync + 'static,
) -> Box<dyn Metric<T>> {
    with_settings(name, better, None, String::new(), of)
}

/// [`ratio`] of a metric that depends on more than its name says: on `settings`, in words or as a digest.
pub(crate) fn with_settings<T: 'static>(
    name: impl Into<String>,
    better: Better,
    vocab: Option<&Vocab>,
    settings: String,
    of: impl Fn(&Example<T>) -> (f64, f64) + Send + Sync + 'static,
) -> Box<dyn Metric<T>> {
    Box::new(Ratio { name: name.into(), better, vocab: vocab.cloned(), settings, of })
}

/// The share of examples for which `holds`.
pub(crate) fn share<T: 'static>(
    name: impl Into<String>,
    better: Better,
    holds: impl Fn(&Example<T>) -> bool + Send + Sync + 'static,
) -> Box<dyn Metric<T>> {
    ratio(name, better, move |example| (f64::from(holds(example)), 1.0))
}

struct Ratio<F> {
    name: String,
    better: Better,
    vocab: Option<Vocab>,
    settings: String,
    of: F,
}

impl<T, F: Fn(&Example<T>) -> (f64, f64) + Send + Sync> Metric<T> for Ratio<F> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn describe(&self) -> String {
        if self.settings.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.settings) }
    }

    fn better(&self) -> Better {
        self.better
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        Box::new(Sums { of: &self.of, part: 0.0, whole: 0.0 })
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.vocab.as_ref()
    }
}

struct Sums<'a, F> {
    of: &'a F,
    part: f64,
    whole: f64,
}

impl<T, F: Fn(&Example<T>) -> (f64, f64) + Sync> Accumulator<T> for Sums<'_, F> {
    fn update(&mut self, outcomes: &Outcomes<T>) {
        for example in outcomes.examples() {
            let (part, whole) = (self.of)(&example);
            self.part += part;
            self.whole += whole;
        }
    }

    fn value(&self) -> Option<f64> {
        (self.whole > 0.0).then(|| self.part / self.whole)
    }
}
