//! When checkpoints are written, and where.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use firelight_files::can_write;

use crate::LearnerError;

/// How names of checkpoints begin and end.
const NAME: (&str, &str) = ("step-", ".checkpoint");
/// The fewest digits between them: names sort as numbers do.
const DIGITS: usize = 9;

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
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
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

    /// Writes one after every `steps` training steps too; a fit refuses 0.
    pub fn every_steps(mut self, steps: usize) -> Self {
        self.every = Some(steps);
        self
    }

    /// How many of the newest stay; a fit refuses 0. The last one of each fit stays too, for what a program asks of the model between
    /// two fits.
    pub fn keeping(mut self, newest: usize) -> Self {
        self.kept = newest;
        self
    }

    /// Whether the settings make sense.
    pub(super) fn check(&self) -> Result<(), LearnerError> {
        let refused = |value: &str| {
            let remedy = "write them after a step at least, and keep one at least";
            Err(LearnerError::Setting { setting: "checkpoints", value: value.into(), remedy })
        };
        match self {
            Self { every: Some(0), .. } => refused("every 0 steps"),
            Self { kept: 0, .. } => refused("keeping the newest 0"),
            _ => Ok(()),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether one is due within an epoch, after `steps` steps in all.
    pub(super) fn is_due(&self, steps: usize) -> bool {
        self.every.is_some_and(|every| steps.is_multiple_of(every))
    }

    /// The place of the one after `steps` steps in all.
    pub(super) fn place(&self, steps: usize) -> PathBuf {
        self.folder.join(format!("{}{steps:0DIGITS$}{}", NAME.0, NAME.1))
    }

    /// Makes the folder.
    pub(super) fn prepare(&self) -> Result<(), LearnerError> {
        let failed = |why| LearnerError::Write { stage: "checkpoint", path: self.folder.clone(), why };
        fs::create_dir_all(&self.folder).map_err(failed)
    }

    /// The right to write to the folder, until what is returned goes; a killed process loses it. Whether anything can be written there is
    /// known then, before the first step; `steps` have been done. (Some systems and disks have no locks for folders, and no harm is done.)
    pub(super) fn turn(&self, steps: usize) -> Result<Option<File>, LearnerError> {
        self.prepare()?;
        let path = self.place(steps);
        can_write(&path).map_err(|why| LearnerError::Write { stage: "checkpoint", path, why })?;
        let Ok(folder) = File::open(&self.folder) else { return Ok(None) };
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => Err(LearnerError::TakenFolder { path: self.folder.clone() }),
            _ => Ok(Some(folder)),
        }
    }

    /// Those that are there with the steps that they are after, newest first.
    pub(super) fn there(&self) -> Result<Vec<(usize, PathBuf)>, LearnerError> {
        let failed = |why| LearnerError::Read { stage: "checkpoint", path: self.folder.clone(), why };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let paths =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let mut found: Vec<_> = paths.into_iter().filter_map(|path| Some((steps_of(&path)?, path))).collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// Removes a checkpoint. One that cannot be removed does no harm but to the disk.
    pub(super) fn remove(&self, steps: usize) {
        let _ = fs::remove_file(self.place(steps));
    }

    /// Of the checkpoints of a run, by their steps, removes all but the newest and `also`.
    pub(super) fn prune(&self, own: &mut Vec<usize>, now: usize, also: &[usize]) {
        own.sort_unstable();
        own.dedup();
        let past = own.iter().filter(|&&steps| steps <= now).count();
        let first = past.saturating_sub(self.kept);
        let stays = |place: usize, steps: usize| (first..past).contains(&place) || also.contains(&steps);
        let mut place = 0..;
        for old in own.extract_if(.., |steps| !place.next().is_some_and(|place| stays(place, *steps))) {
            self.remove(old);
        }
    }
}

/// The number in the name of a checkpoint; `None` for the names of all other files, copies that somebody made among them.
fn steps_of(path: &Path) -> Option<usize> {
    let digits = path.file_name()?.to_str()?.strip_prefix(NAME.0)?.strip_suffix(NAME.1)?;
    let plain = digits.len() >= DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B23: what is not called as a checkpoint is neither gone on from nor removed.
    #[test]
    fn only_files_with_a_number_are_checkpoints() {
        let steps = |name: &str| steps_of(Path::new(name));
        assert_eq!(steps("kept/step-000000012.checkpoint"), Some(12));
        assert_eq!(steps("step-1234567890.checkpoint"), Some(1_234_567_890));
        for name in [
            "step-best.checkpoint",
            "step-12.checkpoint",
            "step-000000012 (copy).checkpoint",
            "step-000000012.checkpoint.part",
            "step--00000012.checkpoint",
            "step-+00000012.checkpoint",
            "step-00000001e.checkpoint",
        ] {
            assert_eq!(steps(name), None, "{name}");
        }
    }
}
