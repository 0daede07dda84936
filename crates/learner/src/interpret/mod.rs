//! Looking at what a model learned.

mod losses;
mod marked;
pub(crate) mod pages;
mod results;
mod run;

pub use losses::HighLoss;

use std::fmt;
use std::path::{Path, PathBuf};

use firelight_datablock::{Categories, Dataset, Item};
use firelight_losses::{CostError, CostMatrix};
use firelight_vocab::{Groups, Vocab};
use image::RgbImage;

use self::run::Run;
use crate::{Learner, LearnerError, Part, Predictions};
use firelight_metrics::ClassReport;
use firelight_models::Model;

/// Predictions over a part of the data with what they were about.
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
/// seen.save_report("out")?; // one page with all of it
/// # Ok(())
/// # }
/// ```
pub struct Interpretation<I: Item + ?Sized = Path> {
    dataset: Dataset<Categories<I>>,
    predictions: Predictions<usize>,
    pub(crate) run: Run<I>,
}

/// How much it is about, without the data.
impl<I: Item + ?Sized> fmt::Debug for Interpretation<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { predictions, .. } = self;
        let right = predictions.targets.iter().zip(&predictions.decided).filter(|(actual, decided)| actual == decided);
        let (examples, right) = (predictions.items.len(), right.count());
        f.debug_struct("Interpretation").field("examples", &examples).field("right", &right).finish_non_exhaustive()
    }
}

/// Two classes of which one was taken for the other; see [`Interpretation::most_confused`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfusedPair<'a> {
    /// The class that it was.
    pub actual: &'a str,
    /// The class that was picked.
    pub predicted: &'a str,
    /// How often.
    pub times: usize,
}

/// A confused pair and what it cost; see [`Interpretation::most_costly`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostlyPair<'a> {
    /// The pair.
    pub pair: ConfusedPair<'a>,
    /// What its mistakes cost in all.
    pub cost: f64,
}

/// An example with a high loss.
///
/// ```no_run
/// # use firelight_learner::Interpretation;
/// # fn look(seen: Interpretation) {
/// for mistake in seen.top_losses(9) {
///     let (predicted, actual) = (&seen.vocab()[mistake.predicted], &seen.vocab()[mistake.actual]);
///     println!("{}: {predicted} {:.2}, is {actual}", mistake.path.display(), mistake.predicted_probability);
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Mistake {
    /// The picture's file.
    pub path: PathBuf,
    /// The actual class.
    pub actual: usize,
    /// The class that was picked.
    pub predicted: usize,
    /// Probability of the actual class.
    pub actual_probability: f32,
    /// Probability of the picked class.
    pub predicted_probability: f32,
    /// Its loss.
    pub loss: f32,
    /// Its number in that part of the data.
    pub item: usize,
}

impl<I: Item + ?Sized, M: Model + Sync> Learner<Categories<I>, M> {
    /// Runs the model over the validation part and keeps what it says.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn interpret(&self) -> Result<Interpretation<I>, LearnerError> {
        self.interpret_on(Part::Valid)
    }

    /// Runs the model over a part of the data and keeps what it says.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub fn interpret_on(&self, part: Part) -> Result<Interpretation<I>, LearnerError> {
        let loader = self.task.part(part)?;
        let (evaluation, predictions) = self.task.predict(&self.state.model, &loader, 0, true)?;
        let run = Run::of(self, evaluation);
        Ok(Interpretation { dataset: loader.dataset().clone(), predictions, run })
    }
}

impl<I: Item + ?Sized> Interpretation<I> {
    /// The classes.
    pub fn vocab(&self) -> &Vocab {
        self.dataset.fitted().vocab()
    }

    /// Groups by which the run's page sorts and gathers the classes.
    pub fn with_groups(mut self, groups: &Groups) -> Self {
        self.run.groups = Some(groups.clone());
        self
    }

    /// A picture of an item of the validation part, small enough for a page.
    pub(crate) fn picture(&self, item: usize) -> Result<RgbImage, LearnerError> {
        pages::picture(&self.dataset, item)
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

    /// The `k` examples with the highest losses, highest first, with their files.
    pub fn top_losses(&self, k: usize) -> Vec<Mistake> {
        let losses = &self.predictions.losses;
        let mut order: Vec<usize> = (0..losses.len()).collect();
        order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]));
        order.truncate(k);
        order.into_iter().map(|row| self.mistake(row)).collect()
    }

    fn mistake(&self, row: usize) -> Mistake {
        let all = &self.predictions;
        let (actual, predicted, item) = (all.targets[row], all.decided[row], all.items[row]);
        let probabilities = all.row(row);
        Mistake {
            path: self.dataset.path(item).into_owned(),
            actual,
            predicted,
            actual_probability: probabilities[actual],
            predicted_probability: probabilities[predicted],
            loss: all.losses[row],
            item,
        }
    }
}
