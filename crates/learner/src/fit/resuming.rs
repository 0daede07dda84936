//! Going on after a crash.

use firelight_datablock::FittedTarget;

use crate::runs::Runs;
use crate::{Checkpoints, Learner};
use firelight_models::Model;

impl<F: FittedTarget, M: Model> Learner<F, M> {
    /// Writes checkpoints while it trains, and goes on from the newest one where there is one: a program that was killed, at
    /// whatever moment, and is run again does again what it did before, but for what is done already.
    ///
    /// A run is a list of fits, of searches for a rate ([`lr_find`](Self::lr_find)) and of passes for features
    /// ([`head_features`](Self::head_features)). Those that the checkpoint knows are answered from it and cost nothing; the fit that was
    /// broken off goes on at its step, with weights, running statistics, optimizer, history, schedule, chance and order of the pictures
    /// as they were; on `flex` it ends with the weights of an unbroken run, bit for bit. A fit that diverged diverges again. Observers
    /// are told again what happened before.
    ///
    /// Each piece of work is compared with the one of its turn before anything is taken over: data, model, loss, optimizer and all
    /// other settings, but for the devices, which may be others. After a fit that is done the learner has what that fit left it with,
    /// from its last checkpoint, so that what a program evaluates, predicts or exports between two fits is what it was.
    ///
    /// A checkpoint is written beside its place, put on the disk and renamed, so it is whole or not there; if the newest is damaged
    /// after all, the one before counts. The history stands once in a file beside them, `run.history`. Only checkpoints of this run are
    /// ever removed.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{Checkpoints, LearnerError, resnet18, vision_learner};
    /// # fn train(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
    /// let mut learn = vision_learner(dls, resnet18().with_weights("resnet18.pth"))?
    ///     .with_checkpoints(Checkpoints::in_folder("pets-checkpoints").every_steps(50));
    /// learn.fine_tune(4, 2e-3)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Fits then also fail with [`LearnerError::Checkpoint`](crate::LearnerError::Checkpoint) where one cannot be written
    /// (the last good one stays), [`LearnerError::OtherRun`](crate::LearnerError::OtherRun) where the folder has those of
    /// another run, and [`LearnerError::Unusable`](crate::LearnerError::Unusable) where all are damaged.
    pub fn with_checkpoints(mut self, checkpoints: impl Into<Checkpoints>) -> Self {
        self.runs = Some(Runs::new(checkpoints.into()));
        self
    }
}
