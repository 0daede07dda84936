//! Going on from a checkpoint, and writing the next.

use std::ops::Range;

use firelight_datablock::FittedTarget;
use firelight_losses::Loss;

use super::checkpoint::{Begun, Checkpoint, FORMAT, State};
use super::checkpoints::Checkpoints;
use super::setup::Setup;
use super::{from_bytes, to_bytes};
use crate::fit::{Best, Place, Plan, Run};
use crate::models::Model;
use crate::optim::GroupOptimizer;
use crate::{Event, History, Learner, LearnerError};

/// A learner's dealings with its checkpoints.
pub(crate) struct Resumption {
    checkpoints: Checkpoints,
    /// Fits begun so far, in this process and those before it.
    fits: Vec<Begun>,
    /// What is still to be caught up with.
    ahead: Option<Checkpoint>,
    /// The learner's, once its first fit has started and checkpoints were looked for.
    setup: Option<Setup>,
}

/// Where a fit goes on, and the rows of the history that belong to it already.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resumed {
    pub place: Place,
    pub steps: Range<usize>,
    pub epochs: Range<usize>,
}

/// What a checkpoint is written of.
pub(crate) struct Moment<'a, M> {
    pub run: &'a Run,
    pub model: &'a M,
    pub optimizer: Option<&'a GroupOptimizer>,
    pub best: Option<&'a Best<M>>,
    pub history: &'a History,
    pub epochs_done: usize,
}

impl Resumption {
    pub fn new(checkpoints: Checkpoints) -> Self {
        Self { checkpoints, fits: Vec::new(), ahead: None, setup: None }
    }

    /// Writes a checkpoint, and removes the oldest ones.
    pub fn keep<M: Model>(&self, moment: &Moment<M>) -> Result<(), LearnerError> {
        let Some(setup) = &self.setup else { return Ok(()) };
        let state = State {
            fits: self.fits.clone(),
            place: moment.run.place.clone(),
            epochs_done: moment.epochs_done,
            history: moment.history.clone(),
            best: moment.best.map(|best| best.row.clone()),
        };
        let checkpoint = Checkpoint {
            path: self.checkpoints.place(state.history.steps.len())?,
            setup: setup.clone(),
            state,
            weights: to_bytes(moment.model)?,
            optimizer: moment.optimizer.map_or(Ok(Vec::new()), GroupOptimizer::to_bytes)?,
            best: moment.best.map_or(Ok(Vec::new()), |best| to_bytes(&best.model))?,
        };
        checkpoint.write().map_err(|error| match error {
            LearnerError::Write { path, source, .. } => {
                let newest = self.checkpoints.there().unwrap_or_default().into_iter().next();
                let good = newest.map_or("there is none before it".into(), |good| {
                    format!("the last good one is {}", good.display())
                });
                LearnerError::Checkpoint { path, source, good }
            }
            other => other,
        })?;
        self.checkpoints.prune();
        Ok(())
    }

    /// Whether a checkpoint is due within an epoch, after `steps` steps in all.
    pub fn is_due(&self, steps: usize) -> bool {
        self.checkpoints.is_due(steps)
    }

