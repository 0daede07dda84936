//! A fit under way: epoch after epoch, each trained, validated, kept and told.

use std::time::Instant;

use burn::tensor::Tensor;
use firelight_datablock::FittedTarget;

use super::epoch::Fit;
use super::evaluate::Evaluation;
use super::transaction::{Columns, Source};
use crate::best::Best;
use crate::observe::Observers;
use crate::plan::Position;
use crate::runs::{Rows, Runs};
use crate::state::State;
use crate::task::Task;
use crate::{EpochRow, Event, LearnerError, Monitor};
use firelight_models::{Model, Noise};

/// From where a fit is to its end.
pub(super) fn run<'a, F: FittedTarget, M: Model + Sync, S: Source<F, M, D>, const D: usize>(
    mut fit: Fit<'a, F, M>,
    before: Rows,
    columns: &Columns,
    observers: &mut Observers,
    mut runs: Option<&mut Runs>,
    prepare: impl FnOnce(&'a Task<F>, &State<M>) -> Result<S, LearnerError>,
) -> Result<State<M>, LearnerError> {
    let stop = columns.tell(observers, &fit.plan, &fit.state.history, before)?;
    let task = fit.task;
    if fit.position != Position::default() {
        let Position { epoch, step, .. } = fit.position;
        let at = format!("going on from a checkpoint at epoch {epoch}, step {step}");
        fit.notice(observers, &at)?;
    }
    if let Some(reason) = stop
        && !fit.position.stopped
    {
        // It was broken off while they were told, or they will have none of it.
        fit.stop(observers, &reason)?;
    }
    fit.warn(observers)?;
    if !fit.plan.goes_on(&fit.position) {
        // It is done but for what was told of it: nothing is read for it again.
        return Ok(fit.state.at_end(task.options.best.as_ref()));
    }
    let source = prepare(task, &fit.state)?;
    let forward = |model: &M, inputs: Tensor<D>, noise: &mut Noise| source.forward(task, model, inputs, noise);
    while fit.plan.goes_on(&fit.position) {
        let start = Instant::now();
        if !fit.position.stopped {
            let batches = source.batches(task, fit.position.epoch, fit.state.epochs_done, fit.position.step)?;
            fit = fit.train(observers, batches, &forward, runs.as_deref_mut())?;
        }
        let evaluation = source.evaluate(task, fit.state.judged())?;
        let row = fit.finish_epoch(observers, columns, start.elapsed().as_secs_f64(), evaluation)?;
        let mut keep = |fit: &Fit<'a, F, M>| runs.as_mut().map_or(Ok(()), |runs| fit.keep(runs));
        // Kept before it is told: what a table has of a run that is broken off here, its checkpoint has too.
        keep(&fit)?;
        if let Some(reason) = observers.tell(Event::Epoch(&row))? {
            fit.stop(observers, &reason)?;
            keep(&fit)?;
        }
        if observers.interrupt() {
            return Err(fit.interrupted(runs.as_deref()));
        }
    }
    Ok(fit.state.at_end(task.options.best.as_ref()))
}

impl<F: FittedTarget, M: Model + Sync> Fit<'_, F, M> {
    /// Writes a checkpoint of where it is.
    pub(super) fn keep(&self, runs: &mut Runs) -> Result<(), LearnerError> {
        runs.keep(&self.state, &self.plan, &self.position)
    }

    /// Why it is broken off where it is, which the newest checkpoint knows.
    pub(super) fn interrupted(&self, runs: Option<&Runs>) -> LearnerError {
        let step = self.plan.number(&self.position);
        LearnerError::Interrupted { step, checkpoint: runs.map(|runs| runs.place(self.state.history.steps.len())) }
    }

    /// What is allowed and yet surely a slip.
    fn warn(&mut self, observers: &mut Observers) -> Result<(), LearnerError> {
        if self.state.body_is_frozen() && !self.state.body_is_trained {
            let text = "the frozen body has random weights: load some, or train all of the model (`unfreeze`)";
            tracing::warn!("{text}");
            self.notice(observers, text)?;
        }
        Ok(())
    }

    /// Tells something, at which an observer may want the fit to end.
    fn notice(&mut self, observers: &mut Observers, text: &str) -> Result<(), LearnerError> {
        match observers.tell(Event::Notice(text))? {
            Some(reason) if !self.position.stopped => self.stop(observers, &reason),
            _ => Ok(()),
        }
    }

    /// Takes in that an epoch is trained and validated, and gives its row.
    fn finish_epoch(
        &mut self,
        observers: &mut Observers,
        columns: &Columns,
        seconds: f64,
        evaluation: Option<Evaluation>,
    ) -> Result<EpochRow, LearnerError> {
        let Self { task, plan, position, state } = self;
        let (loss, metrics) = match evaluation {
            Some(evaluation) => (evaluation.known_loss(), evaluation.metrics),
            None => (None, vec![None; columns.names.len()]),
        };
        let mut lowered = None;
        if let Some(value) = loss.filter(|loss| !loss.is_finite()) {
            let step = plan.number(position);
            return Err(LearnerError::Diverged { what: "validation loss".into(), step, value });
        }
        let (epoch, steps) = (position.epoch, state.history.steps.len());
        let row = EpochRow { epoch, steps, train_loss: position.smooth.value(), valid_loss: loss, metrics, seconds };
        let watch = |monitor: &Monitor| monitor.watch(&columns.names, &columns.better);
        if let Some(plateau) = plan.plateau()
            && let Some(watch) = watch(plateau.monitor())
            && plateau.look(&mut position.patience, watch, &row)
        {
            position.lowered += 1;
            lowered = Some(format!("{} has not improved: the rates go down", plateau.monitor()));
        }
        if let Some(keep) = &task.options.best
            && let Some(watch) = watch(&keep.monitor)
        {
            let mut best = state.best.take();
            Best::keep(&mut best, keep, &mut position.best, watch, state.judged(), &row);
            state.best = best;
        }
        state.history.epochs.push(row.clone());
        state.epochs_done += 1;
        state.body_is_trained |= state.frozen == 0;
        (position.epoch, position.step) = (position.epoch + 1, 0);
        if let Some(text) = lowered {
            self.notice(observers, &text)?;
        }
        Ok(row)
    }
}
