//! Two targets an example, such as a breed and a box.
//!
//! A row of outputs is the first target's numbers, then the second's. A metric of either target is passed its part of the row, with
//! a pick of that part's own.

use firelight_costs::Decision;
use firelight_vocab::Vocab;

use crate::{Accumulator, Better, Metric, Outcomes};

/// A metric of the first of two targets, to which the first `columns` numbers of a row belong. Its name stays; [`named`] gives another where
/// both targets have a metric of one name. Not defined where a row is shorter than that.
///
/// A decision with costs or thresholds applies to the target that has as many numbers as it has classes, and to masks, which decide
/// pixel by pixel ([`decided_codes`](crate::decided_codes)); of others the likeliest class is picked.
///
/// ```
/// use firelight_metrics::{Decision, PairMetric, accuracy, box_iou, first, measure, named, second};
///
/// // Two breeds and a box.
/// let rows = [[0.9, 0.1, -1.0, -1.0, 0.0, 1.0], [0.4, 0.6, 0.0, 0.0, 1.0, 1.0]];
/// let targets = [(0, Some([-1.0, -1.0, 0.0, 0.0])), (0, None)];
/// let breed: PairMetric<usize, Option<[f32; 4]>> = named(first(accuracy(), 2), "breed_accuracy");
/// assert_eq!(measure(breed, &rows, &targets, &Decision::Argmax), Some(0.5));
/// assert_eq!(measure(second(box_iou(), 2), &rows, &targets, &Decision::Argmax), Some(0.5));
/// ```
pub fn first<A: 'static, B: 'static>(metric: Box<dyn Metric<A>>, columns: usize) -> Box<dyn Metric<(A, B)>> {
    Box::new(Part {
        metric,
        columns,
        which: "first",
        row: |row, columns| row.get(..columns),
        target: |pair: &(A, B)| &pair.0,
    })
}

/// A metric of the second of two targets, to which all but the first `columns` numbers of a row belong; as [`first`].
///
/// ```
/// use firelight_metrics::{Decision, measure, mse, second};
///
/// let targets = [(0_usize, vec![0.5]), (1, vec![0.25])];
/// let value = measure(second(mse(), 2), &[[0.9, 0.1, 0.5], [0.4, 0.6, 0.75]], &targets, &Decision::Argmax);
/// assert_eq!(value, Some(0.125));
/// ```
pub fn second<A: 'static, B: 'static>(metric: Box<dyn Metric<B>>, columns: usize) -> Box<dyn Metric<(A, B)>> {
    Box::new(Part {
        metric,
        columns,
        which: "second",
        row: |row, columns| row.get(columns..),
        target: |pair: &(A, B)| &pair.1,
    })
}

/// A metric under another name, for a table that has two of one name.
///
/// ```
/// use firelight_metrics::{ClassMetric, accuracy, named};
///
/// let metric: ClassMetric = named(accuracy(), "breed");
/// assert_eq!((metric.name(), metric.describe()), ("breed".into(), "breed: accuracy".into()));
/// ```
pub fn named<T: 'static>(metric: Box<dyn Metric<T>>, name: impl Into<String>) -> Box<dyn Metric<T>> {
    Box::new(Named { metric, name: name.into() })
}

/// A metric of a target `P` that is a part of `T`.
struct Part<T, P> {
    metric: Box<dyn Metric<P>>,
    columns: usize,
    which: &'static str,
    row: fn(&[f32], usize) -> Option<&[f32]>,
    target: fn(&T) -> &P,
}

impl<T, P> Metric<T> for Part<T, P> {
    fn name(&self) -> String {
        self.metric.name()
    }

    fn describe(&self) -> String {
        format!("{} of the {} target, {} numbers are the first's", self.metric.describe(), self.which, self.columns)
    }

    fn better(&self) -> Better {
        self.metric.better()
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        Box::new(Passing { part: self, to: self.metric.start(), fits: true })
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.metric.vocab()
    }

    fn reads_decided(&self) -> bool {
        false
    }
}

struct Passing<'a, T, P> {
    part: &'a Part<T, P>,
    to: Box<dyn Accumulator<P> + 'a>,
    fits: bool,
}

impl<T, P> Accumulator<T> for Passing<'_, T, P> {
    /// One example at a time: their parts of the rows do not lie beside each other, nor do their targets.
    fn update(&mut self, outcomes: &Outcomes<T>) {
        let Part { metric, columns, row: cut, target: of, .. } = self.part;
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            let Some(outputs) = cut(row, *columns) else {
                self.fits = false;
                continue;
            };
            let is_ours = |vocab: &Vocab| !metric.reads_decided() || vocab.len() == outputs.len();
            let decision =
                if outcomes.decision.vocab().is_none_or(is_ours) { outcomes.decision } else { &Decision::Argmax };
            let picked = if metric.reads_decided() { decision.best(outputs) } else { None };
            let decided = &[picked.unwrap_or_default()];
            let targets = std::slice::from_ref(of(target));
            self.to.update(&Outcomes { outputs, columns: outputs.len(), targets, decided, decision });
        }
    }

    fn value(&self) -> Option<f64> {
        self.to.value().filter(|_| self.fits)
    }
}

struct Named<T> {
    metric: Box<dyn Metric<T>>,
    name: String,
}

impl<T> Metric<T> for Named<T> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn describe(&self) -> String {
        format!("{}: {}", self.name, self.metric.describe())
    }

    fn better(&self) -> Better {
        self.metric.better()
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        self.metric.start()
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.metric.vocab()
    }

    fn reads_decided(&self) -> bool {
        self.metric.reads_decided()
    }
}
