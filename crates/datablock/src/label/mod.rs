//! An item's label, read from its name or by a function.

mod interned;
mod regex;

use std::path::Path;

pub(crate) use self::interned::Interned;
pub use self::regex::RegexLabeller;
use crate::DataError;

/// Says what an item's label is. Each item is asked about once, in parallel; a panic is an error that names the item.
///
/// Closures and functions `Fn(&I) -> Result<L, DataError>` of an item `I`, by default a `Path`, are labellers. A name that
/// is not UTF-8 is better refused than read with replacement characters, which make one label of several:
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, DataError};
///
/// let species = CategoryBlock::new(|item: &Path| -> Result<String, DataError> {
///     let name = item.file_name().and_then(|name| name.to_str());
///     let name = name.ok_or_else(|| DataError::NotUnicode { labeller: "species".into(), path: item.to_path_buf() })?;
///     Ok(if name.starts_with(char::is_uppercase) { "cat" } else { "dog" }.into())
/// });
/// # let _ = species;
/// ```
pub trait Labeller<L = String, I: ?Sized = Path>: Send + Sync {
    /// The label of `item`.
    ///
    /// # Errors
    ///
    /// [`DataError::NoLabel`] when the item has none.
    fn label(&self, item: &I) -> Result<L, DataError>;
}

impl<L, I: ?Sized, F: Fn(&I) -> Result<L, DataError> + Send + Sync> Labeller<L, I> for F {
    fn label(&self, item: &I) -> Result<L, DataError> {
        self(item)
    }
}

/// The name of the folder an item lies in: `train/pug/7.jpg` is a `pug`.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::parent_label;
///
/// assert_eq!(parent_label(Path::new("train/pug/7.jpg"))?, "pug");
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
///
/// # Errors
///
/// [`DataError::NoLabel`] for a path without a folder, and [`DataError::NotUnicode`] for a name that is not UTF-8.
pub fn parent_label(item: &Path) -> Result<String, DataError> {
    let labeller = || "parent_label".to_owned();
    let folder = item.parent().and_then(Path::file_name);
    let folder = folder.ok_or_else(|| DataError::NoLabel { labeller: labeller(), path: item.to_path_buf() })?;
    let label = folder.to_str().map(str::to_owned);
    label.ok_or_else(|| DataError::NotUnicode { labeller: labeller(), path: item.to_path_buf() })
}
