//! How many epochs fit into some minutes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use firelight::models::Model;
use firelight::prelude::*;

/// Share of the time that is left for validation pictures, the report and the export.
const REST: f64 = 0.15;
/// Steps that are timed, after the first, which is slow.
const TIMED: usize = 4;
/// Epochs beyond which there is nothing to gain.
const MOST: usize = 60;

/// Seconds of a training step, and the learner as it was: the fit is broken off before it validates. Of a fit with one step alone there is no
/// telling, and a second is taken for it.
pub fn step_seconds<F: FittedTarget, M: Model + Sync>(learn: Learner<F, M>) -> Result<(f64, Learner<F, M>)> {
    let steps: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let told = steps.clone();
    let mut learn = learn.without_observers().with_observer(move |event: &Event| {
        let Event::Step(_) = event else { return Flow::Continue };
        let Ok(mut steps) = told.lock() else { return Flow::Interrupt };
        steps.push(Instant::now());
        if steps.len() > TIMED { Flow::Interrupt } else { Flow::Continue }
    });
    match learn.fit(1, 1e-6) {
        Ok(()) | Err(LearnerError::Interrupted { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let steps = steps.lock().map_or_else(|_| Vec::new(), |steps| steps.clone());
    let seconds = match steps.as_slice() {
        [first, .., last] => last.duration_since(*first).as_secs_f64() / (steps.len() - 1) as f64,
        _ => 1.0,
    };
    Ok((seconds, learn.without_observers()))
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
