use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::shortened;

/// Letters that are told of what is wrong with a file: a stranger's may have whole books in the place of a word.
const TOLD: usize = 600;

/// Why a file of a [`Format`](crate::Format) is refused, or not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// It could not be written.
    #[error("{what}: cannot write {path}: {why}", path = .path.display())]
    Write {
        /// What it would have been.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// It could not be read.
    #[error("load: cannot read {path}: {why}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// It is not what it should be, or not an undamaged one.
    #[error("load: {path} is not a usable Firelight {what}: {why}", path = .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// What should stand at its start is nothing that JSON can say.
    #[error("{what}: its manifest cannot be written: {why}")]
    Manifest {
        /// What it would have been.
        what: &'static str,
        /// What the serialiser said.
        why: String,
    },
}

impl FileError {
    /// The error for a file that is not what it should be; a reason of many letters is cut short.
    ///
    /// ```
    /// use firelight_files::FileError;
    ///
    /// let error = FileError::unusable("model".as_ref(), "export", &"long ".repeat(1000));
    /// assert!(error.to_string().starts_with("load: model is not a usable Firelight export: long long "));
    /// assert!(error.to_string().len() < 700);
    /// ```
    pub fn unusable(path: &Path, what: &'static str, why: &str) -> Self {
        Self::Unusable { path: path.to_path_buf(), what, why: shortened(why, TOLD).into_owned() }
    }
}
