//! A number of an epoch that is watched.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Better, EpochRow, LearnerError};

/// A number of an epoch that is watched, to choose the best model, to stop early or to lower the rates.
///
/// A string is a loss (`"train_loss"`, `"valid_loss"`) or a metric by its name. A metric knows which way it gets better
/// ([`Metric::better`](crate::Metric::better)); [`Least`](Self::Least) and [`Most`](Self::Most) say otherwise. A metric that the
/// learner does not have is refused when a fit starts.
///
/// ```
/// use firelight_learner::Monitor;
///
/// assert_eq!(Monitor::from("valid_loss"), Monitor::ValidLoss);
/// assert_eq!(Monitor::from("error_rate"), Monitor::Metric("error_rate".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Monitor {
    /// The smoothed training loss.
    TrainLoss,
    /// The validation loss.
    ValidLoss,
    /// A metric, better the way it says.
    Metric(String),
    /// A metric of which less is better here, whatever it says.
    Least(String),
    /// A metric of which more is better here, whatever it says.
    Most(String),
}

impl Monitor {
    /// The metric's name, if it is a metric.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Self::Metric(name) | Self::Least(name) | Self::Most(name) => Some(name),
            Self::TrainLoss | Self::ValidLoss => None,
        }
    }

    /// Whether a fit with these metrics has what `setting` watches.
    pub(crate) fn check(&self, setting: &'static str, metrics: &[String]) -> Result<(), LearnerError> {
        match self.metric() {
            Some(name) if !metrics.iter().any(|metric| metric == name) => {
                let value = format!("the metric {name:?}");
                Err(LearnerError::Setting { setting, value, remedy: "watch one of the learner's metrics" })
            }
            _ => Ok(()),
        }
    }

    /// What to look at among these columns of a fit; `None` if there is no such metric.
    pub fn watch(&self, metrics: &[String], better: &[Better]) -> Option<Watch> {
        let column = |name: &str| metrics.iter().position(|metric| metric == name);
        let (number, better) = match self {
            Self::TrainLoss => (Number::TrainLoss, Better::Less),
            Self::ValidLoss => (Number::ValidLoss, Better::Less),
            Self::Metric(name) => {
                let column = column(name)?;
                (Number::Metric(column), *better.get(column)?)
            }
            Self::Least(name) => (Number::Metric(column(name)?), Better::Less),
            Self::Most(name) => (Number::Metric(column(name)?), Better::More),
        };
        Some(Watch { number, better })
    }
}

/// The name of what is watched.
impl fmt::Display for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrainLoss => "train_loss",
            Self::ValidLoss => "valid_loss",
            Self::Metric(name) | Self::Least(name) | Self::Most(name) => name,
        })
    }
}

impl From<&str> for Monitor {
    fn from(name: &str) -> Self {
        match name {
            "train_loss" => Self::TrainLoss,
            "valid_loss" => Self::ValidLoss,
            _ => Self::Metric(name.into()),
        }
    }
}

/// A [`Monitor`] that knows its fit: where its number is in a row, and which way it gets better.
///
/// ```
/// use firelight_learner::{Better, EpochRow, Monitor};
///
/// let watch = Monitor::from("ece").watch(&["ece".into()], &[Better::Less]).expect("a metric of the fit");
/// let row = EpochRow { epoch: 0, steps: 9, train_loss: 1.2, valid_loss: Some(1.0), metrics: vec![Some(0.1)], seconds: 3.0 };
/// assert_eq!(watch.value(&row), Some(0.1));
/// assert!(watch.is_better(0.05, 0.1, 0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    number: Number,
    better: Better,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    TrainLoss,
    ValidLoss,
    Metric(usize),
}

impl Watch {
    /// The number in an epoch's row; `None` where it is not defined, or NaN.
    pub fn value(self, row: &EpochRow) -> Option<f64> {
        let value = match self.number {
            Number::TrainLoss => Some(row.train_loss),
            Number::ValidLoss => row.valid_loss,
            Number::Metric(column) => row.metrics.get(column).copied().flatten(),
        };
        value.filter(|value| !value.is_nan())
    }

    /// Whether `value` is better than `best` by more than `min_delta`.
    pub fn is_better(self, value: f64, best: f64, min_delta: f64) -> bool {
        match self.better {
            Better::More => value - min_delta > best,
            Better::Less => value + min_delta < best,
        }
    }
}

/// The best value so far, and for how many epochs there was none better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Patience {
    pub best: Option<f64>,
    pub waited: usize,
}

impl Patience {
    /// Takes an epoch into account; gives the epochs waited, 0 for a new best one.
    pub fn look(&mut self, watch: Watch, min_delta: f64, row: &EpochRow) -> usize {
        let value = watch.value(row);
        let better = value.is_some_and(|value| self.best.is_none_or(|best| watch.is_better(value, best, min_delta)));
        if better {
            (self.best, self.waited) = (value, 0);
        } else {
            self.waited += 1;
        }
        self.waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64) -> EpochRow {
        EpochRow {
            epoch: 0,
            steps: 0,
            train_loss: 0.0,
            valid_loss: Some(value),
            metrics: vec![Some(value)],
            seconds: 0.0,
        }
    }

    /// B35, F13: a first value that is no number is not the best, whichever way is better, and infinite ones are numbers.
    #[test]
    fn no_number_is_never_the_best() {
        for (better, values) in [(Better::More, [0.5, 0.7, 0.9]), (Better::Less, [0.9, 0.7, 0.5])] {
            let watch = Monitor::from("own").watch(&["own".into()], &[better]).expect("a metric");
            let mut patience = Patience::default();
            assert_eq!(patience.look(watch, 0.0, &row(f64::NAN)), 1);
            for value in values {
                assert_eq!(patience.look(watch, 0.0, &row(value)), 0, "{better:?} {value}");
            }
            assert_eq!(patience.look(watch, 0.0, &row(f64::NAN)), 1);
            assert_eq!(patience.best, Some(values[2]));
        }
        let watch = Monitor::ValidLoss.watch(&[], &[]).expect("a loss");
        let mut patience = Patience::default();
        // Nothing counts in the first epoch.
        assert_eq!(patience.look(watch, 0.0, &EpochRow { valid_loss: None, ..row(0.0) }), 1);
        assert_eq!(patience.look(watch, 0.0, &row(f64::INFINITY)), 0);
        assert_eq!(patience.look(watch, 0.0, &row(3.0)), 0);
    }
}
