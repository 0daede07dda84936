//! What training changes.

use crate::best::Best;
use crate::optim::GroupOptimizer;
use crate::{History, KeepBest, LearnerError};
use firelight_models::Model;

/// All that training changes, in one value. A fit works on a [`fork`](Self::fork) and puts it in the learner's place when it has
/// come to its end, so that a fit that fails, however it fails, leaves the learner as it was.
#[derive(Debug)]
pub(crate) struct State<M> {
    /// On the training device.
    pub model: M,
    /// With what it knows of the parameters; `None` before the first fit, and after what trains has changed.
    pub optimizer: Option<GroupOptimizer>,
    pub history: History,
    /// Epochs trained over all fits: the number that orders and augments the next one.
    pub epochs_done: usize,
    /// The best model of the last fit, where it was to be kept.
    pub best: Option<Best<M>>,
    /// How many parameter groups are frozen, from the input on.
    pub frozen: usize,
    /// Whether the body has weights from a file.
    pub body_was_loaded: bool,
    /// Whether the body has weights from a file or from a fit, and is worth freezing.
    pub body_is_trained: bool,
}

impl<M: Model> State<M> {
    pub fn new(model: M) -> Self {
        Self {
            model,
            optimizer: None,
            history: History::default(),
            epochs_done: 0,
            best: None,
            frozen: 0,
            body_was_loaded: false,
            body_is_trained: false,
        }
    }

    /// A copy that shares nothing that a step changes. (A clone of a model shares the running statistics of its norms.)
    pub fn fork(&self) -> Self {
        Self {
            model: self.model.valid().train(),
            optimizer: self.optimizer.clone(),
            history: self.history.clone(),
            best: self.best.clone(),
            ..*self
        }
    }

    /// A copy for trying something out: as [`fork`](Self::fork), without the past.
    pub fn trial(&self) -> Self {
        Self {
            model: self.model.valid().train(),
            optimizer: self.optimizer.clone(),
            history: History::default(),
            best: None,
            ..*self
        }
    }

    /// The state at the end of a fit that keeps its best model: with that, if it is to be restored.
    pub fn with_best(mut self, keep: Option<&KeepBest>) -> Self {
        if let (Some(keep), Some(best)) = (keep, &self.best)
            && keep.restore
        {
            self.model = best.model.clone().train();
        }
        self
    }

    /// The optimizer with what it knows, or a new one.
    pub fn optimizer(&mut self, rule: &crate::optim::Rule) -> Result<&mut GroupOptimizer, LearnerError> {
        let optimizer = match self.optimizer.take() {
            Some(optimizer) => optimizer,
            None => GroupOptimizer::new(rule.clone(), &self.model.groups())?,
        };
        Ok(self.optimizer.insert(optimizer))
    }

    /// Whether all that comes before the last group is frozen.
    pub fn body_is_frozen(&self) -> bool {
        self.frozen > 0 && self.frozen + 1 == self.model.groups().len()
    }
}
