//! The best model of a fit.

use std::fmt;

use crate::schedule::Patience;
use crate::{EpochRow, LearnerError, Monitor, Watch};
use firelight_models::Model;

/// Which model of a fit is kept: fastai's `SaveModelCallback`.
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | [`new`](Self::new) | validation loss | what says which epoch's model is the best |
/// | [`with_restore`](Self::with_restore) | `true` | whether the learner ends the fit with it |
/// | [`with_min_delta`](Self::with_min_delta) | 0 | by how much a value must be better than the best |
///
/// ```
/// use firelight_learner::KeepBest;
///
/// let best = KeepBest::new("accuracy");
/// # let _ = best;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct KeepBest {
    pub(crate) monitor: Monitor,
    pub(crate) restore: bool,
    min_delta: f64,
}

impl KeepBest {
    /// The model of the epoch with the best value of `monitor`: a metric's name, or `"valid_loss"`.
    pub fn new(monitor: impl Into<Monitor>) -> Self {
        Self { monitor: monitor.into(), restore: true, min_delta: 0.0 }
    }

    /// Whether the learner has the best model at the end of the fit, and not the last one.
    pub fn with_restore(mut self, restore: bool) -> Self {
        self.restore = restore;
        self
    }

    /// By how much a value must be better than the best one to count.
    pub fn with_min_delta(mut self, delta: f64) -> Self {
        self.min_delta = delta;
        self
    }

    /// Whether a fit with these metrics can choose by it.
    pub(crate) fn check(&self, metrics: &[String]) -> Result<(), LearnerError> {
        self.monitor.check("best model", metrics)?;
        if self.min_delta.is_finite() && self.min_delta >= 0.0 {
            return Ok(());
        }
        let value = format!("a least improvement of {}", self.min_delta);
        Err(LearnerError::Setting { setting: "best model", value, remedy: "give a number of at least 0" })
    }
}

/// `valid_loss, restored`: all that it is told, for what a run is compared by.
impl fmt::Display for KeepBest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let restored = if self.restore { "restored" } else { "not restored" };
        write!(f, "{:?} better by {}, {restored}", self.monitor, self.min_delta)
    }
}

/// The best model so far.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{KeepBest, Learner, LearnerError};
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let mut learn = learn.with_best(KeepBest::new("accuracy").with_restore(false));
/// learn.fit_one_cycle(10, 1e-3)?;
/// if let Some(best) = learn.best() {
///     println!("epoch {} was the best", best.row.epoch);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Best<M> {
    /// The model, on the plain device, with its norms' running statistics.
    pub model: M,
    /// The row of its epoch.
    pub row: EpochRow,
}

impl<M: Model> Best<M> {
    /// Puts `model` into `best` if its epoch is a better one.
    pub(crate) fn keep(
        best: &mut Option<Box<Self>>,
        keep: &KeepBest,
        patience: &mut Patience,
        watch: Watch,
        model: &M,
        row: &EpochRow,
    ) {
        if patience.look(watch, keep.min_delta, row) == 0 {
            *best = Some(Box::new(Self { model: model.valid(), row: row.clone() }));
        }
    }
}
