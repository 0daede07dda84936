//! One process at a time.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::DownloadError;

/// The right to work on a file or folder, until this value goes. A killed process loses it.
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Waits for the right to make `target`. The lock is a hidden file beside it.
    pub(crate) fn beside(target: &Path) -> Result<Self, DownloadError> {
        let path = hidden_sibling(target, "lock");
        loop {
            let file = File::options().create(true).append(true).open(&path);
            let file = file.map_err(|why| DownloadError::write(&path, why))?;
            wait_for(&file, target).map_err(|why| DownloadError::write(&path, why))?;
            // Whoever held it before removed the file on leaving: then this is the lock of nothing.
            if is_still_at(&file, &path) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Elsewhere the name of an open file stays taken until all have closed it, and the file stays.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// `.NAME.SUFFIX` beside `target`.
pub(crate) fn hidden_sibling(target: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".");
    name.push(suffix);
    target.with_file_name(name)
}

fn wait_for(file: &File, target: &Path) -> io::Result<()> {
    let locked = match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            tracing::info!("another process is fetching {}: waiting for it", target.display());
            file.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => Ok(()),
    };
    match locked {
        // Some network file systems have no locks. The digest still keeps a wrong file out.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        other => other,
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(held), Ok(there)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (held.dev(), held.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_still_at(_file: &File, _path: &Path) -> bool {
    true
}
