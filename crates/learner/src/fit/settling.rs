//! What becomes of a step once its loss and gradients are known.

use firelight_datablock::FittedTarget;

use super::epoch::Fit;
use super::step::{Numbers, Queued, Update, Weights};
use crate::error::guarded;
use crate::observe::Observers;
use crate::optim::Factor;
use crate::runs::Runs;
use crate::state::State;
use crate::{Event, LearnerError, Precision, StepRow};
use firelight_models::Model;

/// What a step leaves to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// The next one.
    On,
    /// The next one, but not from where this one would have led to.
    LeftOut,
    /// Nothing: an observer wants the fit to end.
    Stopped,
}

impl<F: FittedTarget, M: Model + Sync> Fit<'_, F, M> {
    /// Waits for the numbers of a step, if there is one, takes it in, and tells it.
    pub(super) fn settle(
        mut self,
        step: Option<Queued<M>>,
        observers: &mut Observers,
        runs: &mut Option<&mut Runs>,
    ) -> Result<(Self, Went), LearnerError> {
        let Some(Queued { number, items, rates, momentum, own_momentum, numbers, update, moved }) = step else {
            return Ok((self, Went::On));
        };
        self.position.step = number;
        let [loss, length] = match numbers {
            Numbers::Known { loss, length } => [loss, length],
            Numbers::Coming(reading) => {
                let read = guarded(|| self.place(number, &items), || reading.wait())?;
                [0, 1].map(|index| read.get(index).copied().unwrap_or(f32::NAN).into())
            }
        };
        if let Some(model) = moved {
            self.state.model = model;
        }
        let complete = !matches!(update, Update::Shared);
        let went;
        (self, went) = self.take(update, [loss, length], (&rates, momentum))?;

        self.position.step += 1;
        let smooth_loss = self.position.smooth.add(loss);
        let row = StepRow { loss, smooth_loss, rates, momentum: own_momentum };
        self.state.history.steps.push(row.clone());
        if let Some(reason) = observers.tell(Event::Step(&row))? {
            self.stop(observers, &reason)?;
            return Ok((self, Went::Stopped));
        }
        if complete {
            self.look(runs, observers.interrupt())?;
        }
        Ok((self, went))
    }

    /// Takes a step's update in, if loss and gradients are numbers.
    ///
    /// In half precision those that are not are expected now and then: the update is left out, and the loss is scaled down.
    fn take(
        mut self,
        update: Update<M>,
        [loss, length]: [f64; 2],
        settings: (&[f64], Option<f64>),
    ) -> Result<(Self, Went), LearnerError> {
        let options = &self.task.options;
        let step = self.plan.number(&self.position);
        let diverged = |what: &'static str, value| LearnerError::Diverged { what: what.into(), step, value };
        let scaled = options.precision == Precision::F16;
        if !loss.is_finite() && !scaled {
            return Err(diverged("loss", loss));
        }
        if matches!(update, Update::Shared) {
            return Ok((self, Went::On));
        }
        if !(length.is_finite() && loss.is_finite()) {
            if !scaled {
                return Err(diverged("length of the gradients", length));
            }
            if let Update::Ahead { left_out, .. } = update {
                self.state.model = left_out;
            }
            self.position.scale.lower();
            return match self.position.scale.is_exhausted() {
                true if loss.is_finite() => Err(diverged("length of the gradients", length)),
                true => Err(diverged("loss", loss)),
                false => Ok((self, Went::LeftOut)),
            };
        }
        let scale = self.position.scale.factor_of(options.precision);
        if scaled {
            self.position.scale.raise();
        }
        let State { model, optimizer, average, .. } = self.state;
        let (model, optimizer, average) = match (update, optimizer) {
            (Update::Ahead { after: Weights { model, optimizer, average }, .. }, _) => {
                (model, Some(optimizer), average)
            }
            (Update::Waits(gradients), Some(optimizer)) => {
                let factor = Factor::of(length, scale, options.most_gradient);
                let weights = Weights { model, optimizer, average };
                let Weights { model, optimizer, average } = weights.updated(self.task, gradients, factor, settings)?;
                (model, Some(optimizer), average)
            }
            (_, optimizer) => (model, optimizer, average),
        };
        Ok((Self { state: State { model, optimizer, average, ..self.state }, ..self }, Went::On))
    }

    /// After an update: a checkpoint where one is due or the fit is to be broken off, which it then is.
    fn look(&self, runs: &mut Option<&mut Runs>, interrupt: bool) -> Result<(), LearnerError> {
        // At the epoch's end one follows anyway, once it is validated.
        if self.position.step >= self.plan.steps {
            return Ok(());
        }
        if let Some(runs) = runs
            && (interrupt || runs.is_due(self.state.history.steps.len()))
        {
            self.keep(runs)?;
        }
        if interrupt { Err(self.interrupted(runs.as_deref())) } else { Ok(()) }
    }
}
