//! What a fit is to do, and how far it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::history::SmoothLoss;
use crate::optim::LossScale;
use crate::schedule::Patience;
use crate::{LearnerError, Plateau, Rates, Schedule};

/// What a fit is to do. Fits with equal plans, of equal learners under equal conditions, do the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub epochs: usize,
    /// Training steps in an epoch.
    pub steps: usize,
    /// Highest rate of each parameter group.
    pub rates: Vec<f64>,
    pub schedule: Schedule,
}

/// `5 epochs of 92 steps, rates [0.001], along …`
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epochs, steps, rates, schedule } = self;
        write!(f, "{epochs} epochs of {steps} steps, rates {rates:?}, along {schedule:?}")
    }
}

impl Plan {
    /// Whether rates and schedule make sense.
    pub fn new(
        epochs: usize,
        steps: usize,
        rates: Rates,
        groups: usize,
        schedule: Schedule,
    ) -> Result<Self, LearnerError> {
        let refused = |setting, value, remedy| Err(LearnerError::Setting { setting, value, remedy });
        if !rates.is_valid() {
            let remedy = match rates {
                Rates::Decayed(..) => "give a positive rate, and a factor over 0 and up to 1",
                _ => "give positive numbers",
            };
            return refused("learning rate", rates.to_string(), remedy);
        }
        if let Some(problem) = schedule.problem() {
            return refused(
                "schedule",
                problem,
                "give shares from 0 to 1, finite factors and momenta from 0 to under 1",
            );
        }
        if u32::try_from(epochs).is_err() {
            return refused("epochs", format!("{epochs} of them"), "train for fewer");
        }
        Ok(Self { epochs, steps, rates: rates.spread(groups), schedule })
    }

    /// Rates of the parameter groups and the momentum of the step at `position`.
    pub fn settings(&self, position: &Position) -> (Vec<f64>, Option<f64>) {
        let done = position.epoch as f64 * self.steps as f64 + position.step as f64;
        let share = done / (self.steps as f64 * self.epochs as f64);
        let lower = |rate| self.plateau().map_or(rate, |plateau| plateau.lower(rate, position.lowered));
        let rates = self.rates.iter().map(|&highest| lower(self.schedule.rate(highest, share))).collect();
        (rates, self.schedule.momentum(share))
    }

    pub fn plateau(&self) -> Option<&Plateau> {
        self.schedule.plateau()
    }

    /// Whether there is an epoch to train, or to validate, at `position`.
    pub fn goes_on(&self, position: &Position) -> bool {
        position.epoch < self.epochs && (!position.stopped || position.step > 0)
    }

    /// The number of a step within the fit.
    pub fn number(&self, position: &Position) -> usize {
        position.epoch * self.steps + position.step
    }
}

/// Where a fit is: together with the plan and the learner's [`State`](crate::state::State), all that the rest of it depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Epochs done: trained, validated and told.
    pub epoch: usize,
    /// Steps done in the epoch at hand, those of batches that were passed over among them.
    pub step: usize,
    pub smooth: SmoothLoss,
    /// What the schedule's plateau has seen, and how many times it has lowered the rates.
    pub patience: Patience,
    pub lowered: u32,
    /// What the choice of the best model has seen.
    pub best: Patience,
    /// Of the loss, in half precision.
    pub scale: LossScale,
    /// An observer wanted to stop: the epoch at hand is the last.
    pub stopped: bool,
}
