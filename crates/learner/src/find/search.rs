//! Trying rates out.

use std::sync::mpsc::{Sender, channel};

use firelight_datablock::FittedTarget;
use firelight_progress::Bar;

use super::RateCurve;
use crate::error::guarded;
use crate::examples::Examples;
use crate::fit::{Fit, Pictures, Source};
use crate::observe::Observers;
use crate::plan::{Plan, Position};
use crate::runs::{Entered, Outcome, Work};
use crate::{Event, Flow, Learner, LearnerError, RateSearch, Rates, StepRow};
use firelight_models::Model;

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
            let passed = fit.train(&mut watch, renumbered, &forward, None);
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
