//! The training loop of one epoch.

use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Tensor;
use firelight_datablock::{DataError, FittedTarget};
use firelight_layers::on_workers;
use firelight_losses::Loss;

use super::examples::Examples;
use super::parallel::{self, Shares};
use super::run::Run;
use crate::keep::Moment;
use crate::models::Model;
use crate::optim::clip_global_norm;
use crate::{Event, Flow, Learner, LearnerError, Precision, StepRow};

/// What a step trains on.
type Step<const D: usize, T> = Result<Examples<D, T>, DataError>;

impl Run {
    /// Trains on the rest of the epoch at hand: for each batch forward, loss and backward, and an update for each batch or for
    /// several together.
    ///
    /// `batches` go on after the steps that are done. An error leaves the learner with the weights that it had before.
    pub fn train<F: FittedTarget, L: Loss<F::Tensor>, M: Model, const D: usize>(
        &mut self,
        learner: &mut Learner<F, L, M>,
        batches: impl Iterator<Item = Step<D, F::Tensor>>,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<2> + Sync,
    ) -> Result<(), LearnerError> {
        learner.optimizer()?;
        self.steps(learner, batches, forward).inspect_err(|_| {
            Learner::<F, L, M>::tell(&mut learner.observers, Event::End);
        })
    }

    fn steps<F: FittedTarget, L: Loss<F::Tensor>, M: Model, const D: usize>(
        &mut self,
        learner: &mut Learner<F, L, M>,
        batches: impl Iterator<Item = Step<D, F::Tensor>>,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<2> + Sync,
    ) -> Result<(), LearnerError> {
        let Learner { model: kept, loss, optimizer: Some(optimizer), observers, history, data, options, best, .. } =
            learner
        else {
            return Ok(());
        };
        let (resumption, epochs_done) = (&learner.resumption, learner.epochs_done);
        let device = data.device().clone();
        // A clone would share the running statistics of the norms, so that an error could not leave them as they were.
        let mut model = kept.valid().train();
        let mut gathered = GradientsAccumulator::new();
        for batch in batches {
            let examples = batch?;
            let (rates, momentum) = self.settings();
            optimizer.set(&rates, momentum);
            // The device has one stream of random numbers for everybody, so dropout gets its own start at every step.
            device.seed(options.seed ^ (history.steps.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));

            let (window, complete) = self.window(options.batches_an_update);
            let scaled = options.precision == Precision::F16;
            let factor = if scaled { self.place.scale.factor() } else { 1.0 } / window as f64;
            let (value, gradients) = if options.devices.is_empty() {
                let here;
                (model, here) = on_workers(&device, || {
                    let value = examples.loss(loss, |inputs| forward(&model, inputs));
                    let gradients = GradientsParams::from_grads((value.clone() * factor).backward(), &model);
                    // Running statistics are kept by the thread that moved them until a copy asks for them.
                    drop(model.valid());
                    (model, (f64::from(value.inner().into_scalar::<f32>()), gradients))
                });
                here
            } else {
                let shares = Shares::new(examples, data.train().dataset(), &options.devices);
                let (value, gradients, moved) = parallel::gradients(model, loss, shares, &forward, factor, &device)?;
                model = moved;
                (value, gradients)
            };
            let gradients = if window == 1 {
                Some(gradients)
            } else {
                gathered.accumulate(&model, gradients);
                complete.then(|| gathered.grads())
            };
            let gradients = match gradients {
                Some(gradients) if scaled => self.place.scale.take_from(&model, gradients),
                gradients => gradients,
            };
            if let Some(gradients) = gradients {
                let gradients = match options.most_gradient {
                    Some(most) => clip_global_norm(&model, gradients, most),
                    None => gradients,
                };
                model = on_workers(&device, || optimizer.step(model, gradients));
            }

            if !value.is_finite() || self.place.scale.is_exhausted() {
                let step = self.place.epoch * self.plan.steps + self.place.step;
                return Err(LearnerError::Diverged { step, loss: value });
            }
            self.place.step += 1;
            let smooth_loss = self.place.smooth.add(value);
            let row = StepRow { loss: value, smooth_loss, rates, momentum: optimizer.momentum() };
            history.steps.push(row.clone());
            if Learner::<F, L, M>::tell(observers, Event::Step(&row)) == Flow::Stop {
                self.place.stopped = true;
                break;
            }
            // At the epoch's end one follows anyway, once it is validated; gathered gradients are in no checkpoint.
            if let Some(resumption) = resumption
                && resumption.is_due(history.steps.len())
                && complete
                && self.place.step < self.plan.steps
            {
                let (optimizer, best) = (Some(&*optimizer), best.as_ref());
                resumption.keep(&Moment { run: self, model: &model, optimizer, best, history, epochs_done })?;
            }
        }
        *kept = model;
        Ok(())
    }

    /// How many batches share the update that the step at hand goes into, and whether it is the last of them. An epoch's last
    /// update may have fewer than the others.
    fn window(&self, batches: usize) -> (usize, bool) {
        let first = self.place.step - self.place.step % batches;
        let window = batches.min(self.plan.steps.saturating_sub(first)).max(1);
        (window, self.place.step + 1 == first + window)
    }
}
