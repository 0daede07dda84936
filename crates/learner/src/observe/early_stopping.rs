//! Stopping when nothing improves.

use super::{Event, Flow, Observer};
use crate::Monitor;
use crate::schedule::Patience;

/// Stops a fit when a number has not improved for some epochs: fastai's `EarlyStoppingCallback`.
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | [`new`](Self::new) | validation loss | what is watched; a metric that the learner does not have never improves |
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
    metrics: Vec<String>,
    seen: Patience,
}

impl EarlyStopping {
    /// Watches `monitor`: a metric's name, or `"valid_loss"`.
    pub fn new(monitor: impl Into<Monitor>) -> Self {
        Self { monitor: monitor.into(), patience: 1, min_delta: 0.0, metrics: Vec::new(), seen: Patience::default() }
    }

    /// Epochs without improvement before it stops; at least 1.
    pub fn with_patience(mut self, epochs: usize) -> Self {
        self.patience = epochs.max(1);
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
            Event::Start { metrics, .. } => (self.metrics, self.seen) = (metrics.to_vec(), Patience::default()),
            Event::Epoch(row) => {
                if self.seen.look(&self.monitor, self.min_delta, row, &self.metrics) >= self.patience {
                    return Flow::Stop;
                }
            }
            Event::Step(_) | Event::End => {}
        }
        Flow::Continue
    }
}
