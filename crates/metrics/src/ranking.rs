//! Whether a class's examples come before the others, whatever the threshold.

use crate::{Accumulator, Average, Better, HasClass, Metric, Outcomes};

/// The area under the receiver operating characteristic: how probable it is that an example with a class has a higher probability for it than
/// one without, ties counting half (scikit-learn's `roc_auc_score`, of single labels its `multi_class="ovr"`). 0.5 is chance, 1 perfect.
///
/// A class that all examples have, or none, has no area and is left out of the averages. Not defined where an output is no number. The
/// probabilities of all examples are kept until the evaluation ends, five bytes an example and class; to sort all of them at once, as
/// [`Average::Micro`] does, takes six times as much for a moment.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{Average, measure, roc_auc};
///
/// let probabilities = [[0.9, 0.6], [0.2, 0.7], [0.4, 0.8]];
/// let value = measure(roc_auc(Average::Macro), &probabilities, &[vec![0], vec![1], vec![0]], &Decision::Threshold(0.5));
/// assert_eq!(value, Some((1.0 + 0.5) / 2.0));
/// ```
pub fn roc_auc<T: HasClass + 'static>(average: Average) -> Box<dyn Metric<T>> {
    Box::new(Ranked { name: average.named("roc_auc"), average, value: area })
}

/// The mean of the precisions at each threshold, weighted by what recall grows there (scikit-learn's `average_precision_score`): 1 where
/// every example with the class comes before all others. It looks at the examples with a class alone, and so is the sterner one for rare
/// classes.
///
/// A class without examples is left out of the averages. Not defined where an output is no number. What is kept is as of [`roc_auc`].
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{Average, average_precision, measure};
///
/// let probabilities = [[0.9], [0.7], [0.4]];
/// let targets = [vec![0], vec![], vec![0]];
/// let value = measure(average_precision(Average::Macro), &probabilities, &targets, &Decision::Threshold(0.5));
/// assert!(value.is_some_and(|value| (value - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12));
/// ```
pub fn average_precision<T: HasClass + 'static>(average: Average) -> Box<dyn Metric<T>> {
    Box::new(Ranked { name: average.named("average_precision"), average, value: precision })
}

/// The threshold for each class at which its F1 is best, and that F1; of equals the highest threshold. `None` for a class without
/// examples, or with an output that is no number. Fit it on other examples than those that it is judged by.
///
/// ```
/// use firelight_metrics::best_thresholds;
///
/// let found = best_thresholds(&[[0.9, 0.1], [0.3, 0.2], [0.2, 0.6]], &[vec![0], vec![0], vec![]]);
/// assert_eq!(found, [Some((0.3, 1.0)), None]);
///
/// // As a decision:
/// use firelight_metrics::{Decision, Vocab};
/// let vocab = Vocab::from_labels(["boat", "sea"]);
/// let least = found.iter().map(|found| found.map_or(0.5, |(threshold, _)| threshold));
/// let decision = Decision::thresholds(vocab.iter().zip(least), &vocab)?;
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
///
/// # Panics
///
/// If there are not as many rows as targets, or rows of different lengths.
pub fn best_thresholds<T: HasClass>(rows: &[impl AsRef<[f32]>], targets: &[T]) -> Vec<Option<(f32, f64)>> {
    assert_eq!(rows.len(), targets.len(), "rows and targets");
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    assert!(rows.iter().all(|row| row.as_ref().len() == columns), "rows of one length");
    (0..columns).map(|class| best_threshold(&Steps::of_class(rows, targets, class)?)).collect()
}

/// Examples from the highest score down, those of one score together.
pub(crate) struct Steps {
    pub from_the_top: Vec<Step>,
    /// How many have the class.
    pub present: usize,
    pub all: usize,
}

/// What is picked from a threshold up.
pub(crate) struct Step {
    threshold: f32,
    pub picked: usize,
    pub hits: usize,
}

