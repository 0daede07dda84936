//! When checkpoints are written, and where.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use firelight_datablock::FittedTarget;
use firelight_losses::Loss;

use super::resume::Resumption;
use crate::models::Model;
use crate::{Learner, LearnerError};

/// How names of checkpoints end.
const ENDING: &str = ".checkpoint";

/// Where a learner keeps its checkpoints, and how often it writes one.
///
/// | option | default |
/// |---|---|
/// | [`every_steps`](Self::every_steps) | at the end of each epoch alone |
/// | [`keeping`](Self::keeping) | the newest 2 |
///
/// A path stands for a folder with these defaults.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Checkpoints, Learner, LearnerError};
/// # use firelight_losses::CrossEntropy;
/// # fn train(learn: Learner<Categories, CrossEntropy>) -> Result<(), LearnerError> {
/// let mut learn = learn.with_checkpoints(Checkpoints::in_folder("kept").every_steps(500).keeping(3));
/// learn.fine_tune(10, 2e-3)?; // run again after a crash, it goes on where it was
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoints {
    folder: PathBuf,
    every: Option<usize>,
    kept: usize,
}

impl<P: Into<PathBuf>> From<P> for Checkpoints {
    fn from(folder: P) -> Self {
        Self { folder: folder.into(), every: None, kept: 2 }
    }
}

impl Checkpoints {
    /// Checkpoints in `folder`, which is made if it is not there.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        folder.into().into()
    }

    /// Writes one after every `steps` training steps too.
    pub fn every_steps(mut self, steps: usize) -> Self {
        self.every = Some(steps.max(1));
        self
    }

    /// How many of the newest stay, at least one.
    pub fn keeping(mut self, newest: usize) -> Self {
        self.kept = newest.max(1);
        self
    }

    /// Whether one is due within an epoch, after `steps` steps in all.
    pub(super) fn is_due(&self, steps: usize) -> bool {
        self.every.is_some_and(|every| steps.is_multiple_of(every))
    }

    /// Its place after `steps` steps in all; the folder is there.
    pub(super) fn place(&self, steps: usize) -> Result<PathBuf, LearnerError> {
        fs::create_dir_all(&self.folder).map_err(|source| LearnerError::Write {
            stage: "checkpoint",
            path: self.folder.clone(),
            source,
        })?;
        Ok(self.folder.join(format!("step-{steps:09}{ENDING}")))
    }

    /// Those that are there, newest first.
    pub(super) fn there(&self) -> Result<Vec<PathBuf>, LearnerError> {
        let failed = |source| LearnerError::Read { stage: "checkpoint", path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let paths =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let mut paths: Vec<PathBuf> = paths.into_iter().filter(|path| is_checkpoint(path)).collect();
        // The numbers have leading zeros, so names sort as numbers do.
        paths.sort_unstable_by(|a, b| b.cmp(a));
        Ok(paths)
    }

    /// Removes all but the newest. A file that cannot be removed does no harm but to the disk.
    pub(super) fn prune(&self) {
        for old in self.there().unwrap_or_default().into_iter().skip(self.kept) {
            let _ = fs::remove_file(old);
        }
    }
}

fn is_checkpoint(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("step-") && name.ends_with(ENDING))
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model> Learner<F, L, M> {
    /// Writes checkpoints while it trains, and goes on from the newest one where there is one: a program that was killed, at
    /// whatever moment, and is run again does again what it did before, but for the fits that are done.
    ///
    /// The fits that the checkpoint knows are skipped, the one that was broken off goes on at its step, with weights, running
    /// statistics, optimizer, history, schedule and order of the pictures as they were; on `flex` it ends with the weights of an
    /// unbroken run, bit for bit. Observers are told again what happened before. After the first fit's start the model
    /// has the checkpoint's weights, also while later fits are still to be skipped.
    ///
    /// A checkpoint is written beside its place, put on the disk and renamed, so it is whole or not there; if the newest is damaged
    /// after all, the one before counts.
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
    /// Fits then also fail with [`LearnerError::Checkpoint`] where one cannot be written (the last good one stays),
    /// [`LearnerError::OtherRun`] where the folder has those of another setup, and [`LearnerError::Unusable`] where all are
    /// damaged.
    pub fn with_checkpoints(mut self, checkpoints: impl Into<Checkpoints>) -> Self {
        self.resumption = Some(Resumption::new(checkpoints.into()));
        self
    }
}
