//! The training loop of one epoch.

use firelight_datablock::{DataError, FittedTarget};

use super::gradients::{Forward, Gathered};
use super::settling::Went;
use super::step::Queued;
use crate::examples::Examples;
use crate::observe::Observers;
use crate::plan::{Plan, Position};
use crate::readings::Reader;
use crate::runs::Runs;
use crate::state::State;
use crate::task::Task;
use crate::{Event, LearnerError};
use firelight_layers::works_by_itself;
use firelight_models::Model;

/// What a step trains on.
pub(super) type Batch<const D: usize, F> = Result<Examples<D, F>, DataError>;

/// A fit under way: what it reads, and what it changes. An epoch takes it and gives it back; an error drops it.
///
/// Whatever looks at one (a checkpoint, an evaluation, an observer) sees what is settled: steps whose loss and gradients are known to be numbers.
pub(crate) struct Fit<'a, F: FittedTarget, M> {
    pub task: &'a Task<F>,
    pub plan: Plan,
    pub position: Position,
    pub state: State<M>,
}

impl<F: FittedTarget, M: Model + Sync> Fit<'_, F, M> {
    /// Trains on the rest of the epoch at hand: for each batch forward, loss and backward, and an update for each batch or for
    /// several together. `batches` go on after the steps that are done; after an update `runs` keep a checkpoint where one is due, or where the
    /// fit is to be broken off.
    ///
    /// Loss and gradients are looked at before anything is updated by them. Where [steps go ahead](Self::goes_ahead), that is before an update
    /// counts: each step is queued with its update on a copy, then the step before it is looked at, and what follows from a step that is left
    /// out, or after which the fit ends, is thrown away. So all of it is as if nothing went ahead.
    pub fn train<const D: usize>(
        mut self,
        observers: &mut Observers,
        batches: impl Iterator<Item = Batch<D, F>>,
        forward: &impl Forward<M, D>,
        mut runs: Option<&mut Runs>,
    ) -> Result<Self, LearnerError> {
        self.state.optimizer(&self.task.options.rule)?;
        let shared = self.task.options.batches_an_update;
        let reader = self.goes_ahead().then(Reader::start);
        let mut gathered = Gathered::new();
        let mut batches = batches.peekable();
        let mut before: Option<Queued<M>> = None;
        let mut went;
        while let Some(batch) = batches.next() {
            let examples = match batch {
                Ok(examples) => examples,
                Err(error) => {
                    (self, went) = self.settle(before, observers, &mut runs)?;
                    return if went == Went::Stopped { Ok(self) } else { Err(error.into()) };
                }
            };
            // Batches that are passed over leave gaps, so the next one tells whether this is the last of its update.
            let number = examples.number;
            let of_this_update =
                |next: &Batch<D, F>| next.as_ref().is_ok_and(|next| next.number / shared == number / shared);
            if shared > 1
                && let Some(Err(error)) = batches.next_if(Result::is_err)
            {
                return Err(error.into()); // before an update that lacks a batch
            }
            let complete = shared == 1 || !batches.peek().is_some_and(of_this_update);
            let again = before.is_some().then(|| examples.clone());
            let mut queued = self.queue(before.as_ref(), examples, &mut gathered, forward, complete, reader.as_ref());
            if let Some(examples) = again {
                // On its way to the device before anything is waited for.
                batches.peek();
                (self, went) = self.settle(before.take(), observers, &mut runs)?;
                match went {
                    Went::On => {}
                    Went::LeftOut => {
                        queued = self.queue(None, examples, &mut gathered, forward, complete, reader.as_ref());
                    }
                    Went::Stopped => return Ok(self),
                }
            }
            if reader.is_some() {
                before = Some(queued?);
                continue;
            }
            (self, went) = self.settle(Some(queued?), observers, &mut runs)?;
            if went == Went::Stopped {
                return Ok(self);
            }
        }
        Ok(self.settle(before, observers, &mut runs)?.0)
    }

    /// Whether a step is queued before the numbers of the one before are there. Gradients that are added up, of several batches or devices, are
    /// divided by sums that have to be read first.
    fn goes_ahead(&self) -> bool {
        let options = &self.task.options;
        let alone = options.devices.is_empty() && options.batches_an_update == 1;
        alone && options.steps_ahead.unwrap_or_else(|| works_by_itself(self.task.data.device()))
    }

    /// Lets the epoch at hand be the last.
    pub fn stop(&mut self, observers: &mut Observers, reason: &str) -> Result<(), LearnerError> {
        if std::mem::replace(&mut self.position.stopped, true) {
            return Ok(());
        }
        observers.tell(Event::Notice(&format!("stopped: {reason}"))).map(drop)
    }

    /// Where a fit is, for errors over batch `number`, of these items.
    pub(super) fn place(&self, number: usize, items: &[usize]) -> String {
        let train = self.task.data.train().dataset();
        let first = items.first().map(|&item| format!(", whose first item is {}", train.path(item).display()));
        let first = first.unwrap_or_default();
        let step = self.plan.number(&Position { step: number, ..self.position.clone() });
        format!("step {step}, on a batch of {}{first}", items.len())
    }
}
