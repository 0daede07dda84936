//! A number that a schedule turns while an optimizer reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A shared `f64`. burn's optimizers own their settings, so a momentum that changes from step to step has to live in a
/// cell beside them.
///
/// ```
/// use firelight_learner::optim::Dial;
///
/// let momentum = Dial::new(0.9);
/// let same = momentum.clone();
/// momentum.turn(0.85);
/// assert_eq!(same.read(), 0.85);
/// ```
#[derive(Debug, Clone)]
pub struct Dial(Arc<AtomicU64>);

impl Dial {
    /// A dial that shows `value`.
    pub fn new(value: f64) -> Self {
        Self(Arc::new(AtomicU64::new(value.to_bits())))
    }

    /// What it shows.
    pub fn read(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Turns it to `value`, for all who share it.
    pub fn turn(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}
