//! A fit from its start to its end.

use burn::tensor::Tensor;
use firelight_datablock::FittedTarget;

use super::epoch::{Batch, Fit};
use super::evaluate::Evaluation;
use super::running::run;
use crate::average::Average;
use crate::error::guarded;
use crate::observe::Observers;
use crate::plan::{Plan, Position};
use crate::runs::{Entered, Outcome, Rows, Work};
use crate::state::State;
use crate::task::Task;
use crate::trusted::GONE;
use crate::{Better, Event, History, Learner, LearnerError};
use firelight_models::{Model, Noise};

/// What a fit trains on and is judged by.
pub(crate) trait Source<F: FittedTarget, M, const D: usize>: Sync {
    /// The batches of an epoch without the first `done` ones; it is number `epoch` of the fit and `epochs_done` of all fits.
    fn batches<'a>(
        &'a self,
        task: &'a Task<F>,
        epoch: usize,
        epochs_done: usize,
        done: usize,
    ) -> Result<impl Iterator<Item = Batch<D, F>> + 'a, LearnerError>;

    /// From inputs to scores in a training step.
    fn forward(&self, task: &Task<F>, model: &M, inputs: Tensor<D>, noise: &mut Noise) -> Tensor<2>;

    /// Loss and metrics over the validation part, if there is one.
    fn evaluate(&self, task: &Task<F>, model: &M) -> Result<Option<Evaluation>, LearnerError>;
}

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// Does the work of a plan on a copy of the learner's state, `begun`, which takes the state's place when it has come to its end.
    /// An error, of whatever kind, drops the copy. `prepare` makes what the fit trains on, if there is anything to train.
    pub(crate) fn transact<'a, const D: usize, S: Source<F, M, D>>(
        &'a mut self,
        begun: State<M>,
        work: Work,
        plan: Plan,
        prepare: impl FnOnce(&'a Task<F>, &State<M>) -> Result<S, LearnerError>,
    ) -> Result<(), LearnerError> {
        let Self { task, state, observers, runs } = self;
        let task = &*task;
        let start = || {
            task.check(&state.model)?;
            let columns = Columns { names: task.metric_names(), better: task.directions() };
            observers.check(&columns.names)?;
            if let Some(plateau) = plan.plateau() {
                plateau.monitor().check("plateau", &columns.names)?;
            }
            let entered = runs.as_mut().map_or(Ok(Entered::New), |runs| runs.enter(work, task, &begun))?;
            Ok::<_, LearnerError>((columns, entered))
        };
        let (columns, entered) = guarded(|| "the start of a fit".into(), start)??;
        // A fit is judged by the model's own probabilities, and what was fitted on those before it does not outlive it.
        let left = state.trusted.unfitted();
        let (mut begun, position, before) = match entered {
            Entered::Failed(error) => {
                let before = Rows::of(&state.history);
                return ended(observers, |observers| {
                    // What an observer says to it must not hide why.
                    let _ = columns.tell(observers, &plan, &state.history, before);
                    Err(error)
                });
            }
            // Work and outcome are of one kind in every record.
            Entered::Known(_) => return Ok(()),
            Entered::Done { state: mut after, before } => {
                after.history.metrics.clone_from(&columns.names);
                let told = ended(observers, |observers| {
                    columns.tell(observers, &plan, &after.history, before)?;
                    observers.tell(Event::Notice("done before, as the checkpoints say"))
                });
                if let (Err(error), Some(runs)) = (&told, runs) {
                    runs.abandon(error);
                }
                let trained = after.history.steps.len() > before.steps;
                after.trusted = if trained { left } else { state.trusted.clone() };
                *state = told.map(|_| after)?;
                return Ok(());
            }
            Entered::New => {
                let average = task.options.ema.map(|_| Box::new(Average::new(&begun.model)));
                (State { best: None, average, ..begun }, Position::default(), Rows::of(&state.history))
            }
            Entered::Resumed { state, position, before } => (state, position, before),
        };
        begun.history.metrics.clone_from(&columns.names);
        begun.trusted.clone_from(&left);
        let fit = Fit { task, plan, position, state: begun };
        let (kept, was_fitted) = (&state.trusted, state.trusted.is_fitted());
        let done = ended(observers, |observers| {
            let mut after = run(fit, before, &columns, observers, runs.as_mut(), prepare)?;
            if after.history.steps.len() == before.steps {
                after.trusted.clone_from(kept);
            } else if was_fitted {
                tracing::warn!("{GONE}");
                observers.tell(Event::Notice(GONE))?;
            }
            Ok(after)
        });
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

/// Does the work of a fit. However it ends, those who watch hear of its end; an error of the work comes before one of theirs.
fn ended<T>(
    observers: &mut Observers,
    work: impl FnOnce(&mut Observers) -> Result<T, LearnerError>,
) -> Result<T, LearnerError> {
    let done = guarded(|| "a fit".into(), || work(observers)).flatten();
    if let Err(error) = &done {
        // What an observer says to it must not hide why.
        let _ = observers.tell(Event::Failed(error));
    }
    let end = observers.tell(Event::End);
    let done = done?;
    end.map(|_| done)
}

/// The metrics of a fit.
pub(super) struct Columns {
    pub names: Vec<String>,
    pub better: Vec<Better>,
}

impl Columns {
    /// Tells the start of a fit, and what has happened in it already: the rows from `before` on. Gives why the last event of these
    /// ends the fit, if so.
    pub fn tell(
        &self,
        observers: &mut Observers,
        plan: &Plan,
        history: &History,
        before: Rows,
    ) -> Result<Option<String>, LearnerError> {
        let epochs = &history.epochs[before.epochs..];
        let Self { names: metrics, better } = self;
        let (total, again) = (plan.epochs, epochs.len());
        let mut reason = observers.tell(Event::Start { epochs: total, steps: plan.steps, metrics, better, again })?;
        let mut told = before.steps;
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
