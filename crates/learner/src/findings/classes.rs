//! One class an item.

use std::fmt;

use firelight_costs::HeldOut;
use firelight_datablock::{Categories, Item};
use firelight_losses::{CostError, CostMatrix, Decision};
use firelight_metrics::{ClassReport, ClassScores, MetricError};
use firelight_plots::confusion;
use firelight_vocab::{Groups, Vocab};
use image::RgbImage;

use super::kind::{Findings, Section, Table, WORST, cell};
use super::sure::SureReport;
use crate::{Part, Predictions, SeenItem, Trusted};

/// What is found of one class an item.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// for pair in seen.most_confused(2) {
///     println!("{} taken for {}: {} times", pair.actual, pair.predicted, pair.times);
/// }
/// println!("{}", seen.class_report());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClassFindings {
    vocab: Vocab,
    decision: Decision,
    predictions: Predictions<usize>,
    /// The outputs before the calibration, row after row; empty without one.
    uncalibrated: Vec<f32>,
    /// How many training items have each class.
    train: Vec<usize>,
    trusted: Trusted,
    part: Part,
}

/// How much it is about, without the data.
impl fmt::Debug for ClassFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { predictions, .. } = self;
        let right = predictions.targets.iter().zip(&predictions.decided).filter(|(actual, decided)| actual == decided);
        let (examples, right) = (predictions.items.len(), right.count());
        f.debug_struct("ClassFindings").field("examples", &examples).field("right", &right).finish_non_exhaustive()
    }
}

/// Two classes of which one was taken for the other; see [`ClassFindings::most_confused`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfusedPair<'a> {
    /// The class that it was.
    pub actual: &'a str,
    /// The class that was picked.
    pub predicted: &'a str,
    /// How often.
    pub times: usize,
}

/// A confused pair and what it cost; see [`ClassFindings::most_costly`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostlyPair<'a> {
    /// The pair.
    pub pair: ConfusedPair<'a>,
    /// What its mistakes cost in all.
    pub cost: f64,
}

impl<I: Item + ?Sized> Findings<Categories<I>> for ClassFindings {
    fn start(fitted: &Categories<I>, decision: &Decision, train: &[usize]) -> Self {
        let vocab = fitted.vocab().clone();
        let decision = decision.about(&vocab, &Decision::Argmax).clone();
        Self {
            train: counted(&vocab, train),
            vocab,
            decision,
            predictions: Predictions::default(),
            uncalibrated: Vec::new(),
            trusted: Trusted::default(),
            part: Part::default(),
        }
    }

    fn trusting(self, trusted: &Trusted, part: Part) -> Self {
        Self { trusted: trusted.clone(), part, ..self }
    }

    fn add(&mut self, seen: &SeenItem<usize>) -> Result<(), MetricError> {
        self.predictions.push(seen, self.decision.best(seen.outputs).unwrap_or_default());
        if self.trusted.trust().calibration.is_some() {
            self.uncalibrated.extend(seen.uncalibrated);
        }
        Ok(())
    }

    fn sections(&self, _name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let report = self.class_report();
        let row = |(row, trained): (&ClassScores, &usize)| {
            let [precision, recall, f1] = [row.precision, row.recall, row.f1].map(cell);
            [row.name.clone(), trained.to_string(), row.examples.to_string(), precision, recall, f1]
        };
        let columns = ["class", "training", "items", "precision", "recall", "F1"];
        let table = Table::new(columns, report.classes.iter().zip(&self.train).map(row));
        let pairs = self
            .most_confused(1)
            .into_iter()
            .take(WORST)
            .map(|pair| [format!("{} taken for {}", pair.actual, pair.predicted), pair.times.to_string()]);
        let mut sections = vec![
            Section::new("Classes").with_table("Each class as the decision picks it", table),
            Section::new("Confusion")
                .with_table("Classes that are taken for one another most", Table::new(["items of", "how many"], pairs))
                .with_picture(
                    "Items of each class (rows) that are picked as each class (columns)",
                    self.plot_confusion(None),
                ),
        ];
        sections.extend(self.sure_section());
        sections
    }

    fn one_class(&self) -> Option<&ClassFindings> {
        Some(self)
    }
}

impl ClassFindings {
    /// The classes.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// The predictions themselves.
    pub fn predictions(&self) -> &Predictions<usize> {
        &self.predictions
    }

    /// How many examples of each actual class (row) were taken for each class (column).
    pub fn confusion(&self) -> Vec<Vec<usize>> {
        let classes = self.vocab().len();
        let mut counts = vec![vec![0; classes]; classes];
        for (&actual, &predicted) in self.predictions.targets.iter().zip(&self.predictions.decided) {
            counts[actual][predicted] += 1;
        }
        counts
    }