    /// The newest checkpoint that is whole. All being damaged is an error: to start anew in silence could cost days.
    fn newest(&self) -> Result<Option<Checkpoint>, LearnerError> {
        let mut first = None;
        for path in self.checkpoints.there()? {
            match Checkpoint::read(&path) {
                Ok(checkpoint) => return Ok(Some(checkpoint)),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(None), Err)
    }
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model> Learner<F, L, M> {
    /// Where a fit that is about to start already was, if a checkpoint knows it: at its end, if there are later fits.
    pub(crate) fn resume(&mut self, plan: &Plan) -> Result<Resumed, LearnerError> {
        let Some(mut resumption) = self.resumption.take() else { return Ok(Resumed::default()) };
        let place = self.catch_up(&mut resumption, plan);
        self.resumption = Some(resumption);
        place
    }

    fn catch_up(&mut self, resumption: &mut Resumption, plan: &Plan) -> Result<Resumed, LearnerError> {
        if resumption.setup.is_none() {
            let setup = Setup::of(self);
            resumption.ahead = resumption.newest()?;
            if let Some(checkpoint) = &mut resumption.ahead {
                self.take_over(checkpoint, &setup)?;
            }
            resumption.setup = Some(setup);
        }
        let Some(checkpoint) = &resumption.ahead else {
            let (steps_before, epochs_before) = (self.history.steps.len(), self.history.epochs.len());
            resumption.fits.push(Begun { plan: plan.clone(), steps_before, epochs_before });
            return Ok(Resumed::default());
        };
        let number = resumption.fits.len();
        let begun = &checkpoint.state.fits[number];
        if begun.plan != *plan {
            return Err(LearnerError::OtherRun {
                path: checkpoint.path.clone(),
                what: "schedule",
                theirs: begun.plan.to_string(),
                ours: plan.to_string(),
            });
        }
        resumption.fits.push(begun.clone());
        let next = checkpoint.state.fits.get(number + 1);
        let (steps, epochs) = next.map_or((self.history.steps.len(), self.history.epochs.len()), |next| {
            (next.steps_before, next.epochs_before)
        });
        let (steps, epochs) = (begun.steps_before..steps, begun.epochs_before..epochs);
        if next.is_some() {
            return Ok(Resumed { place: Place { epoch: plan.epochs, ..Place::default() }, steps, epochs });
        }
        let place = checkpoint.state.place.clone();
        if !checkpoint.optimizer.is_empty() {
            let device = self.data.device().clone();
            self.optimizer()?.load_bytes(&checkpoint.optimizer, &device)?;
        }
        if let Some(row) = checkpoint.state.best.clone() {
            let refuse = |why| LearnerError::Unusable { path: checkpoint.path.clone(), what: FORMAT.what, why };
            let model = from_bytes(&self.model, checkpoint.best.clone()).map_err(refuse)?;
            self.best = Some(Best { model: model.valid(), row });
        }
        resumption.ahead = None;
        Ok(Resumed { place, steps, epochs })
    }

    /// Weights and history of a checkpoint, if it belongs to this learner.
    fn take_over(&mut self, checkpoint: &mut Checkpoint, setup: &Setup) -> Result<(), LearnerError> {
        let path = checkpoint.path.clone();
        if let Some((what, theirs, ours)) = checkpoint.setup.difference(setup) {
            return Err(LearnerError::OtherRun { path, what, theirs, ours });
        }
        let refuse = |why: String| LearnerError::Unusable { path, what: FORMAT.what, why };
        if checkpoint.state.fits.is_empty() {
            return Err(refuse("it knows no fit".into()));
        }
        self.model = from_bytes(&self.model, std::mem::take(&mut checkpoint.weights)).map_err(refuse)?;
        self.history = checkpoint.state.history.clone();
        self.epochs_done = checkpoint.state.epochs_done;
        Ok(())
    }

    /// Observers keep counts, tables and best values, so they hear again what they would have heard.
    pub(crate) fn tell_again(&mut self, steps: Range<usize>, epochs: Range<usize>) {
        let (history, observers) = (&self.history, &mut self.observers);
        let mut step = steps.start;
        for row in &history.epochs[epochs] {
            for step in &history.steps[step..row.steps] {
                Self::tell(observers, Event::Step(step));
            }
            step = row.steps;
            Self::tell(observers, Event::Epoch(row));
        }
        for step in &history.steps[step..steps.end] {
            Self::tell(observers, Event::Step(step));
        }
    }

    /// Writes a checkpoint at the end of an epoch, if this learner keeps any.
    pub(crate) fn checkpoint(&self, run: &Run) -> Result<(), LearnerError> {
        let moment = Moment {
            run,
            model: &self.model,
            optimizer: self.optimizer.as_ref(),
            best: self.best.as_ref(),
            history: &self.history,
            epochs_done: self.epochs_done,
        };
        self.resumption.as_ref().map_or(Ok(()), |resumption| resumption.keep(&moment))
    }
}
