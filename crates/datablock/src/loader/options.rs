//! How a loader serves.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::sampling::Sampling;

/// What to do with a picture that cannot be read or decoded.
///
/// ```no_run
/// # use firelight_datablock::{Categories, DataError, DataLoaders, OnError};
/// # fn run(dls: DataLoaders<Categories>) -> Result<(), DataError> {
/// let dls = dls.with_on_error(OnError::Skip);
/// for batch in dls.valid().batches(0)? {
///     batch?;
/// }
/// for (file, why) in dls.valid().skipped() {
///     println!("{}: {why}", file.display());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Stop with an error that names the file.
    #[default]
    Fail,
    /// Leave it out of its batch, log a warning and count it; [`DataLoader::skipped`](crate::DataLoader::skipped) lists
    /// what was left out.
    Skip,
}

#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub batch_size: usize,
    pub shuffle: bool,
    pub augment: bool,
    pub drop_last: bool,
    pub seed: u64,
    pub on_error: OnError,
    pub skipped: Skipped,
    pub sampling: Sampling,
}

impl Options {
    pub fn train() -> Self {
        Self {
            batch_size: 64,
            shuffle: true,
            augment: true,
            drop_last: true,
            seed: 42,
            on_error: OnError::Fail,
            skipped: Skipped::default(),
            sampling: Sampling::default(),
        }
    }

    pub fn valid() -> Self {
        Self { shuffle: false, augment: false, drop_last: false, ..Self::train() }
    }
}

/// Broken pictures that were left out, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Skipped(Arc<Mutex<Vec<(PathBuf, String)>>>);

impl Skipped {
    pub fn add(&self, path: &PathBuf, why: String) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !list.iter().any(|(known, _)| known == path) {
            tracing::warn!(path = %path.display(), %why, "left out a broken picture");
            list.push((path.clone(), why));
        }
    }

    pub fn list(&self) -> Vec<(PathBuf, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
