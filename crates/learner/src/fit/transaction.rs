//! A fit from its start to its end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use burn::tensor::Tensor;
use firelight_datablock::FittedTarget;
use firelight_losses::Loss;

use super::best::Best;
use super::epoch::{Batch, Fit};
use super::evaluate::Evaluation;
use super::plan::{Plan, Position};
use crate::models::{Model, Noise};
use crate::observe::Observers;
use crate::runs::{Entered, Outcome, Rows, Runs, Work};
use crate::state::State;
use crate::task::Task;
use crate::{Better, EpochRow, Event, History, Learner, LearnerError, Monitor};

/// What a fit trains on and is judged by.
pub(crate) trait Source<F: FittedTarget, L, M, const D: usize>: Sync {
    /// The batches of an epoch without the first `done` ones; it is number `epoch` of the fit and `epochs_done` of all fits.
    fn batches<'a>(
        &'a self,
        task: &'a Task<F, L>,
        epoch: usize,
        epochs_done: usize,
        done: usize,
    ) -> Result<impl Iterator<Item = Batch<D, F::Tensor>> + 'a, LearnerError>;

    /// From inputs to scores in a training step.
    fn forward(&self, task: &Task<F, L>, model: &M, inputs: Tensor<D>, noise: &mut Noise) -> Tensor<2>;

    /// Loss and metrics over the validation part.
    fn evaluate(&self, task: &Task<F, L>, model: &M) -> Result<Evaluation, LearnerError>;
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model + Sync> Learner<F, L, M> {
    /// Does the work of a plan on a copy of the learner's state, `begun`, which takes the state's place when it has come to its end.
    /// An error, of whatever kind, drops the copy. `prepare` makes what the fit trains on, if there is anything to train.
    pub(crate) fn transact<'a, const D: usize, S: Source<F, L, M, D>>(
        &'a mut self,
        begun: State<M>,
        work: Work,
        plan: Plan,
        prepare: impl FnOnce(&'a Task<F, L>, &State<M>) -> Result<S, LearnerError>,
    ) -> Result<(), LearnerError> {
        let Self { task, state, observers, runs } = self;
        let task = &*task;
        task.check(&state.model)?;
        let columns = Columns { names: task.metric_names(), better: task.directions() };
        observers.check(&columns.names)?;
        if let Some(plateau) = plan.plateau() {
            plateau.monitor().check("plateau", &columns.names)?;
        }
        let entered = match runs {
            Some(runs) => runs.enter(work, task, &begun)?,
            None => Entered::New,
        };
        let (mut begun, position, before) = match entered {
            Entered::Failed(error) => {
                columns.tell(observers, &plan, &state.history, Rows::of(&state.history))?;
                observers.tell(Event::End)?;
                return Err(error);
            }
            // Work and outcome are of one kind in every record.
            Entered::Known(_) => return Ok(()),
            Entered::Done { history, before, state: after } => {
                if let Some(after) = after {
                    *state = after;
                }
                state.history = History { metrics: columns.names.clone(), ..history };
                columns.tell(observers, &plan, &state.history, before)?;
                observers.tell(Event::Notice("done before, as the checkpoints say"))?;
                return observers.tell(Event::End).map(drop);
            }
            Entered::New => (State { best: None, ..begun }, Position::default(), Rows::of(&state.history)),
            Entered::Resumed { state, position, before } => (state, position, before),
        };
        begun.history.metrics.clone_from(&columns.names);
        let fit = Fit { task, plan, position, state: begun };
        let run = || run(fit, before, &columns, observers, runs.as_mut(), prepare);
        let done = catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|panic| Err(LearnerError::panicked("a fit".into(), panic.as_ref())));
        // However it ended, those who watch hear of it.
        let done = observers.tell(Event::End).and(done);
        if let Some(runs) = runs {
            match &done {
                Ok(_) => runs.finish(Outcome::Done),
                Err(error) => runs.abandon(error),
            }
        }
        *state = done?;
        Ok(())
    }
}

/// The metrics of a fit.
struct Columns {
    names: Vec<String>,
    better: Vec<Better>,
}

impl Columns {
    /// Tells the start of a fit, and what has happened in it already: the rows from `before` on. Gives why the last of them would have
    /// ended the fit, if so.
    fn tell(
        &self,
        observers: &mut Observers,
        plan: &Plan,
        history: &History,
        before: Rows,
    ) -> Result<Option<String>, LearnerError> {
        let epochs = &history.epochs[before.epochs..];
        let Self { names: metrics, better } = self;
        observers.tell(Event::Start {
            epochs: plan.epochs,
            steps: plan.steps,
            metrics,
            better,
            again: epochs.len(),
        })?;
        let (mut told, mut reason) = (before.steps, None);
        for row in epochs {
            for step in &history.steps[told..row.steps] {
                observers.tell(Event::Step(step))?;
            }
            told = row.steps;
            reason = observers.tell(Event::Epoch(row))?;
        }
        for step in &history.steps[told..] {
            reason = observers.tell(Event::Step(step))?;
        }
        Ok(reason)
    }
}

