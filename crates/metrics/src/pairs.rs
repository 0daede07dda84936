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
/// A decision with costs or thresholds is for the classes that it names: it applies to a metric of exactly these ([`Metric::vocab`];
/// [`of_classes`] tells a metric that does not know its own). Others have what they have otherwise ([`Metric::otherwise`]), even where
/// there are equally many classes.
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

/// A metric of a target of these classes. Of a pair, a decision with costs or thresholds for them then applies to it; and a learner
/// compares them with its data's.
///
/// ```
/// use firelight_metrics::{CostMatrix, Decision, PairMetric, Vocab, accuracy, first, measure, of_classes, second};
///
/// let (breeds, coats) = (Vocab::from_labels(["beagle", "pug"]), Vocab::from_labels(["long", "short"]));
/// let cost = CostMatrix::from_fn(&breeds, |actual, picked| match (actual, picked) { ("pug", "beagle") => 9.0, _ => f64::from(actual != picked) });
/// let careful = Decision::minimum_risk(&cost, &breeds)?;
/// let (row, target) = ([[0.6, 0.4, /* coats */ 0.6, 0.4]], [(1, 0)]);
/// let breed: PairMetric<usize, usize> = first(of_classes(accuracy(), &breeds), 2);
/// let coat: PairMetric<usize, usize> = second(of_classes(accuracy(), &coats), 2);
/// assert_eq!(measure(breed, &row, &target, &careful), Some(1.0)); // the pug, by its costs
/// assert_eq!(measure(coat, &row, &target, &careful), Some(1.0)); // the long coat, the likeliest
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn of_classes<T: 'static>(metric: Box<dyn Metric<T>>, classes: &Vocab) -> Box<dyn Metric<T>> {
    Box::new(Told { metric, name: None, classes: Some(classes.clone()) })
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
    Box::new(Told { metric, name: Some(name.into()), classes: None })
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

    fn otherwise(&self) -> Decision {
        self.metric.otherwise()
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
        let otherwise = metric.otherwise();
        let decision = match (outcomes.decision.vocab(), metric.vocab()) {
            (None, _) => outcomes.decision,
            (Some(_), Some(ours)) => outcomes.decision.about(ours, &otherwise),
            (Some(_), None) => &otherwise,
        };
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            let Some(outputs) = cut(row, *columns) else {
                self.fits = false;
                continue;
            };
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

/// A metric with what it does not say itself.
struct Told<T> {
    metric: Box<dyn Metric<T>>,
    name: Option<String>,
    classes: Option<Vocab>,
}

impl<T> Metric<T> for Told<T> {
    fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.metric.name())
    }

    fn describe(&self) -> String {
        let described = self.metric.describe();
        match &self.name {
            Some(name) => format!("{name}: {described}"),
            None => described,
        }
    }

    fn better(&self) -> Better {
        self.metric.better()
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        self.metric.start()
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.classes.as_ref().or_else(|| self.metric.vocab())
    }

    fn reads_decided(&self) -> bool {
        self.metric.reads_decided()
    }

    fn otherwise(&self) -> Decision {
        self.metric.otherwise()
    }
}
