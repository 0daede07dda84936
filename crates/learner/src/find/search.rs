//! Trying rates out.

use std::sync::mpsc::{Sender, channel};

use firelight_datablock::FittedTarget;
use firelight_progress::Bar;
use serde::{Deserialize, Serialize};

use super::RateCurve;
use crate::error::guarded;
use crate::fit::{Examples, Fit, Pictures, Plan, Position, Source};
use crate::observe::Observers;
use crate::runs::{Entered, Outcome, Work};
use crate::{Curve, Event, Flow, Learner, LearnerError, Piece, Rates, Schedule, StepRow};
use firelight_models::Model;

/// The fewest steps that the suggestions, which leave out the last five, say anything about.
const LEAST: usize = 7;

/// How to look for a learning rate.
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | `from` | 1e-7 | the first rate |
/// | `to` | 10 | the rate that the search goes up to |
/// | `steps` | 100 | training steps, at least 7 |
/// | `stop_when_worse` | `true` | end once the smoothed loss is over four times its lowest value |
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, RateSearch};
/// # fn find(mut learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let curve = learn.lr_find_with(&RateSearch { from: 1e-5, to: 1.0, steps: 50, ..RateSearch::default() })?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateSearch {
    /// The first rate, over 0.
    pub from: f64,
    /// The rate that the search goes up to, over `from`.
    pub to: f64,
    /// Training steps.
    pub steps: usize,
    /// Whether to end once the loss has come apart.
    pub stop_when_worse: bool,
}

impl Default for RateSearch {
    fn default() -> Self {
        Self { from: 1e-7, to: 10.0, steps: 100, stop_when_worse: true }
    }
}

impl RateSearch {
    fn check(&self) -> Result<(), LearnerError> {
        let refused = |value, remedy| Err(LearnerError::Setting { setting: "lr_find", value, remedy });
        if !(self.from > 0.0 && self.from < self.to && self.to.is_finite()) {
            return refused(format!("{:e} to {:e}", self.from, self.to), "go up from a rate over 0");
        }
        if self.steps < LEAST {
            return refused(format!("{} steps", self.steps), "try 7 rates at least");
        }
        Ok(())
    }

    /// From `from` up to `to` in equal ratios.
    fn schedule(&self) -> Schedule {
        Schedule::new(Curve::of([(1.0, Piece::exponential(self.from / self.to, 1.0))]))
    }
}

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// Trains for up to 100 steps with rates that grow from 1e-7 towards 10, all groups alike, and tells what the loss did. It works
    /// on a copy: model (its norms' running statistics too), optimizer, history, observers and checkpoints are what they were.
    ///
    /// A run that goes on from a checkpoint and had searched already gives the curve of that time.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{resnet18, vision_learner};
    /// # fn train(dls: DataLoaders<Categories>) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut learn = vision_learner(dls, resnet18().with_weights("resnet18.pth"))?;
    /// let curve = learn.lr_find()?;
    /// curve.plot().save("rates.png")?;
    /// learn.fine_tune(4, curve.valley().unwrap_or(2e-3))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn lr_find(&mut self) -> Result<RateCurve, LearnerError> {
        self.lr_find_with(&RateSearch::default())
    }

    /// [`lr_find`](Self::lr_find) in another range.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes, and [`LearnerError::Setting`] for a range that does not go up from a positive
    /// rate, and for too few steps.
    pub fn lr_find_with(&mut self, search: &RateSearch) -> Result<RateCurve, LearnerError> {
        search.check()?;
        self.task.check(&self.state.model)?;
        self.task.check_batches(&self.state.model)?;
        let entered = match &mut self.runs {
            Some(runs) => runs.enter(Work::Search(*search), &self.task, &self.state)?,
            None => Entered::New,
        };
        if let Entered::Known(Outcome::Curve { rates, losses }) = entered {
            return Ok(RateCurve::of_search(rates, losses, search.steps / 10));
        }
        let tried = guarded(|| "a search for a rate".into(), || self.try_rates(search)).flatten();
        if let Some(runs) = &mut self.runs {
            match &tried {
                Ok((rates, losses)) => runs.finish(Outcome::Curve { rates: rates.clone(), losses: losses.clone() }),
                Err(error) => runs.abandon(error),
            }
        }
        let (rates, losses) = tried?;
        Ok(RateCurve::of_search(rates, losses, search.steps / 10))
    }

    /// The rates that were tried, and the smoothed loss after each.
    fn try_rates(&self, search: &RateSearch) -> Result<(Vec<f64>, Vec<f64>), LearnerError> {
        let (task, groups) = (&self.task, self.state.model.groups().len());
        let plan = Plan::new(1, search.steps, Rates::Same(search.to), groups, search.schedule())?;
        let source = Pictures::of(task, &self.state);
        let forward = |model: &M, pictures, noise: &mut _| source.forward(task, model, pictures, noise);
        let bar = task.data.progress().bar(search.steps, "rates");
        let (sender, rows) = channel();
        let mut watch = Observers::default();
        watch.add(Watch { lowest: f64::INFINITY, stop: search.stop_when_worse, bar, rows: sender });
        let mut fit = Fit { task, plan, position: Position::default(), state: self.state.trial() };
        let an_epoch = task.data.train().num_batches().max(1);
        while fit.state.history.steps.len() < search.steps && !fit.position.stopped {
            let done = fit.state.history.steps.len();
            let batches = task.training_batches(self.state.epochs_done + done / an_epoch, 0)?;
            // Rates go by the step of the search, not of the epoch.
            let renumbered = batches
                .take(search.steps - done)
                .enumerate()
                .map(|(number, batch)| batch.map(|examples| Examples { number: done + number, ..examples }));
            let passed = fit.train(&mut watch, renumbered, &forward, |_| Ok(()));
            // Coming apart is what the search is for.
            fit = match passed {
                Err(LearnerError::Diverged { .. }) => break,
                other => other?,
            };
            if fit.state.history.steps.len() == done {
                break;
            }
        }
        let last = |step: &StepRow| step.rates.last().copied().unwrap_or_default();
        Ok(rows.try_iter().map(|step| (last(&step), step.smooth_loss)).unzip())
    }
}

/// Keeps the rows, which a search that comes apart would lose, and stops once the smoothed loss is over four times its lowest value, if asked to.
struct Watch {
    lowest: f64,
    stop: bool,
    bar: Bar,
    rows: Sender<StepRow>,
}

impl crate::Observer for Watch {
    fn observe(&mut self, event: &Event) -> Flow {
        let Event::Step(step) = event else { return Flow::Continue };
        self.bar.inc(1);
        // Nobody listens any more only where the search has ended.
        let _ = self.rows.send((*step).clone());
        self.lowest = self.lowest.min(step.smooth_loss);
        if self.stop && step.smooth_loss > 4.0 * self.lowest { Flow::Stop } else { Flow::Continue }
    }
}
