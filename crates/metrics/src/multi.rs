//! Several classes an example.
//!
//! An example's classes are those that the decision picks: with `Decision::Threshold(0.5)` every class from one half.

use crate::{Accumulator, Average, Better, Decision, Metric, MultiMetric, Outcomes, ratio};

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

/// The weighted harmonic mean of precision and recall, in which recall counts `beta` times as much (scikit-learn's `fbeta_score`): 2 where a
/// miss is worse than an alarm, 0.5 where it is the other way round; 0 for a class that is neither there nor picked. Not defined for a
/// `beta` that is negative or not finite.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{Average, f_beta_multi, measure};
///
/// let probabilities = [[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]];
/// let f2 = f_beta_multi(2.0, Average::Micro);
/// assert_eq!(measure(f2, &probabilities, &[vec![0], vec![1, 2]], &Decision::Threshold(0.5)), Some(2.0 / 3.0));
/// ```
pub fn f_beta_multi(beta: f64, average: Average) -> MultiMetric {
    let f_beta = move |class: &Class| {
        let square = beta * beta;
        let whole = (1.0 + square) * class.hits as f64 + square * class.misses as f64 + class.alarms as f64;
        let makes_sense = beta.is_finite() && beta >= 0.0;
        let f_beta = if whole > 0.0 { (1.0 + square) * class.hits as f64 / whole } else { 0.0 };
        if makes_sense { f_beta } else { f64::NAN }
    };
    averaged(&format!("f{beta}_multi"), average, f_beta)
}

/// How much of what is there or picked is both (scikit-learn's `jaccard_score`), 0 for a class that is neither.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{Average, jaccard_multi, measure};
///
/// let probabilities = [[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]];
/// let jaccard = jaccard_multi(Average::Macro);
/// assert_eq!(measure(jaccard, &probabilities, &[vec![0], vec![1, 2]], &Decision::Threshold(0.5)), Some(2.0 / 3.0));
/// ```
pub fn jaccard_multi(average: Average) -> MultiMetric {
    averaged("jaccard_multi", average, |class| share(class.hits, class.hits + class.alarms + class.misses))
}

/// Share of the (example, class) pairs that are wrong: one minus [`accuracy_multi`], scikit-learn's `hamming_loss`.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{hamming_loss, measure};
///
/// let probabilities = [[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]];
/// let value = measure(hamming_loss(), &probabilities, &[vec![0], vec![1, 2]], &Decision::Threshold(0.5));
/// assert_eq!(value, Some(1.0 / 3.0));
/// ```
pub fn hamming_loss() -> MultiMetric {
    let wrong = |classes: &[Class]| {
        let wrong: usize = classes.iter().map(|class| class.alarms + class.misses).sum();
        ratio(wrong as f64, classes.iter().map(|class| class.all()).sum())
    };
    Box::new(Counted { name: "hamming_loss".into(), better: Better::Less, value: wrong })
}

/// A number of each class, averaged over them or of all pairs together.
fn averaged(name: &str, average: Average, value: impl Fn(&Class) -> f64 + Send + Sync + 'static) -> MultiMetric {
    Box::new(Counted::new(average.named(name), move |classes: &[Class]| {
        if average == Average::Micro {
            return (!classes.is_empty()).then(|| value(&classes.iter().fold(Class::default(), Class::plus)));
        }
        let of = |class: &Class| (Some(value(class)), class.hits + class.misses);
        average.of(&classes.iter().map(of).collect::<Vec<_>>())
    }))
}

/// What became of one class.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Class {
    /// There and picked.
    pub hits: usize,
    /// Not there and picked.
    pub alarms: usize,
    /// There and not picked.
    pub misses: usize,
    /// Not there and not picked.
    pub rejections: usize,
}

impl Class {
    /// Counts an example.
    pub fn add(&mut self, there: bool, picked: bool) {
        *match (there, picked) {
            (true, true) => &mut self.hits,
            (false, true) => &mut self.alarms,
            (true, false) => &mut self.misses,
            (false, false) => &mut self.rejections,
        } += 1;
    }

    fn all(self) -> usize {
        self.hits + self.alarms + self.misses + self.rejections
    }

    fn plus(self, other: &Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            alarms: self.alarms + other.alarms,
            misses: self.misses + other.misses,
            rejections: self.rejections + other.rejections,
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    ratio(part as f64, whole).unwrap_or(0.0)
}

fn mean(classes: &[Class], value: impl Fn(&Class) -> f64) -> Option<f64> {
    ratio(classes.iter().map(value).sum(), classes.len())
}

/// A number out of what became of every class.
struct Counted<V> {
    name: String,
    better: Better,
    value: V,
}

impl<V: Fn(&[Class]) -> Option<f64>> Counted<V> {
    /// Of which more is better.
    fn new(name: impl Into<String>, value: V) -> Self {
        Self { name: name.into(), better: Better::More, value }
    }
}

impl<V: Fn(&[Class]) -> Option<f64> + Send + Sync> Metric<Vec<usize>> for Counted<V> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn better(&self) -> Better {
        self.better
    }

    fn otherwise(&self) -> Decision {
        Decision::Threshold(0.5)
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
                class.add(there, picked.as_ref().map_or(!there, |picked| picked.contains(&number)));
            }
        }
    }

    fn value(&self) -> Option<f64> {
        (self.value)(&self.classes)
    }
}