impl Steps {
    /// `None` where a score is no number.
    pub fn of(mut scored: Vec<(f32, bool)>) -> Option<Self> {
        if scored.iter().any(|(score, _)| score.is_nan()) {
            return None;
        }
        // 0 and -0 are one score.
        for (score, _) in &mut scored {
            *score += 0.0;
        }
        scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let (mut steps, mut hits) = (Vec::<Step>::new(), 0);
        for (place, &(score, present)) in scored.iter().enumerate() {
            hits += usize::from(present);
            let step = Step { threshold: score, picked: place + 1, hits };
            match steps.last_mut() {
                Some(last) if last.threshold.total_cmp(&score).is_eq() => *last = step,
                _ => steps.push(step),
            }
        }
        Some(Self { present: hits, all: scored.len(), from_the_top: steps })
    }

    /// Of one class. `None` where a row has no number for it, too.
    pub fn of_class<T: HasClass>(rows: &[impl AsRef<[f32]>], targets: &[T], class: usize) -> Option<Self> {
        let scored = rows.iter().zip(targets).map(|(row, target)| Some((*row.as_ref().get(class)?, target.has(class))));
        Self::of(scored.collect::<Option<Vec<_>>>()?)
    }

    /// Each step beside what was picked before it.
    fn pairs(&self) -> impl Iterator<Item = ((usize, usize), &Step)> {
        let before = std::iter::once((0, 0)).chain(self.from_the_top.iter().map(|step| (step.picked, step.hits)));
        before.zip(&self.from_the_top)
    }
}

/// The threshold of the best F1, and that F1.
pub(crate) fn best_threshold(steps: &Steps) -> Option<(f32, f64)> {
    let f1 = |step: &Step| 2.0 * step.hits as f64 / (step.picked + steps.present) as f64;
    let better = |best: Option<(f32, f64)>, step: &Step| match best {
        Some((_, known)) if known >= f1(step) => best,
        _ => Some((step.threshold, f1(step))),
    };
    if steps.present == 0 { None } else { steps.from_the_top.iter().fold(None, better) }
}

/// Trapezoids under the rate of hits over the rate of alarms.
pub(crate) fn area(steps: &Steps) -> Option<f64> {
    let absent = steps.all - steps.present;
    let trapezoid = |((picked, hits), step): ((usize, usize), &Step)| {
        let alarms = (step.picked - step.hits) - (picked - hits);
        alarms as f64 * (hits + step.hits) as f64 / 2.0
    };
    let sum: f64 = steps.pairs().map(trapezoid).sum();
    (steps.present > 0 && absent > 0).then(|| sum / (steps.present as f64 * absent as f64))
}

pub(crate) fn precision(steps: &Steps) -> Option<f64> {
    let term =
        |((_, hits), step): ((usize, usize), &Step)| (step.hits - hits) as f64 * step.hits as f64 / step.picked as f64;
    let sum: f64 = steps.pairs().map(term).sum();
    (steps.present > 0).then(|| sum / steps.present as f64)
}

/// A number out of the scores of all examples.
struct Ranked<V> {
    name: String,
    average: Average,
    value: V,
}

impl<T: HasClass, V: Fn(&Steps) -> Option<f64> + Send + Sync> Metric<T> for Ranked<V> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        Box::new(Scores { metric: self, columns: 0, numbers: Vec::new(), present: Vec::new() })
    }
}

struct Scores<'a, V> {
    metric: &'a Ranked<V>,
    columns: usize,
    /// Row after row.
    numbers: Vec<f32>,
    /// Whether the class is there, beside them.
    present: Vec<bool>,
}

impl<T: HasClass, V: Fn(&Steps) -> Option<f64> + Sync + Send> Accumulator<T> for Scores<'_, V> {
    fn update(&mut self, outcomes: &Outcomes<T>) {
        self.columns = outcomes.columns;
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            self.numbers.extend(row);
            self.present.extend((0..row.len()).map(|class| target.has(class)));
        }
    }

    fn value(&self) -> Option<f64> {
        let Ranked { average, value, .. } = self.metric;
        let scored = || self.numbers.iter().copied().zip(self.present.iter().copied());
        if *average == Average::Micro {
            return value(&Steps::of(scored().collect())?);
        }
        let class = |class| {
            let steps = Steps::of(scored().skip(class).step_by(self.columns).collect())?;
            Some((value(&steps), steps.present))
        };
        average.of(&(0..self.columns).map(class).collect::<Option<Vec<_>>>()?)
    }
}
