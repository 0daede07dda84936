//! The training loop of one epoch.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use firelight_datablock::{DataError, FittedTarget};
use firelight_layers::on_workers;
use firelight_losses::Totals;

use super::gradients::{Contribution, Forward, Gathered, parts};
use super::parallel::{Shares, contributions};
use crate::error::guarded;
use crate::examples::Examples;
use crate::observe::Observers;
use crate::optim::{length, scale};
use crate::plan::{Plan, Position};
use crate::state::State;
use crate::task::Task;
use crate::{Event, LearnerError, Precision, StepRow};
use firelight_models::{Model, Noise};

/// What a step trains on.
pub(super) type Batch<const D: usize, F> = Result<Examples<D, F>, DataError>;

/// A fit under way: what it reads, and what it changes. An epoch takes it and gives it back; an error drops it.
pub(crate) struct Fit<'a, F: FittedTarget, M> {
    pub task: &'a Task<F>,
    pub plan: Plan,
    pub position: Position,
    pub state: State<M>,
}

/// What a step came to, before anything is updated by it.
struct Step {
    /// Mean loss of the batch.
    loss: f64,
    /// None where further batches share the update.
    update: Option<Update>,
}

struct Update {
    /// Of the mean loss of all batches that share the update, times the loss scale.
    gradients: GradientsParams,
    /// Their length.
    length: f64,
}

