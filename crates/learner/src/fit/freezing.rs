//! What trains.

use firelight_datablock::FittedTarget;

use crate::norms::freeze;
use crate::state::State;
use crate::{Learner, LearnerError};
use firelight_models::Model;

impl<F: FittedTarget, M: Model> Learner<F, M> {
    /// Freezes all parameter groups before number `group` and thaws the others; `0` thaws all. The optimizer's running
    /// means are forgotten, as in fastai.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Groups`] if the model's own patterns are wrong, and [`LearnerError::Setting`] if there is no such
    /// group.
    pub fn freeze_to(&mut self, group: usize) -> Result<(), LearnerError> {
        let groups = self.state.model.groups().len();
        if group >= groups {
            return Err(LearnerError::Setting {
                setting: "freeze_to",
                value: format!("group {group} of {groups}"),
                remedy: "groups count from 0 and the last must stay trainable",
            });
        }
        self.state.model = self.with_frozen(&self.state.model, group)?;
        (self.state.frozen, self.state.optimizer) = (group, None);
        Ok(())
    }

    /// Freezes everything but the last group, the head.
    ///
    /// # Errors
    ///
    /// As [`freeze_to`](Self::freeze_to).
    pub fn freeze(&mut self) -> Result<(), LearnerError> {
        self.freeze_to(self.state.model.groups().len().saturating_sub(1))
    }

    /// Trains everything.
    ///
    /// # Errors
    ///
    /// As [`freeze_to`](Self::freeze_to).
    pub fn unfreeze(&mut self) -> Result<(), LearnerError> {
        self.freeze_to(0)
    }

    /// A copy of the state that a fit may change, with its first `frozen` groups frozen.
    pub(crate) fn frozen_fork(&self, frozen: usize) -> Result<State<M>, LearnerError> {
        let fork = self.state.fork();
        let model = self.with_frozen(&fork.model, frozen)?;
        Ok(State { model, optimizer: None, frozen, ..fork })
    }

    /// A copy of `model` with its first `frozen` groups frozen and norms as the options say.
    fn with_frozen(&self, model: &M, frozen: usize) -> Result<M, LearnerError> {
        let options = &self.task.options;
        freeze(model, frozen, options.frozen_norms, options.thawed_norms(self.state.body_was_loaded))
    }

    /// What is frozen, frozen as the options now say.
    pub(crate) fn frozen_again(mut self) -> Self {
        let frozen = self.state.frozen;
        if let Err(error) = self.freeze_to(frozen) {
            // The model's own patterns are wrong, which every fit says.
            tracing::warn!("{error}");
        }
        self
    }
}
