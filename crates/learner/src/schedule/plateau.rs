//! Lower rates when nothing improves any more.

use serde::{Deserialize, Serialize};

use crate::EpochRow;

/// Words in the names of metrics of which less is better.
const LESS_IS_BETTER: [&str; 6] = ["loss", "error", "cross_group", "severity", "mse", "mae"];

/// Divides the rates when a number has not improved for some epochs: fastai's `ReduceLROnPlateau`, as a part of a
/// [`Schedule`](super::Schedule).
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | [`with_monitor`](Self::with_monitor) | validation loss, lower is better | what is watched |
/// | [`with_patience`](Self::with_patience) | 1 | epochs without improvement before the rates go down |
/// | [`with_factor`](Self::with_factor) | 10 | what they are divided by |
/// | [`with_least_rate`](Self::with_least_rate) | 0 | no rate goes below this |
/// | [`with_min_delta`](Self::with_min_delta) | 0 | by how much a value must be better than the best |
///
/// ```
/// use firelight_learner::{Plateau, Schedule};
///
/// let schedule = Schedule::constant().with_plateau(Plateau::new().with_patience(2));
/// # let _ = schedule;
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    monitor: Monitor,
    patience: usize,
    factor: f64,
    least_rate: f64,
    min_delta: f64,
}

impl Plateau {
    /// fastai's defaults.
    pub fn new() -> Self {
        Self { monitor: Monitor::ValidLoss, patience: 1, factor: 10.0, least_rate: 0.0, min_delta: 0.0 }
    }

    /// What is watched.
    pub fn with_monitor(mut self, monitor: impl Into<Monitor>) -> Self {
        self.monitor = monitor.into();
        self
    }

    /// Epochs without improvement before the rates go down; at least 1.
    pub fn with_patience(mut self, epochs: usize) -> Self {
        self.patience = epochs.max(1);
        self
    }

    /// What the rates are divided by; over 1.
    pub fn with_factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// The rate that no group goes below.
    pub fn with_least_rate(mut self, rate: f64) -> Self {
        self.least_rate = rate;
        self
    }

    /// By how much a value must be better than the best one to count.
    pub fn with_min_delta(mut self, delta: f64) -> Self {
        self.min_delta = delta;
        self
    }

    /// What is watched.
    pub fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    /// `rate` after the rates were divided `times` times.
    pub(crate) fn lower(&self, rate: f64, times: u32) -> f64 {
        if times == 0 { rate } else { (rate / self.factor.powi(times as i32)).max(self.least_rate.min(rate)) }
    }

    /// Looks at an epoch and says whether the rates are to go down.
    pub(crate) fn look(&self, patience: &mut Patience, row: &EpochRow, metrics: &[String]) -> bool {
        let waited = patience.look(&self.monitor, self.min_delta, row, metrics);
        let down = waited >= self.patience;
        if down {
            patience.waited = 0;
        }
        down
    }
}

impl Default for Plateau {
    fn default() -> Self {
        Self::new()
    }
}

/// A number of an epoch that is watched, and which way it gets better.
///
/// A string is a metric by its name: `train_loss` and `valid_loss` are the losses; of a metric whose name has `loss`, `error`,
/// `cross_group`, `severity`, `mse` or `mae` in it less is better, of all others more.
///
/// ```
/// use firelight_learner::Monitor;
///
/// assert_eq!(Monitor::from("valid_loss"), Monitor::ValidLoss);
/// assert_eq!(Monitor::from("error_rate"), Monitor::Least("error_rate".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Monitor {
    /// The smoothed training loss.
    TrainLoss,
    /// The validation loss.
    ValidLoss,
    /// A metric of which less is better.
    Least(String),
    /// A metric of which more is better.
    Most(String),
}

impl Monitor {
    /// Its value in an epoch's row; `None` if there is no such metric, or it was not defined.
    pub fn value(&self, row: &EpochRow, metrics: &[String]) -> Option<f64> {
        match self {
            Self::TrainLoss => Some(row.train_loss),
            Self::ValidLoss => Some(row.valid_loss),
            Self::Least(name) | Self::Most(name) => {
                *row.metrics.get(metrics.iter().position(|metric| metric == name)?)?
            }
        }
    }

    /// Whether `value` is better than `best` by more than `min_delta`.
    pub fn is_better(&self, value: f64, best: f64, min_delta: f64) -> bool {
        match self {
            Self::Most(_) => value - min_delta > best,
            _ => value + min_delta < best,
        }
    }

    /// The metric's name, if it is a metric.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Self::Least(name) | Self::Most(name) => Some(name),
            Self::TrainLoss | Self::ValidLoss => None,
        }
    }
}

impl From<&str> for Monitor {
    fn from(name: &str) -> Self {
        match name {
            "train_loss" => Self::TrainLoss,
            "valid_loss" => Self::ValidLoss,
            _ if LESS_IS_BETTER.iter().any(|word| name.contains(word)) => Self::Least(name.into()),
            _ => Self::Most(name.into()),
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
    pub fn look(&mut self, monitor: &Monitor, min_delta: f64, row: &EpochRow, metrics: &[String]) -> usize {
        let value = monitor.value(row, metrics);
        let better = |best: f64| value.is_some_and(|value| monitor.is_better(value, best, min_delta));
        if self.best.map_or(value.is_some(), better) {
            (self.best, self.waited) = (value, 0);
        } else {
            self.waited += 1;
        }
        self.waited
    }
}
