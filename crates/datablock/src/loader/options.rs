//! How a loader serves.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use firelight_transforms::OnError;

use super::sampling::Sampling;
use crate::DataError;

#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// What the loader serves: `training`, `validation` or `test`.
    pub part: &'static str,
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
            part: "training",
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
        Self { part: "validation", shuffle: false, augment: false, drop_last: false, ..Self::train() }
    }

    /// The same options over the same list of what was left out.
    pub fn view(&self) -> Self {
        Self { skipped: self.skipped.shared(), ..self.clone() }
    }

    /// As a validation part is served, for items without labels.
    pub fn test(valid: &Self) -> Self {
        Self { part: "test", sampling: Sampling::default(), ..valid.clone() }
    }
}

/// Broken pictures that a loader left out, each once. A clone starts a list of its own: what two loaders left out is never
/// told as if one had.
#[derive(Debug, Default)]
pub(crate) struct Skipped(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    known: HashSet<PathBuf>,
    files: Vec<(PathBuf, String)>,
}

impl Clone for Skipped {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Skipped {
    /// The same list, for the thread that serves the loader and for views of it.
    pub fn shared(&self) -> Self {
        Self(self.0.clone())
    }

    pub fn add(&self, path: &Path, why: String) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.known.insert(path.to_path_buf()) {
            tracing::warn!(path = %path.display(), %why, "left out a broken picture");
            list.files.push((path.to_path_buf(), why));
        }
    }

    pub fn list(&self) -> Vec<(PathBuf, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.clone()
    }
}

impl DataError {
    /// Whether a picture file is at fault: it cannot be read or decoded. This is what [`OnError::Skip`](crate::OnError::Skip)
    /// leaves out; a setting, a panic or a closure's error is never a file's fault.
    pub fn is_broken_file(&self) -> bool {
        matches!(self, Self::Picture { why, .. } if why.is_broken_file())
    }
}
