//! The training loop of one epoch.

use std::time::Instant;

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use firelight_datablock::{DataError, FittedTarget};
use firelight_losses::{Loss, Reduction};

use super::evaluate::Evaluation;
use crate::history::SmoothLoss;
use crate::models::Model;
use crate::optim::GroupOptimizer;
use crate::{EpochRow, Event, Flow, Learner, LearnerError, OneCycle, Rates, StepRow};

/// A fit under way: where it is on its curve.
pub(super) struct Run {
    rates: Vec<f64>,
    cycle: OneCycle,
    steps: usize,
    done: usize,
    smooth: SmoothLoss,
}

impl Run {
    /// Checks the settings and tells the observers.
    pub fn start<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        learner: &mut Learner<F, L, M>,
        epochs: usize,
        steps: usize,
        rates: Rates,
        cycle: OneCycle,
    ) -> Result<Self, LearnerError> {
        if !rates.is_valid() {
            let value = format!("{rates:?}");
            return Err(LearnerError::Setting { setting: "learning rate", value, remedy: "give positive numbers" });
        }
        learner.check_classes()?;
        let groups = learner.model.groups();
        if learner.optimizer.is_none() {
            learner.optimizer = Some(GroupOptimizer::new(&learner.adam, &groups)?);
        }
        let metrics: Vec<String> = learner.metrics.iter().map(|metric| metric.name()).collect();
        Learner::<F, L, M>::tell(&mut learner.observers, Event::Start { epochs, steps, metrics: &metrics });
        learner.history.metrics = metrics;
        let rates = rates.spread(groups.len());
        Ok(Self { rates, cycle, steps: steps * epochs, done: 0, smooth: SmoothLoss::default() })
    }

    /// One step a batch: forward, loss, backward, update.
    ///
    /// An error leaves the learner with the weights that it had at the epoch's start.
    pub fn train<F: FittedTarget, L: Loss<F::Tensor>, M: Model, const D: usize>(
        &mut self,
        learner: &mut Learner<F, L, M>,
        batches: impl Iterator<Item = Result<(Tensor<D>, F::Tensor), DataError>>,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<2>,
    ) -> Result<Flow, LearnerError> {
        let Learner { model: kept, loss, optimizer, observers, history, .. } = learner;
        let Some(optimizer) = optimizer else { return Ok(Flow::Stop) };
        let device = learner.data.device().clone();
        let mut model = kept.clone();
        let mut flow = Flow::Continue;
        for batch in batches {
            let (inputs, targets) = batch.inspect_err(|_| {
                Learner::<F, L, M>::tell(observers, Event::End);
            })?;
            let position = self.done as f64 / self.steps as f64;
            let rates: Vec<f64> = self.rates.iter().map(|&max| self.cycle.rate(max, position)).collect();
            let momentum = self.cycle.momentum(position);
            optimizer.set(&rates, momentum);
            // The device has one stream of random numbers for everybody, so dropout gets its own start at every step.
            device.seed(learner.seed ^ (history.steps.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));

            let value = loss.forward(forward(&model, inputs), targets, Reduction::Mean);
            let gradients = GradientsParams::from_grads(value.backward(), &model);
            model = optimizer.step(model, gradients);

            let value = f64::from(value.inner().into_scalar::<f32>());
            if !value.is_finite() {
                Learner::<F, L, M>::tell(observers, Event::End);
                return Err(LearnerError::Diverged { step: self.done, loss: value });
            }
            self.done += 1;
            history.steps.push(StepRow { loss: value, smooth_loss: self.smooth.add(value), rates, momentum });
            if let Some(step) = history.steps.last()
                && Learner::<F, L, M>::tell(observers, Event::Step(step)) == Flow::Stop
            {
                flow = Flow::Stop;
                break;
            }
        }
        learner.model = model;
        learner.epochs_done += 1;
        Ok(flow)
    }

    /// Writes the epoch's row.
    pub fn finish<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        &self,
        learner: &mut Learner<F, L, M>,
        epoch: usize,
        start: Instant,
        evaluation: &Evaluation,
    ) -> Flow {
        let row = EpochRow {
            epoch,
            steps: learner.history.steps.len(),
            train_loss: self.smooth.value(),
            valid_loss: evaluation.loss,
            metrics: evaluation.metrics.clone(),
            seconds: start.elapsed().as_secs_f64(),
        };
        learner.history.epochs.push(row.clone());
        Learner::<F, L, M>::tell(&mut learner.observers, Event::Epoch(&row))
    }
}
