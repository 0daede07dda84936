//! What training changes.

use crate::average::Average;
use crate::best::Best;
use crate::optim::GroupOptimizer;
use crate::trusted::GONE;
use crate::{History, KeepBest, LearnerError, Trusted};
use firelight_models::Model;
use firelight_predict::Trust;

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
    pub best: Option<Box<Best<M>>>,
    /// The moving mean of the weights, while a fit is under way that keeps one.
    pub average: Option<Box<Average<M>>>,
    /// What was fitted on the model's probabilities.
    pub trusted: Trusted,
    /// How many parameter groups are frozen, from the input on.
    pub frozen: usize,
    /// Whether the body has weights from a file.
    pub body_was_loaded: bool,
    /// Whether the body has weights from a file or from a fit, and is worth freezing.
    pub body_is_trained: bool,
}

/// A model that is run over items, and what is done to its probabilities.
#[derive(Debug)]
pub(crate) struct Seeing<'a, M> {
    pub model: &'a M,
    /// Nothing within a fit, which changes what it would be fitted on.
    pub trust: Option<&'a Trust>,
}

impl<'a, M> Seeing<'a, M> {
    /// The model alone.
    pub fn of(model: &'a M) -> Self {
        Self { model, trust: None }
    }
}

impl<M> Clone for Seeing<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Seeing<'_, M> {}

impl<M: Model> State<M> {
    pub fn new(model: M) -> Self {
        Self {
            model,
            optimizer: None,
            history: History::default(),
            epochs_done: 0,
            best: None,
            average: None,
            trusted: Trusted::default(),
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
            average: None,
            trusted: self.trusted.clone(),
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
            average: None,
            trusted: Trusted::default(),
            ..*self
        }
    }

    /// What was fitted on probabilities goes, where they are now others.
    pub fn forget_fitted(&mut self) {
        if self.trusted.is_fitted() {
            tracing::warn!("{GONE}");
        }
        self.trusted = self.trusted.unfitted();
    }

    /// The model with what is done to its probabilities.
    pub fn seeing(&self) -> Seeing<'_, M> {
        Seeing { model: &self.model, trust: Some(self.trusted.trust()) }
    }

    /// The model that a fit under way is judged by: the mean of its weights, where it keeps one.
    pub fn judged(&self) -> &M {
        self.average.as_ref().map_or(&self.model, |average| &average.model)
    }

    /// The state at the end of a fit: with its best model, if that is to be restored, or else with the mean of its weights, if it kept one. What the
    /// optimizer knows is of the weights that it moved, and goes with them.
    pub fn at_end(mut self, keep: Option<&KeepBest>) -> Self {
        if let Some(average) = self.average.take() {
            (self.model, self.optimizer) = (average.model.train(), None);
        }
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