    /// Pairs of different classes that were confused at least `at_least` times, most first, ties in the order of the classes.
    pub fn most_confused(&self, at_least: usize) -> Vec<ConfusedPair<'_>> {
        let names = self.vocab();
        let mut pairs = Vec::new();
        for (actual, row) in self.confusion().into_iter().enumerate() {
            for (predicted, times) in row.into_iter().enumerate() {
                if actual != predicted && times >= at_least.max(1) {
                    pairs.push(ConfusedPair { actual: &names[actual], predicted: &names[predicted], times });
                }
            }
        }
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.times));
        pairs
    }

    /// Pairs of different classes that were confused, with what that cost in all, costliest first.
    ///
    /// # Errors
    ///
    /// What the costs are refused for, or [`CostError::NamesDiffer`] unless they name exactly the classes.
    pub fn most_costly(&self, cost: &CostMatrix) -> Result<Vec<CostlyPair<'_>>, CostError> {
        let cost = cost.align(self.vocab())?;
        let mut pairs: Vec<_> = self
            .most_confused(1)
            .into_iter()
            .map(|pair| {
                let cost = pair.times as f64 * cost.matrix().get(pair.actual, pair.predicted)?;
                Ok(CostlyPair { pair, cost })
            })
            .collect::<Result<_, CostError>>()?;
        pairs.sort_by(|a, b| b.cost.total_cmp(&a.cost));
        Ok(pairs)
    }

    /// How many examples were predicted at each cost, right ones at 0 first: how severe mistakes are, not only on average.
    ///
    /// # Errors
    ///
    /// As [`most_costly`](Self::most_costly).
    pub fn cost_histogram(&self, cost: &CostMatrix) -> Result<Vec<(f64, usize)>, CostError> {
        let cost = cost.align(self.vocab())?;
        let pairs = self.predictions.targets.iter().zip(&self.predictions.decided);
        let mut costs: Vec<f64> = pairs.map(|(&actual, &predicted)| cost.matrix().value(actual, predicted)).collect();
        costs.sort_by(f64::total_cmp);
        let equal = |a: &f64, b: &f64| a.total_cmp(b).is_eq();
        Ok(costs.chunk_by(equal).map(|same| (same[0], same.len())).collect())
    }

    /// Precision, recall and F1 of every class.
    pub fn class_report(&self) -> ClassReport {
        let pairs = self.predictions.targets.iter().copied().zip(self.predictions.decided.iter().copied());
        ClassReport::of(self.vocab(), pairs)
    }

    /// The confusion matrix, in the order of `groups`, if given: rows are actual, columns predicted classes.
    pub fn plot_confusion(&self, groups: Option<&Groups>) -> RgbImage {
        let names = |groups: &Groups| groups.of_classes().iter().map(|&group| groups.names()[group].clone()).collect();
        let groups: Option<Vec<String>> = groups.map(names);
        confusion(self.vocab().names(), &self.confusion(), groups.as_deref())
    }

    /// How sure the model is, and whether it may be: of probabilities before and after the calibration in place, of the sets and of the nodes.
    /// What was fitted on this part of the data is judged out of fold. `None` without items, or where outputs are no probabilities.
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::{Learner, LearnerError};
    /// # fn look(learn: Learner<Categories>) -> Result<(), LearnerError> {
    /// if let Some(report) = learn.interpret()?.sure_report() {
    ///     println!("{report}");
    ///     report.plot_reliability().save("reliability.png").ok();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn sure_report(&self) -> Option<SureReport> {
        let Self { vocab, predictions, trusted, part, .. } = self;
        let held = |outputs: &[f32]| {
            let rows: Vec<&[f32]> = outputs.chunks(vocab.len().max(1)).collect();
            HeldOut::of_probabilities(vocab, &rows, &predictions.targets).ok()
        };
        let now = held(&predictions.outputs)?;
        let before = match trusted.trust().calibration {
            Some(_) => Some(held(&self.uncalibrated)?),
            None => None,
        };
        SureReport::of(before.as_ref().unwrap_or(&now), &now, trusted, *part)
    }

    /// The report on how sure the model is, for a page.
    pub(crate) fn sure_section(&self) -> Option<Section> {
        self.sure_report().map(|report| report.section())
    }

    /// How many items of the training part have each class.
    pub(crate) fn trained(&self) -> &[usize] {
        &self.train
    }
}

/// How many of the targets are of each class.
pub(crate) fn counted(vocab: &Vocab, targets: &[usize]) -> Vec<usize> {
    let mut counts = vec![0; vocab.len()];
    for &class in targets {
        counts[class] += 1;
    }
    counts
}
