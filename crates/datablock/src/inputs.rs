//! What can be told of the items' inputs before any is read.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::guard::guard;
use crate::in_parts::in_parts;
use crate::{DataError, InputBlock, Item, repeated};

/// Refuses what the block refuses, files that are not there, and a file of two items where these may not have one together: it could train
/// and validate. Each item's files are asked for once.
pub(crate) fn check<I: Item + ?Sized>(input: &impl InputBlock<I>, items: &[&I]) -> Result<(), DataError> {
    guard("input block", "its `check`", || input.check(items))?;
    let files = in_parts(items, |start, items| {
        let files = |item: &&I| guard("input block", item.path().display(), || input.files(item));
        let mut all = Vec::new();
        for (item, one) in (start..).zip(items) {
            all.extend(files(one)?.into_iter().map(|file| (item, file)));
        }
        Ok::<_, DataError>(all)
    })?
    .concat();
    check_there(items, &files)?;
    let may_share = guard("input block", "its `may_share_files`", || Ok(input.may_share_files()))?;
    if may_share { Ok(()) } else { check_apart(items, files) }
}

/// `files` are those of the items of these numbers.
fn check_there<I: Item + ?Sized>(items: &[&I], files: &[(usize, PathBuf)]) -> Result<(), DataError> {
    let is_missing = |file: &Path| file.metadata().is_err_and(|why| why.kind() == ErrorKind::NotFound);
    let mut missing: Vec<_> = files.par_iter().filter(|(_, file)| is_missing(file)).collect();
    missing.dedup_by_key(|(item, _)| *item);
    let Some((first, file)) = missing.first() else { return Ok(()) };
    let (count, item) = (missing.len(), items[*first].path().into_owned());
    Err(DataError::MissingFiles { count, items: items.len(), item, file: file.clone() })
}

fn check_apart<I: Item + ?Sized>(items: &[&I], files: Vec<(usize, PathBuf)>) -> Result<(), DataError> {
    // An item may have a file twice.
    let files: BTreeSet<(usize, PathBuf)> = files.into_iter().collect();
    let (owners, files): (Vec<usize>, Vec<PathBuf>) = files.into_iter().unzip();
    let Some(both) = repeated::find::<Path>(&files) else { return Ok(()) };
    let items = both.map(|file| items[owners[file]].path().into_owned());
    Err(DataError::SharedFile { items, file: files[both[1]].clone() })
}
