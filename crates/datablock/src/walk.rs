//! The one way into folders: what trains is what is verified.

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use firelight_progress::{Bar, Progress};
use firelight_transforms::leads_nowhere;

use crate::DataError;

/// A look at the clock for each file would slow a scan of a million down.
const SHOWN_EVERY: usize = 1000;

/// Which names a walk goes into and which it takes.
pub(crate) trait Wanted {
    /// Whether to look into a folder of this name, `depth` below the root.
    fn enters(&self, name: &OsStr, depth: usize) -> bool;

    /// Whether a file of this name, `depth` below the root, is a picture.
    fn takes(&self, name: &OsStr, depth: usize) -> bool;
}

/// A walk through folders, depth first and by name.
///
/// Names decide before anything is resolved: what is hidden or has another ending is passed over whatever it is, so a broken
/// link of an editor's lock harms nothing. Links are followed, but not to a folder that the walk is in already. What is
/// neither folder nor regular file (a pipe, a socket, a device) is passed over. A broken link with a picture's ending is an
/// item like any other, whose reading says what is wrong.
pub(crate) struct Walk<'a> {
    wanted: &'a dyn Wanted,
    /// The files, in order.
    pub files: Vec<PathBuf>,
    /// Whether a link was followed, and so a file may be there twice.
    pub through_links: bool,
    /// Where the folders really are from which links were followed to where the walk is.
    inside: Vec<PathBuf>,
    bar: Bar,
}

impl<'a> Walk<'a> {
    /// A walk through `root`, a folder.
    pub fn through(wanted: &'a dyn Wanted, root: &Path, progress: &Progress) -> Result<Self, DataError> {
        let bar = progress.count("files");
        let mut walk = Self { wanted, files: Vec::new(), through_links: false, inside: Vec::new(), bar };
        walk.folder(root, 1)?;
        Ok(walk)
    }

    /// Goes through a folder whose entries are `depth` below the root.
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), DataError> {
        let unreadable = |why| DataError::Unreadable { path: folder.to_path_buf(), why };
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = entries.map_err(unreadable)?;
        // Names sorted folder by folder are paths sorted as a whole.
        entries.sort_by_cached_key(DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            let kind = entry.file_type().map_err(|why| DataError::Unreadable { path: path.clone(), why })?;
            if kind.is_symlink() {
                self.link(path, &name, depth)?;
            } else if kind.is_dir() {
                self.enter(&path, &name, depth)?;
            } else if kind.is_file() {
                self.take(path, &name, depth);
            }
        }
        Ok(())
    }

    fn link(&mut self, path: PathBuf, name: &OsStr, depth: usize) -> Result<(), DataError> {
        if !self.wanted.enters(name, depth) && !self.wanted.takes(name, depth) {
            return Ok(());
        }
        let unreadable = |path: &Path, why| DataError::Unreadable { path: path.to_path_buf(), why };
        match fs::metadata(&path) {
            Ok(target) if target.is_dir() => {
                let real = |path: &Path| fs::canonicalize(path).map_err(|why| unreadable(path, why));
                let target = real(&path)?;
                self.inside.push(real(path.parent().unwrap_or(&path))?);
                if !self.inside.iter().any(|folder| folder.starts_with(&target)) {
                    self.through_links = true;
                    self.enter(&path, name, depth)?;
                }
                self.inside.pop();
            }
            Ok(target) if target.is_file() => {
                self.through_links = true;
                self.take(path, name, depth);
            }
            Ok(_) => {}
            Err(error) if leads_nowhere(&error) => self.take(path, name, depth),
            Err(error) => return Err(unreadable(&path, error)),
        }
        Ok(())
    }

    fn enter(&mut self, path: &Path, name: &OsStr, depth: usize) -> Result<(), DataError> {
        if self.wanted.enters(name, depth) { self.folder(path, depth + 1) } else { Ok(()) }
    }

    fn take(&mut self, path: PathBuf, name: &OsStr, depth: usize) {
        if self.wanted.takes(name, depth) {
            self.files.push(path);
            if self.files.len().is_multiple_of(SHOWN_EVERY) {
                self.bar.set_position(self.files.len() as u64);
            }
        }
    }
}
