//! Several classes an example.
//!
//! An example's classes are those that the decision picks: with `Decision::Threshold(0.5)` every class from one half.

use crate::{Accumulator, Better, Metric, MultiMetric, Outcomes, ratio};

/// Share of the (example, class) pairs that are right: one minus the Hamming loss. High by itself where most classes are absent;
/// read it beside [`f1_multi`].
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{accuracy_multi, measure};
///
/// let probabilities = [[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]];
/// let value = measure(accuracy_multi(), &probabilities, &[vec![0], vec![1, 2]], &Decision::Threshold(0.5));
/// assert_eq!(value, Some(2.0 / 3.0));
/// ```
pub fn accuracy_multi() -> MultiMetric {
    Box::new(Counted::new("accuracy_multi", |classes| {
        let right: usize = classes.iter().map(|class| class.hits + class.rejections).sum();
        ratio(right as f64, classes.iter().map(|class| class.all()).sum())
    }))
}

/// Mean over the classes of the harmonic mean of precision and recall, 0 for a class that is neither there nor picked
/// (scikit-learn's `average="macro"`).
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{f1_multi, measure};
///
/// let probabilities = [[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]];
/// let value = measure(f1_multi(), &probabilities, &[vec![0], vec![1, 2]], &Decision::Threshold(0.5));
/// assert_eq!(value, Some(2.0 / 3.0));
/// ```
pub fn f1_multi() -> MultiMetric {
    Box::new(Counted::new("f1_multi", |classes| mean(classes, |c| share(2 * c.hits, 2 * c.hits + c.alarms + c.misses))))
}

/// Mean over the classes of the share of picks that are right, 0 for a class that is never picked.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, precision_multi};
///
/// let probabilities = [[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]];
/// let value = measure(precision_multi(), &probabilities, &[vec![0], vec![1, 2]], &Decision::Threshold(0.5));
/// assert_eq!(value, Some(2.0 / 3.0));
/// ```
pub fn precision_multi() -> MultiMetric {
    Box::new(Counted::new("precision_multi", |classes| mean(classes, |c| share(c.hits, c.hits + c.alarms))))
}

/// Mean over the classes of the share of its examples that are picked, 0 for a class without examples.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, recall_multi};
///
/// let probabilities = [[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]];
/// let value = measure(recall_multi(), &probabilities, &[vec![0], vec![1, 2]], &Decision::Threshold(0.5));
/// assert_eq!(value, Some(2.0 / 3.0));
/// ```
pub fn recall_multi() -> MultiMetric {
    Box::new(Counted::new("recall_multi", |classes| mean(classes, |c| share(c.hits, c.hits + c.misses))))
}

/// What became of one class.
#[derive(Debug, Clone, Copy, Default)]
struct Class {
    /// There and picked.
    hits: usize,
    /// Not there and picked.
    alarms: usize,
    /// There and not picked.
    misses: usize,
    /// Not there and not picked.
    rejections: usize,
}

impl Class {
    fn all(self) -> usize {
        self.hits + self.alarms + self.misses + self.rejections
    }
}

fn share(part: usize, whole: usize) -> f64 {
    ratio(part as f64, whole).unwrap_or(0.0)
}

fn mean(classes: &[Class], value: impl Fn(&Class) -> f64) -> Option<f64> {
    ratio(classes.iter().map(value).sum(), classes.len())
}

/// A number out of what became of every class, of which more is better.
struct Counted<V> {
    name: &'static str,
    value: V,
}

impl<V: Fn(&[Class]) -> Option<f64>> Counted<V> {
    fn new(name: &'static str, value: V) -> Self {
        Self { name, value }
    }
}

impl<V: Fn(&[Class]) -> Option<f64> + Send + Sync> Metric<Vec<usize>> for Counted<V> {
    fn name(&self) -> String {
        self.name.into()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<Vec<usize>> + '_> {
        Box::new(Classes { value: &self.value, classes: Vec::new() })
    }
}

struct Classes<'a, V> {
    value: &'a V,
    classes: Vec<Class>,
}

impl<V: Fn(&[Class]) -> Option<f64> + Sync> Accumulator<Vec<usize>> for Classes<'_, V> {
    fn update(&mut self, outcomes: &Outcomes<Vec<usize>>) {
        self.classes.resize(outcomes.columns, Class::default());
        for example in outcomes.examples() {
            // Of outputs that are no numbers nothing is picked, and nothing is rightly rejected.
            let picked = example.decided.map(|_| example.decision.decide(example.row));
            for (number, class) in self.classes.iter_mut().enumerate() {
                let there = example.target.contains(&number);
                match (there, picked.as_ref().map_or(!there, |picked| picked.contains(&number))) {
                    (true, true) => class.hits += 1,
                    (false, true) => class.alarms += 1,
                    (true, false) => class.misses += 1,
                    (false, false) => class.rejections += 1,
                }
            }
        }
    }

    fn value(&self) -> Option<f64> {
        (self.value)(&self.classes)
    }
}
