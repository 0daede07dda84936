//! Pictures beside those of the items.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use firelight_progress::Progress;

use crate::ImageFiles;

/// The pictures in the folders of `files` that are none of these, sorted by folder. Files that are not there have no folder.
pub(crate) fn beside(files: &[PathBuf], progress: &Progress) -> Vec<PathBuf> {
    let mut folders = BTreeMap::<&Path, HashSet<&OsStr>>::new();
    for file in files.iter().filter(|file| file.is_file()) {
        if let (Some(folder), Some(name)) = (file.parent(), file.file_name()) {
            folders.entry(folder).or_default().insert(name);
        }
    }
    // A folder may be written in several ways, of which the first is told.
    let mut real = BTreeMap::<PathBuf, (&Path, HashSet<&OsStr>)>::new();
    for (folder, names) in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let there = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        real.entry(there).or_insert((folder, HashSet::new())).1.extend(names);
    }
    let pictures = ImageFiles::new().recursive(false).with_progress(progress.clone());
    let unlisted = |(folder, names): &(&Path, HashSet<&OsStr>)| {
        let mut found = pictures.find(folder).unwrap_or_default();
        found.retain(|picture| picture.file_name().is_some_and(|name| !names.contains(name)));
        found
    };
    real.values().flat_map(unlisted).collect()
}
