//! The same file twice in a list of items.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::{Component, Path, PathBuf};

use crate::DataError;

/// Refuses a list with a file twice: it could train and validate, and what looks like a good model would only know it.
///
/// Paths are compared as they are written, with `.` and `..` worked out: `a/../b/1.jpg` is `b/1.jpg`, unless the file system
/// says that both are there and `a` is a link.
pub(crate) fn check(items: &[PathBuf]) -> Result<(), DataError> {
    // A path a million times over is felt, a number is not; the paths of numbers that meet are looked at.
    let hasher = RandomState::new();
    let mut known: HashMap<u64, usize> = HashMap::with_capacity(items.len());
    for (second, path) in items.iter().enumerate() {
        if let Some(first) = known.insert(hasher.hash_one(plain(path)), second)
            && same(&items[first], path)
        {
            return Err(DataError::Repeated { path: path.clone(), first, second });
        }
    }
    Ok(())
}

fn same(a: &Path, b: &Path) -> bool {
    if a == b {
        return true;
    }
    if plain(a) != plain(b) {
        return false;
    }
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => true,
    }
}

/// The path without `.` and without what a `..` takes back, counted from the root where the system tells the current folder.
fn plain(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    plain
}
