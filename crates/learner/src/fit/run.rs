//! A fit under way.

use serde::{Deserialize, Serialize};

use firelight_datablock::FittedTarget;
use firelight_losses::Loss;

use super::evaluate::Evaluation;
use crate::history::SmoothLoss;
use crate::models::Model;
use crate::schedule::Patience;
use crate::{EpochRow, Event, Flow, Learner, LearnerError, Rates, Schedule};

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
        let metrics: Vec<String> = learner.metrics.iter().map(|metric| metric.name()).collect();
        if let Some(name) = schedule.plateau().and_then(|plateau| plateau.monitor().metric())
            && !metrics.iter().any(|metric| metric == name)
        {
            let value = format!("the metric {name:?}");
            return Err(LearnerError::Setting {
                setting: "plateau",
                value,
                remedy: "watch one of the learner's metrics",
            });
        }
        let groups = learner.optimizer()?.groups();
        let plan = Plan { fit: learner.fits, epochs, steps, rates: rates.spread(groups), schedule };
        learner.fits += 1;
        let run = Self { plan, place: Place::default() };
        Learner::<F, L, M>::tell(&mut learner.observers, Event::Start { epochs, steps, metrics: &metrics });
        learner.history.metrics = metrics;
        Ok(run)
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

    /// Takes in that an epoch is trained and validated, and writes its row.
    pub fn finish_epoch<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        &mut self,
        learner: &mut Learner<F, L, M>,
        seconds: f64,
        evaluation: &Evaluation,
    ) {
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
        learner.history.epochs.push(row.clone());
        learner.epochs_done += 1;
        (self.place.epoch, self.place.step) = (self.place.epoch + 1, 0);
        self.place.stopped |= Learner::<F, L, M>::tell(&mut learner.observers, Event::Epoch(&row)) == Flow::Stop;
    }
}