impl<F: FittedTarget, M: Model + Sync> Fit<'_, F, M> {
    /// Trains on the rest of the epoch at hand: for each batch forward, loss and backward, and an update for each batch or for
    /// several together. `batches` go on after the steps that are done; `stepped` is told after each update, and whether the fit is to be broken off.
    ///
    /// Loss and gradients are looked at before anything is updated by them.
    pub fn train<const D: usize>(
        mut self,
        observers: &mut Observers,
        batches: impl Iterator<Item = Batch<D, F>>,
        forward: &impl Forward<M, D>,
        mut stepped: impl FnMut(&Self, bool) -> Result<(), LearnerError>,
    ) -> Result<Self, LearnerError> {
        self.state.optimizer(&self.task.options.rule)?;
        let shared = self.task.options.batches_an_update;
        let mut gathered = Gathered::new();
        let mut batches = batches.peekable();
        while let Some(batch) = batches.next() {
            let examples = batch?;
            let (number, items) = (examples.number, examples.items.clone());
            self.position.step = number;
            // Batches that are passed over leave gaps, so the next one tells whether this is the last of its update.
            let of_this_update =
                |next: &Batch<D, F>| next.as_ref().is_ok_and(|next| next.number / shared == number / shared);
            if shared > 1
                && let Some(Err(error)) = batches.next_if(Result::is_err)
            {
                return Err(error.into()); // before an update that lacks a batch
            }
            let complete = shared == 1 || !batches.peek().is_some_and(of_this_update);
            let (rates, momentum) = self.plan.settings(&self.position);
            let step = || self.step(examples, &mut gathered, forward, complete);
            let (step, moved) = guarded(|| self.place(&items), step)??;
            if let Some(model) = moved {
                self.state.model = model;
            }
            let loss = step.loss;
            let own = self.state.optimizer(&self.task.options.rule)?.momentum(momentum);
            self = self.update(step, &rates, momentum)?;

            self.position.step += 1;
            let smooth_loss = self.position.smooth.add(loss);
            let row = StepRow { loss, smooth_loss, rates, momentum: own };
            self.state.history.steps.push(row.clone());
            if let Some(reason) = observers.tell(Event::Step(&row))? {
                self.stop(observers, &reason)?;
                break;
            }
            if complete {
                stepped(&self, observers.interrupt())?;
            }
        }
        Ok(self)
    }

    /// Lets the epoch at hand be the last.
    pub fn stop(&mut self, observers: &mut Observers, reason: &str) -> Result<(), LearnerError> {
        if std::mem::replace(&mut self.position.stopped, true) {
            return Ok(());
        }
        observers.tell(Event::Notice(&format!("stopped: {reason}"))).map(drop)
    }

    /// Forward, loss and backward of a batch. On several devices the model comes back with the mean of their norms' statistics.
    fn step<const D: usize>(
        &self,
        examples: Examples<D, F>,
        gathered: &mut Gathered<M>,
        forward: &impl Forward<M, D>,
        complete: bool,
    ) -> Result<(Step, Option<M>), LearnerError> {
        let Self { task, position, state, .. } = self;
        let (model, loss, options, home) = (&state.model, &*task.loss, &task.options, task.data.device());
        let noise = Noise::new(options.seed, state.history.steps.len() as u64);
        let factor = position.scale.factor_of(options.precision);
        if options.devices.is_empty() && options.batches_an_update == 1 {
            let (numbers, gradients) = on_workers(home, || {
                let again = options.sam.map(|sam| (sam, examples.clone()));
                let mean = parts(model, examples, loss, forward, &noise).mean();
                let mut gradients = GradientsParams::from_grads((mean.clone() * factor).backward(), model);
                // Running statistics are kept by the thread that moved them until a copy asks for them.
                drop(model.valid());
                if let Some((sam, examples)) = again {
                    let uphill = sam.uphill(model, &gradients);
                    let mean = parts(&uphill, examples, loss, forward, &noise).mean();
                    gradients = GradientsParams::from_grads((mean * factor).backward(), &uphill);
                }
                let mean = mean.inner();
                let length = length(model, &gradients).unwrap_or_else(|| mean.zeros_like());
                // Both in one reading from the device.
                (Tensor::cat(vec![mean, length], 0), gradients)
            });
            let numbers: Vec<f32> = numbers.into_data().iter::<f32>().collect();
            let update = Update { gradients, length: numbers[1].into() };
            return Ok((Step { loss: numbers[0].into(), update: Some(update) }, None));
        }
        // A sum grows with its batch, for which half precision has no room.
        let added = factor / task.data.train().batch_size() as f64;
        let (contributions, moved) = if options.devices.is_empty() {
            let contribution = on_workers(home, || {
                let contribution = Contribution::of(model, examples, loss, forward, &noise, added);
                drop(model.valid());
                contribution
            });
            (vec![contribution], None)
        } else {
            let shares = Shares::new(examples, task.data.train().dataset(), &options.devices);
            let (contributions, model) = contributions(model, loss, shares, forward, &noise, added, home)?;
            (contributions, Some(model))
        };
        let mut totals = Totals::default();
        for contribution in contributions {
            totals.merge(&contribution.totals);
            gathered.add(model, contribution);
        }
        let update = complete.then(|| {
            let gradients = gathered.take(model, added, factor);
            let length = length(model, &gradients).map_or(0.0, |length| f64::from(length.into_scalar::<f32>()));
            Update { gradients, length }
        });
        Ok((Step { loss: totals.mean(), update }, moved))
    }

    /// Updates the model, if loss and gradients are numbers.
    ///
    /// In half precision those that are not are expected now and then: the update is left out, and the loss is scaled down.
    fn update(mut self, step: Step, rates: &[f64], momentum: Option<f64>) -> Result<Self, LearnerError> {
        let options = &self.task.options;
        let step_number = self.plan.number(&self.position);
        let diverged =
            |what: &'static str, value| LearnerError::Diverged { what: what.into(), step: step_number, value };
        let Step { loss, update } = step;
        let scaled = options.precision == Precision::F16;
        if !loss.is_finite() && !scaled {
            return Err(diverged("loss", loss));
        }
        let Some(Update { gradients, length }) = update else { return Ok(self) };
        if !(length.is_finite() && loss.is_finite()) {
            if !scaled {
                return Err(diverged("length of the gradients", length));
            }
            self.position.scale.lower();
            return match self.position.scale.is_exhausted() {
                true if loss.is_finite() => Err(diverged("length of the gradients", length)),
                true => Err(diverged("loss", loss)),
                false => Ok(self),
            };
        }
        let factor = self.position.scale.factor_of(options.precision);
        let cut = options.most_gradient.map_or(1.0, |most| (most / (length / factor + 1e-6)).min(1.0));
        if scaled {
            self.position.scale.raise();
        }
        let State { model, mut optimizer, average, .. } = self.state;
        let Some(own) = &mut optimizer else {
            return Ok(Self { state: State { model, optimizer, average, ..self.state }, ..self });
        };
        let (model, average) = on_workers(self.task.data.device(), || {
            let gradients = scale(&model, gradients, cut / factor);
            let model = own.step(model, gradients, rates, momentum)?;
            let average = average.zip(options.ema).map(|(average, ema)| Box::new(average.after(&model, ema)));
            Ok::<_, LearnerError>((model, average))
        })?;
        Ok(Self { state: State { model, optimizer, average, ..self.state }, ..self })
    }

    /// Where a fit is, for errors over a batch of these items.
    fn place(&self, items: &[usize]) -> String {
        let train = self.task.data.train().dataset();
        let first = items.first().map(|&item| format!(", whose first item is {}", train.path(item).display()));
        let first = first.unwrap_or_default();
        let step = self.plan.number(&self.position);
        format!("step {step}, on a batch of {}{first}", items.len())
    }
}
