//! The same file twice among items.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use crate::DataError;
use crate::item::{Item, Owned};

/// Items that one look at the file system's folders is shared by.
const TOGETHER: usize = 4096;

/// Refuses a list with a file twice: it could train and validate, and what looks like a good model would only know it.
///
/// Files are compared by where they really are, links followed, and those that are not there as they are written, with `.` and `..`
/// worked out.
pub(crate) fn check<I: Item + ?Sized>(items: &[Owned<I>]) -> Result<(), DataError> {
    let Some(numbers) = find::<I>(items) else { return Ok(()) };
    let paths = numbers.map(|item| items[item].borrow().path().into_owned());
    let [first, second] = numbers;
    Err(refusal(paths, first, second))
}

/// The first item that is the same file as one before it, and that one, which comes first.
pub(crate) fn find<I: Item + ?Sized>(items: &[Owned<I>]) -> Option<[usize; 2]> {
    let mut known = HashMap::with_capacity(items.len());
    for (second, number) in Numbers::new().of::<I>(items).into_iter().enumerate() {
        if let Some(first) = known.insert(number, second)
            && is_one(&items[first].borrow().path(), &items[second].borrow().path())
        {
            return Some([first, second]);
        }
    }
    None
}

/// Refuses two parts with a file in both.
pub(crate) fn check_apart<I: Item + ?Sized>(train: &[Owned<I>], valid: &[Owned<I>]) -> Result<(), DataError> {
    let numbers = Numbers::new();
    let known: HashMap<u64, usize> = numbers.of::<I>(train).into_iter().zip(0..).collect();
    for (second, number) in numbers.of::<I>(valid).into_iter().enumerate() {
        if let Some(&first) = known.get(&number)
            && let [train, valid] = [&train[first], &valid[second]].map(|item| item.borrow().path().into_owned())
            && is_one(&train, &valid)
        {
            return Err(DataError::InBothParts { train, valid });
        }
    }
    Ok(())
}

fn refusal(paths: [PathBuf; 2], first: usize, second: usize) -> DataError {
    if plain(&paths[0]) != plain(&paths[1]) {
        return DataError::Linked { paths };
    }
    let [_, path] = paths;
    DataError::Repeated { path, first, second }
}

/// A number for each file, the same for the same file. A million paths twice over are felt, numbers are not; the paths of numbers that
/// meet are looked at.
struct Numbers(RandomState);

impl Numbers {
    fn new() -> Self {
        Self(RandomState::new())
    }

    fn of<I: Item + ?Sized>(&self, items: &[Owned<I>]) -> Vec<u64> {
        let numbers = |items: &[Owned<I>]| {
            let mut real = Real::default();
            items.iter().map(|item| self.0.hash_one(real.path(&item.borrow().path()))).collect::<Vec<_>>()
        };
        items.par_chunks(TOGETHER).flat_map_iter(numbers).collect()
    }
}

fn is_one(a: &Path, b: &Path) -> bool {
    Real::default().path(a) == Real::default().path(b)
}

/// Where paths really are. A file that is no link costs one look at it, and its folders are worked out once.
#[derive(Default)]
struct Real {
    folders: HashMap<PathBuf, PathBuf>,
}

impl Real {
    fn path(&mut self, path: &Path) -> PathBuf {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            // The root, the folder that one is in, or one that ends in `..`.
            let whole = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            return whole.canonicalize().unwrap_or_else(|_| self.plain(path));
        };
        if path.symlink_metadata().is_ok_and(|found| found.is_symlink())
            && let Ok(target) = path.canonicalize()
        {
            return target;
        }
        self.folder(folder).join(name)
    }

    fn folder(&mut self, folder: &Path) -> PathBuf {
        if let Some(real) = self.folders.get(folder) {
            return real.clone();
        }
        let real = self.path(folder);
        self.folders.insert(folder.to_path_buf(), real.clone());
        real
    }

    /// Of a folder that is not there.
    fn plain(&mut self, path: &Path) -> PathBuf {
        let plain = plain(path);
        if plain.file_name().is_some() { self.path(&plain) } else { plain }
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
