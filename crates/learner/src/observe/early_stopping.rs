//! Stopping when nothing improves.

use super::{Event, Flow, Observer};
use crate::schedule::Patience;
use crate::{LearnerError, Monitor, Watch};

/// Stops a fit when a number has not improved for some epochs: fastai's `EarlyStoppingCallback`.
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | [`new`](Self::new) | validation loss | what is watched; a fit refuses a metric that the learner does not have |
/// | [`with_patience`](Self::with_patience) | 1 | epochs without improvement before it stops |
/// | [`with_min_delta`](Self::with_min_delta) | 0 | by how much a value must be better than the best |
///
/// Every fit starts anew.
///
/// ```
/// use firelight_learner::EarlyStopping;
///
/// let stop = EarlyStopping::new("accuracy").with_patience(3);
/// # let _ = stop;
/// ```
#[derive(Debug, Clone)]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    min_delta: f64,
    watch: Option<Watch>,
    seen: Patience,
}

impl EarlyStopping {
    /// Watches `monitor`: a metric's name, or `"valid_loss"`.
    pub fn new(monitor: impl Into<Monitor>) -> Self {
        Self { monitor: monitor.into(), patience: 1, min_delta: 0.0, watch: None, seen: Patience::default() }
    }

    /// Epochs without improvement before it stops; a fit refuses 0.
    pub fn with_patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// By how much a value must be better than the best one to count.
    pub fn with_min_delta(mut self, delta: f64) -> Self {
        self.min_delta = delta;
        self
    }
}

impl Observer for EarlyStopping {
    fn observe(&mut self, event: &Event) -> Flow {
        match event {
            Event::Start { metrics, better, .. } => {
                (self.watch, self.seen) = (self.monitor.watch(metrics, better), Patience::default());
            }
            Event::Epoch(row) => {
                let Some(watch) = self.watch else { return Flow::Continue };
                if self.seen.look(watch, self.min_delta, row) >= self.patience {
                    return Flow::Stop;
                }
            }
            _ => {}
        }
        Flow::Continue
    }

    fn check(&self, metrics: &[String]) -> Result<(), LearnerError> {
        self.monitor.check("early stopping", metrics)?;
        let Self { patience, min_delta, .. } = self;
        if *patience == 0 {
            let value = "a patience of 0 epochs".into();
            return Err(LearnerError::Setting {
                setting: "early stopping",
                value,
                remedy: "wait for an epoch at least",
            });
        }
        if !(min_delta.is_finite() && *min_delta >= 0.0) {
            let value = format!("a least improvement of {min_delta}");
            return Err(LearnerError::Setting {
                setting: "early stopping",
                value,
                remedy: "give a number of at least 0",
            });
        }
        Ok(())
    }

    fn reason(&self) -> Option<String> {
        let best = self.seen.best.map_or_else(|| "none".into(), |best| format!("{best:.6}"));
        Some(format!("{} has not improved for {} epoch(s), its best is {best}", self.monitor, self.seen.waited))
    }
}
