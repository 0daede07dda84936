//! Sets of classes that hold the actual one as often as was promised.

mod rule;

use std::fmt;

use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

pub use rule::SetRule;

use crate::matrix::short;
use crate::{CostError, Limit};

/// For one example the classes that it may be: as many as it takes for the actual class to be among them as often as was promised.
///
/// A [`SetRule`] fits them. A set of one class is an answer; one of three says what else it may be. They change neither the model nor its
/// probabilities. Where probabilities are calibrated first, sets are fitted on calibrated ones, and of others than those the calibration
/// was fitted on ([`HeldOut::split`](crate::HeldOut::split)).
///
/// ```
/// use firelight_costs::{HeldOut, Limit, SetRule, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog", "fox"]);
/// let rows = [[0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.1, 0.3, 0.6], [0.7, 0.2, 0.1]];
/// let held = HeldOut::of_probabilities(&vocab, &rows, &[0, 2, 2, 0])?;
/// let sets = SetRule::lac().fit(&held, Limit::on_average(0.2)?)?;
/// println!("{sets}");
/// assert_eq!(sets.of(&[0.1, 0.9, 0.0]), [1]);
/// assert_eq!(sets.of(&[0.05, 0.5, 0.45]), [1, 2]); // likeliest first
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Sets {
    vocab: Vocab,
    rule: SetRule,
    promise: Promise,
    limit: Limit,
    thresholds: Vec<Threshold>,
}

/// What is kept under the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Promise {
    /// How often the actual class is not in the set.
    Misses,
    /// What the nearest class in the set costs, as a share of the highest cost.
    Cost,
}

/// Up to which score classes are in a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Threshold {
    /// The class or group that it is of; none where there is one for all.
    name: Option<String>,
    /// How many examples it was fitted on.
    examples: usize,
    /// `None` where these were too few: then each class is in.
    highest: Option<f64>,
}

/// Scores that are equal but for the rounding of sums, or of a file that keeps one digit less, are equal.
pub(crate) const SLACK: f64 = 1e-12;

impl Sets {
    /// The numbers of the classes in the set, likeliest first; all of them where a probability is not a number.
    ///
    /// # Panics
    /// If there is not one probability for each class.
    pub fn of(&self, probabilities: &[f32]) -> Vec<usize> {
        let (given, classes) = (probabilities.len(), self.vocab.len());
        assert!(given == classes, "there are {given} probabilities and sets of {classes} classes");
        if probabilities.iter().any(|probability| probability.is_nan()) {
            return (0..classes).collect();
        }
        let inside = |(class, score): &(usize, f64)| {
            let threshold = self.thresholds.get(self.rule.part_of(*class));
            threshold.and_then(|threshold| threshold.highest).is_none_or(|highest| *score <= highest + SLACK)
        };
        self.rule.scored(probabilities).into_iter().filter(inside).map(|(class, _)| class).collect()
    }

    /// The classes, in the order of the probabilities.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// What was promised: how often the actual class is not in the set, or, of a limit of cost, what the nearest class in it costs as a share
    /// of the highest cost.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// What was promised, in words: `without the actual class: at most 0.1 on average`.
    pub fn promise(&self) -> String {
        match self.promise {
            Promise::Misses => format!("without the actual class: {}", self.limit),
            Promise::Cost => format!("whose nearest class costs, as a share of the highest cost: {}", self.limit),
        }
    }
}

/// A line that says what is promised, then one for each threshold.
impl fmt::Display for Sets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sets {}; {}", self.promise(), self.rule)?;
        for Threshold { name, examples, highest } in &self.thresholds {
            let name = name.as_deref().unwrap_or("all classes");
            match highest {
                Some(highest) if *highest < 0.0 => write!(f, "\n{name}: in where likeliest ({examples} examples)")?,
                Some(highest) => write!(f, "\n{name}: up to {} ({examples} examples)", short(*highest))?,
                None => write!(f, "\n{name}: always in, since {examples} examples are too few")?,
            }
        }
        Ok(())
    }
}

/// Sets in a file, which may be anything.
#[derive(Deserialize)]
#[serde(rename = "Sets")]
struct Stored {
    vocab: Vocab,
    rule: SetRule,
    promise: Promise,
    limit: Limit,
    thresholds: Vec<Threshold>,
}

impl TryFrom<Stored> for Sets {
    type Error = CostError;

    fn try_from(Stored { vocab, rule, promise, limit, thresholds }: Stored) -> Result<Self, CostError> {
        let number = |threshold: &Threshold| threshold.highest.is_none_or(f64::is_finite);
        let classes = vocab.len();
        if rule.aligned(&vocab)?.parts(&vocab).ok() != Some(thresholds.len()) || !thresholds.iter().all(number) {
            return Err(CostError::NoSets { classes });
        }
        Ok(Self { vocab, rule, promise, limit, thresholds })
    }
}
