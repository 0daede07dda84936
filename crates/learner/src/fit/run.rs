//! A fit under way.

use std::fmt;

use serde::{Deserialize, Serialize};

use firelight_datablock::FittedTarget;
use firelight_losses::Loss;

use super::best::Best;
use super::evaluate::Evaluation;
use crate::history::SmoothLoss;
use crate::models::Model;
use crate::optim::LossScale;
use crate::schedule::Patience;
use crate::{EpochRow, Event, Flow, Learner, LearnerError, Monitor, Plateau, Rates, Schedule};

/// What a fit is to do. Fits with equal plans, of equal learners, do the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Number of the fit among all fits of its learner, from 0.
    pub fit: usize,
    pub epochs: usize,
    /// Training steps in an epoch.
    pub steps: usize,
    /// Highest rate of each parameter group.
    pub rates: Vec<f64>,
    pub schedule: Schedule,
}

/// `fit 1: 5 epochs of 92 steps, rates [0.001], along …`
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fit, epochs, steps, rates, schedule } = self;
        write!(f, "fit {}: {epochs} epochs of {steps} steps, rates {rates:?}, along {schedule:?}", fit + 1)
    }
}

/// Where a fit is: together with the plan, the learner's model, optimizer, history and count of epochs, all that the rest of
/// the fit depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Epochs done: trained, validated and told.
    pub epoch: usize,
    /// Steps done in the epoch at hand.
    pub step: usize,
    pub smooth: SmoothLoss,
    /// What the schedule's plateau has seen, and how many times it has lowered the rates.
    pub patience: Patience,
    pub lowered: u32,
    /// What the choice of the best model has seen.
    pub best: Patience,
    /// Of the loss, in half precision.
    #[serde(default)]
    pub scale: LossScale,
    /// An observer wanted to stop: the epoch at hand is the last.
    pub stopped: bool,
}

/// A fit under way: what it is to do and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub plan: Plan,
    pub place: Place,
}

impl Run {
    /// Checks the settings and tells the observers.
    pub fn start<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        learner: &mut Learner<F, L, M>,
        epochs: usize,
        steps: usize,
        rates: Rates,
        schedule: Schedule,
    ) -> Result<Self, LearnerError> {
        if !rates.is_valid() {
            let value = format!("{rates:?}");
            return Err(LearnerError::Setting { setting: "learning rate", value, remedy: "give positive numbers" });
        }
        learner.check_classes()?;
        learner.check_precision()?;
        let metrics: Vec<String> = learner.metrics.iter().map(|metric| metric.name()).collect();
        let watched = [
            ("plateau", schedule.plateau().map(Plateau::monitor)),
            ("best model", learner.options.best.as_ref().map(|best| &best.monitor)),
        ];
        for (setting, monitor) in watched {
            let Some(name) = monitor.and_then(Monitor::metric) else { continue };
            if !metrics.iter().any(|metric| metric == name) {
                let value = format!("the metric {name:?}");
                return Err(LearnerError::Setting { setting, value, remedy: "watch one of the learner's metrics" });
            }
        }
        let groups = learner.optimizer()?.groups();
        let plan = Plan { fit: learner.fits, epochs, steps, rates: rates.spread(groups), schedule };
        learner.best = None;
        let resumed = learner.resume(&plan)?;
        learner.fits += 1;
        Learner::<F, L, M>::tell(&mut learner.observers, Event::Start { epochs, steps, metrics: &metrics });
        learner.history.metrics = metrics;
        learner.tell_again(resumed.steps, resumed.epochs);
        Ok(Self { plan, place: resumed.place })
    }

    /// Whether there is an epoch to train.
    pub fn goes_on(&self) -> bool {
        self.place.epoch < self.plan.epochs && !self.place.stopped
    }

    /// Rates of the parameter groups and the momentum of the step at hand.
    pub fn settings(&self) -> (Vec<f64>, Option<f64>) {
        let Self { plan, place } = self;
        let done = place.epoch * plan.steps + place.step;
        let position = done as f64 / (plan.steps * plan.epochs) as f64;
        let lower = |rate| plan.schedule.plateau().map_or(rate, |plateau| plateau.lower(rate, place.lowered));
        let rates = plan.rates.iter().map(|&highest| lower(plan.schedule.rate(highest, position))).collect();
        (rates, plan.schedule.momentum(position))
    }

    /// Takes in that an epoch is trained and validated: writes its row, and a checkpoint where the learner keeps any.
    pub fn finish_epoch<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        &mut self,
        learner: &mut Learner<F, L, M>,
        seconds: f64,
        evaluation: &Evaluation,
    ) -> Result<(), LearnerError> {
        let row = EpochRow {
            epoch: self.place.epoch,
            steps: learner.history.steps.len(),
            train_loss: self.place.smooth.value(),
            valid_loss: evaluation.loss,
            metrics: evaluation.metrics.clone(),
            seconds,
        };
        if let Some(plateau) = self.plan.schedule.plateau()
            && plateau.look(&mut self.place.patience, &row, &learner.history.metrics)
        {
            self.place.lowered += 1;
        }
        if let Some(keep) = &learner.options.best {
            let metrics = &learner.history.metrics;
            Best::keep(&mut learner.best, keep, &mut self.place.best, &learner.model, &row, metrics);
        }
        learner.history.epochs.push(row.clone());
        learner.epochs_done += 1;
        (self.place.epoch, self.place.step) = (self.place.epoch + 1, 0);
        self.place.stopped |= Learner::<F, L, M>::tell(&mut learner.observers, Event::Epoch(&row)) == Flow::Stop;
        learner.checkpoint(self).inspect_err(|_| {
            Learner::<F, L, M>::tell(&mut learner.observers, Event::End);
        })
    }

    /// Ends the fit: tells the observers, and restores the best model where that is wanted.
    pub fn end<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(learner: &mut Learner<F, L, M>) {
        if let (Some(keep), Some(best)) = (&learner.options.best, &learner.best)
            && keep.restore
        {
            learner.model = best.model.clone().train();
        }
        Learner::<F, L, M>::tell(&mut learner.observers, Event::End);
    }
}