/// From where a fit is to its end.
fn run<'a, F: FittedTarget, L: Loss<F::Tensor>, M: Model + Sync, S: Source<F, L, M, D>, const D: usize>(
    mut fit: Fit<'a, F, L, M>,
    before: Rows,
    columns: &Columns,
    observers: &mut Observers,
    mut runs: Option<&mut Runs>,
    prepare: impl FnOnce(&'a Task<F, L>, &State<M>) -> Result<S, LearnerError>,
) -> Result<State<M>, LearnerError> {
    let stop = columns.tell(observers, &fit.plan, &fit.state.history, before)?;
    let Fit { task, position, .. } = &fit;
    let task = *task;
    if *position != Position::default() {
        let at = format!("going on from a checkpoint at epoch {}, step {}", position.epoch, position.step);
        observers.tell(Event::Notice(&at))?;
    }
    if let Some(reason) = stop
        && !position.stopped
    {
        // It was broken off while they were told.
        fit.stop(observers, &reason)?;
    }
    fit.warn(observers)?;
    let source = prepare(task, &fit.state)?;
    let forward = |model: &M, inputs: Tensor<D>, noise: &mut Noise| source.forward(task, model, inputs, noise);
    while fit.plan.goes_on(&fit.position) {
        let start = Instant::now();
        if !fit.position.stopped {
            let batches = source.batches(task, fit.position.epoch, fit.state.epochs_done, fit.position.step)?;
            fit = fit.train(observers, batches, &forward, |fit| match &mut runs {
                // At the epoch's end one follows anyway, once it is validated.
                Some(runs) if runs.is_due(fit.state.history.steps.len()) && fit.position.step < fit.plan.steps => {
                    runs.keep(fit)
                }
                _ => Ok(()),
            })?;
        }
        let evaluation = source.evaluate(task, &fit.state.model)?;
        let row = fit.finish_epoch(observers, columns, start.elapsed().as_secs_f64(), evaluation)?;
        let mut keep = |fit: &Fit<'a, F, L, M>| runs.as_mut().map_or(Ok(()), |runs| runs.keep(fit));
        // Kept before it is told: what a table has of a run that is broken off here, its checkpoint has too.
        keep(&fit)?;
        if let Some(reason) = observers.tell(Event::Epoch(&row))? {
            fit.stop(observers, &reason)?;
            keep(&fit)?;
        }
    }
    let Fit { mut state, .. } = fit;
    if let (Some(keep), Some(best)) = (&task.options.best, &state.best)
        && keep.restore
    {
        state.model = best.model.clone().train();
    }
    Ok(state)
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model + Sync> Fit<'_, F, L, M> {
    /// What is allowed and yet surely a slip.
    fn warn(&self, observers: &mut Observers) -> Result<(), LearnerError> {
        if self.state.body_is_frozen() && !self.state.body_is_trained {
            let text = "the frozen body has random weights: load some, or train all of the model (`unfreeze`)";
            tracing::warn!("{text}");
            observers.tell(Event::Notice(text))?;
        }
        Ok(())
    }

    /// Takes in that an epoch is trained and validated, and gives its row.
    fn finish_epoch(
        &mut self,
        observers: &mut Observers,
        columns: &Columns,
        seconds: f64,
        evaluation: Evaluation,
    ) -> Result<EpochRow, LearnerError> {
        let Self { task, plan, position, state } = self;
        let Evaluation { loss, metrics } = evaluation;
        if !loss.is_finite() {
            let step = plan.number(position);
            return Err(LearnerError::Diverged { what: "validation loss".into(), step, value: loss });
        }
        let (epoch, steps) = (position.epoch, state.history.steps.len());
        let row = EpochRow { epoch, steps, train_loss: position.smooth.value(), valid_loss: loss, metrics, seconds };
        let watch = |monitor: &Monitor| monitor.watch(&columns.names, &columns.better);
        if let Some(plateau) = plan.plateau()
            && let Some(watch) = watch(plateau.monitor())
            && plateau.look(&mut position.patience, watch, &row)
        {
            position.lowered += 1;
            let text = format!("{} has not improved: the rates go down", plateau.monitor());
            observers.tell(Event::Notice(&text))?;
        }
        if let Some(keep) = &task.options.best
            && let Some(watch) = watch(&keep.monitor)
        {
            Best::keep(&mut state.best, keep, &mut position.best, watch, &state.model, &row);
        }
        state.history.epochs.push(row.clone());
        state.epochs_done += 1;
        state.body_is_trained |= state.frozen == 0;
        (position.epoch, position.step) = (position.epoch + 1, 0);
        Ok(row)
    }
}
