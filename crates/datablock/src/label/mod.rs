//! An item's label, read from its name or by a function.

mod regex;

use std::path::Path;

pub use self::regex::RegexLabeller;
use crate::DataError;

/// Says what an item's label is.
///
/// Closures and functions `Fn(&Path) -> Result<L, DataError>` are labellers:
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, DataError};
///
/// let species = CategoryBlock::new(|item: &Path| -> Result<String, DataError> {
///     let name = item.file_name().unwrap_or_default().to_string_lossy().into_owned();
///     Ok(if name.starts_with(char::is_uppercase) { "cat" } else { "dog" }.into())
/// });
/// # let _ = species;
/// ```
pub trait Labeller<L = String>: Send + Sync {
    /// The label of `item`.
    ///
    /// # Errors
    ///
    /// [`DataError::NoLabel`] when the item has none.
    fn label(&self, item: &Path) -> Result<L, DataError>;
}

impl<L, F: Fn(&Path) -> Result<L, DataError> + Send + Sync> Labeller<L> for F {
    fn label(&self, item: &Path) -> Result<L, DataError> {
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
/// [`DataError::NoLabel`] for a path without a folder.
pub fn parent_label(item: &Path) -> Result<String, DataError> {
    let folder = item.parent().and_then(Path::file_name);
    folder
        .map(|name| name.to_string_lossy().into_owned())
        .ok_or_else(|| DataError::NoLabel { labeller: "parent_label".into(), path: item.to_path_buf() })
}
