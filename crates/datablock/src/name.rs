//! What an item is called where people and files speak of it.

use std::path::{Component, Path};

use crate::guard::guard;
use crate::item::Item;
use crate::{DataError, InputBlock};

/// An item's name: its file from the folder on, with `/` between folders, or what [`Item::path`] says. A row of a table has the name of its
/// file, where that file is its own.
pub(crate) fn name<I: Item + ?Sized>(
    input: &dyn InputBlock<I>,
    item: &I,
    root: Option<&Path>,
) -> Result<String, DataError> {
    let path = item.path();
    let files =
        guard(
            "input block",
            path.display(),
            || {
                if input.may_share_files() { Ok(Vec::new()) } else { input.files(item) }
            },
        )?;
    let path = match files.as_slice() {
        [file] => file.as_path(),
        _ => path.as_ref(),
    };
    let below = root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
    if below.is_absolute() || below.components().any(|part| matches!(part, Component::ParentDir)) {
        return Ok(below.to_string_lossy().into_owned());
    }
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    Ok(parts.join("/"))
}
