//! Lower rates when nothing improves any more.

use serde::{Deserialize, Serialize};

use super::{Monitor, Patience, Watch};
use crate::EpochRow;

/// Divides the rates when a number has not improved for some epochs: fastai's `ReduceLROnPlateau`, as a part of a
/// [`Schedule`](super::Schedule).
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | [`with_monitor`](Self::with_monitor) | validation loss | what is watched |
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

    /// Epochs without improvement before the rates go down; a fit refuses 0.
    pub fn with_patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// What the rates are divided by; a fit refuses all but finite numbers over 1 (`PyTorch` and Keras multiply, by 0.1).
    pub fn with_factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// The rate that no group goes below, at least 0.
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

    /// A setting that makes no sense.
    pub(super) fn problem(&self) -> Option<String> {
        let Self { patience, factor, least_rate, min_delta, .. } = self;
        if !(*factor > 1.0 && factor.is_finite()) {
            return Some(format!("a plateau that divides the rates by {factor}"));
        }
        if *patience == 0 {
            return Some("a plateau with a patience of 0 epochs".into());
        }
        let wrong = |value: f64| !(value.is_finite() && value >= 0.0);
        if wrong(*least_rate) {
            return Some(format!("a plateau with a least rate of {least_rate}"));
        }
        wrong(*min_delta).then(|| format!("a plateau with a least improvement of {min_delta}"))
    }

    /// Looks at an epoch and says whether the rates are to go down.
    pub(crate) fn look(&self, patience: &mut Patience, watch: Watch, row: &EpochRow) -> bool {
        let waited = patience.look(watch, self.min_delta, row);
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
