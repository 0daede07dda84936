//! A mask or a list says what validates.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use super::{Split, Splitter};
use crate::DataError;
use crate::regular::{MOST, bytes_of};

/// Validates on the items for which a mask has `true`, one for each item in their order: fastai's `MaskSplitter`.
///
/// ```
/// use firelight_datablock::{MaskSplitter, Splitter};
///
/// let split = MaskSplitter::new([false, true, false]).split(&["a", "b", "c"])?;
/// assert_eq!((split.train(), split.valid()), (&[0, 2][..], &[1][..]));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct MaskSplitter {
    validates: Vec<bool>,
}

impl MaskSplitter {
    /// One `bool` for each item.
    pub fn new(validates: impl IntoIterator<Item = bool>) -> Self {
        Self { validates: validates.into_iter().collect() }
    }
}

impl<T> Splitter<T> for MaskSplitter {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
        let masked = self.validates.len();
        if masked != items.len() {
            return Err(DataError::Split {
                what: format!("the mask is of {masked} item(s), but there are {}", items.len()),
                remedy: "give one `bool` for each item, in their order".into(),
            });
        }
        let (valid, train) = (0..items.len()).partition(|&item| self.validates[item]);
        Split::new(train, valid, items.len())
    }
}

/// Validates on the files that a text file lists, a name a line: fastai's `FileSplitter`. Lines are file names without folders; white space
/// around them and empty lines do not count. The list is read when items are split.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let list = folder.path().join("valid.txt");
/// # std::fs::write(&list, "pug_2.jpg\r\n")?;
/// use std::path::PathBuf;
/// use firelight_datablock::{FileSplitter, Splitter};
///
/// let items = ["pug_1.jpg", "pug_2.jpg", "pug_3.jpg"].map(|name| PathBuf::from("images").join(name));
/// assert_eq!(FileSplitter::new(&list).split(&items)?.valid(), [1]); // valid.txt has the line pug_2.jpg
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FileSplitter {
    list: PathBuf,
}

impl FileSplitter {
    /// By the list at this path.
    pub fn new(list: impl Into<PathBuf>) -> Self {
        Self { list: list.into() }
    }
}

impl Splitter for FileSplitter {
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
        let text = String::from_utf8(bytes_of(&self.list, MOST)?).map_err(|_| {
            let why = io::Error::new(io::ErrorKind::InvalidData, "its text is not UTF-8; save it as UTF-8");
            DataError::Unreadable { path: self.list.clone(), why }
        })?;
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
        let mut listed: HashMap<OsString, bool> = lines.map(|line| (line.into(), false)).collect();
        let (mut train, mut valid) = (Vec::new(), Vec::new());
        for (item, path) in items.iter().enumerate() {
            match path.file_name().and_then(|name| listed.get_mut(name)) {
                Some(found) => {
                    *found = true;
                    valid.push(item);
                }
                None => train.push(item),
            }
        }
        let mut missing: Vec<_> = listed.iter().filter(|(_, found)| !**found).map(|(name, _)| name.display()).collect();
        missing.sort_by_key(ToString::to_string);
        match missing.first() {
            None => Split::new(train, valid, items.len()),
            Some(first) => Err(DataError::Split {
                what: format!("{} lists {} name(s) that no item has, as {first}", self.list.display(), missing.len()),
                remedy: "list file names without folders, of files that are items".into(),
            }),
        }
    }
}
