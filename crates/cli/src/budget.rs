//! How many epochs fit into some minutes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use firelight::prelude::*;

/// Share of the time that is left for validation pictures, the report and the export.
const REST: f64 = 0.15;
/// Steps that are timed, after the first, which is slow.
const TIMED: usize = 4;
/// Epochs beyond which there is nothing to gain.
const MOST: usize = 60;

/// Times the steps of a fit and ends it.
#[derive(Debug, Clone, Default)]
pub struct Probe {
    steps: Arc<Mutex<Vec<Instant>>>,
}

impl Observer for Probe {
    fn observe(&mut self, event: &Event) -> Flow {
        let Event::Step(_) = event else { return Flow::Continue };
        let Ok(mut steps) = self.steps.lock() else { return Flow::Stop };
        steps.push(Instant::now());
        if steps.len() > TIMED { Flow::Stop } else { Flow::Continue }
    }
}

impl Probe {
    /// Seconds a step; of a fit with one step alone there is no telling.
    pub fn seconds(&self) -> Option<f64> {
        let steps = self.steps.lock().ok()?;
        let (first, last) = (steps.first()?, steps.last()?);
        (steps.len() > 1).then(|| last.duration_since(*first).as_secs_f64() / (steps.len() - 1) as f64)
    }
}

/// When a run should be done.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    begin: Instant,
    time: Duration,
}

impl Deadline {
    /// In so many minutes from `begin`.
    pub fn of(begin: Instant, minutes: f64) -> Result<Self> {
        let time = Duration::try_from_secs_f64(minutes * 60.0);
        Ok(Self { begin, time: time.map_err(|error| format!("train: {minutes} minutes: {error}; give some, as 10"))? })
    }

    /// Seconds for training, of those that are left.
    pub fn seconds(&self) -> f64 {
        (self.time.as_secs_f64() * (1.0 - REST) - self.begin.elapsed().as_secs_f64()).max(0.0)
    }

    /// Epochs that fit in, when each takes so many seconds: one at least.
    pub fn epochs(&self, seconds: f64) -> usize {
        ((self.seconds() / seconds.max(1e-3)) as usize).clamp(1, MOST)
    }

    /// Ends a fit that takes longer than was thought.
    pub fn guard(self) -> impl Observer {
        move |_: &Event| if self.seconds() > 0.0 { Flow::Continue } else { Flow::Stop }
    }
}
