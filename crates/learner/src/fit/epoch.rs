//! The training loop of one epoch.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use firelight_datablock::{DataError, FittedTarget};
use firelight_losses::{Loss, Reduction};

use super::run::Run;
use crate::models::Model;
use crate::{Event, Flow, Learner, LearnerError, StepRow};

impl Run {
    /// Trains on the rest of the epoch at hand, one step a batch: forward, loss, backward, update.
    ///
    /// `batches` go on after the steps that are done. An error leaves the learner with the weights that it had before.
    pub fn train<F: FittedTarget, L: Loss<F::Tensor>, M: Model, const D: usize>(
        &mut self,
        learner: &mut Learner<F, L, M>,
        batches: impl Iterator<Item = Result<(Tensor<D>, F::Tensor), DataError>>,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<2>,
    ) -> Result<(), LearnerError> {
        learner.optimizer()?;
        let Learner { model: kept, loss, optimizer: Some(optimizer), observers, history, data, options, .. } = learner
        else {
            return Ok(());
        };
        let device = data.device().clone();
        let mut model = kept.clone();
        for batch in batches {
            let (inputs, targets) = batch.inspect_err(|_| {
                Learner::<F, L, M>::tell(observers, Event::End);
            })?;
            let (rates, momentum) = self.settings();
            optimizer.set(&rates, momentum);
            // The device has one stream of random numbers for everybody, so dropout gets its own start at every step.
            device.seed(options.seed ^ (history.steps.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));

            let value = loss.forward(forward(&model, inputs), targets, Reduction::Mean);
            let gradients = GradientsParams::from_grads(value.backward(), &model);
            model = optimizer.step(model, gradients);

            let value = f64::from(value.inner().into_scalar::<f32>());
            if !value.is_finite() {
                Learner::<F, L, M>::tell(observers, Event::End);
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
        }
        *kept = model;
        Ok(())
    }
}
