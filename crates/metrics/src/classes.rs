//! Class by class.

use crate::{Accumulator, Better, ClassMetric, Metric, Outcomes};

/// Mean over the classes of the share of their examples that are recognised; classes without examples are left out. Also
/// called balanced accuracy: a rare class counts as much as a frequent one.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{mean_recall, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(mean_recall(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(0.5));
/// ```
pub fn mean_recall() -> ClassMetric {
    of_counts("mean_recall", |counts| mean(counts.classes().map(ClassCount::recall)))
}

/// Mean over the classes of their F1, the harmonic mean of precision and recall; classes that are neither there nor picked
/// are left out. scikit-learn's `f1_score(average="macro")`.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{macro_f1, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(macro_f1(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 4.0 / 9.0).abs() < 1e-6));
/// ```
pub fn macro_f1() -> ClassMetric {
    of_counts("macro_f1", |counts| mean(counts.classes().map(ClassCount::f1)))
}

/// Mean of the classes' F1 weighted by their examples. scikit-learn's `f1_score(average="weighted")`.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, weighted_f1};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(weighted_f1(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.5).abs() < 1e-6));
/// ```
pub fn weighted_f1() -> ClassMetric {
    of_counts("weighted_f1", |counts| {
        let sum: f64 = counts.classes().filter_map(|class| Some(class.f1()? * class.actual as f64)).sum();
        (counts.examples > 0).then(|| sum / counts.examples as f64)
    })
}

/// The mean of the numbers that are there.
pub(crate) fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (mut sum, mut number) = (0.0, 0_usize);
    for value in values.flatten() {
        sum += value;
        number += 1;
    }
    (number > 0).then(|| sum / number as f64)
}

/// How often a class is there, is picked, and both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ClassCount {
    pub hits: usize,
    pub actual: usize,
    pub picked: usize,
}

impl ClassCount {
    pub fn precision(self) -> Option<f64> {
        (self.picked > 0).then(|| self.hits as f64 / self.picked as f64)
    }

    pub fn recall(self) -> Option<f64> {
        (self.actual > 0).then(|| self.hits as f64 / self.actual as f64)
    }

    pub fn f1(self) -> Option<f64> {
        let all = self.actual + self.picked;
        (all > 0).then(|| 2.0 * self.hits as f64 / all as f64)
    }
}

/// Counts of all classes: what is needed of a confusion matrix, without its size.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    classes: Vec<ClassCount>,
    pub examples: usize,
}

impl Counts {
    /// Of pairs of an actual and a picked class.
    pub fn of(classes: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut counts = Self { classes: vec![ClassCount::default(); classes], examples: 0 };
        for (target, decided) in pairs {
            counts.count(target, Some(decided));
        }
        counts
    }

    /// Adds the examples of a batch.
    pub fn add(&mut self, outcomes: &Outcomes<usize>) {
        if self.classes.len() < outcomes.columns {
            self.classes.resize(outcomes.columns, ClassCount::default());
        }
        for example in outcomes.examples() {
            self.count(*example.target, example.decided);
        }
    }

    /// An example for which nothing is decided is of its class and not recognised.
    fn count(&mut self, target: usize, decided: Option<usize>) {
        self.classes[target].actual += 1;
        self.classes[target].hits += usize::from(decided == Some(target));
        self.examples += 1;
        if let Some(decided) = decided {
            self.classes[decided].picked += 1;
        }
    }

    pub fn classes(&self) -> impl ExactSizeIterator<Item = ClassCount> {
        self.classes.iter().copied()
    }

    pub fn hits(&self) -> usize {
        self.classes.iter().map(|class| class.hits).sum()
    }
}

/// A metric of which more is better, made of the counts.
pub(crate) fn of_counts(name: &'static str, of: fn(&Counts) -> Option<f64>) -> ClassMetric {
    Box::new(OfCounts { name, of })
}

struct OfCounts {
    name: &'static str,
    of: fn(&Counts) -> Option<f64>,
}

impl Metric<usize> for OfCounts {
    fn name(&self) -> String {
        self.name.into()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<usize>> {
        Box::new(Counting { of: self.of, counts: Counts::default() })
    }
}

struct Counting {
    of: fn(&Counts) -> Option<f64>,
    counts: Counts,
}

impl Accumulator<usize> for Counting {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        self.counts.add(outcomes);
    }

    fn value(&self) -> Option<f64> {
        (self.of)(&self.counts)
    }
}
