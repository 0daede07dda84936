//! The folder above the label's folder tells the part.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Split, Splitter};
use crate::DataError;

/// Splits `train/pug/1.jpg` from `valid/pug/2.jpg` by the name of the folder two levels up, and `test/pug/3.jpg` from both if
/// [`with_test`](Self::with_test) names that folder. Items in other folders are in no part.
///
/// ```
/// use firelight_datablock::{GrandparentSplitter, Splitter};
///
/// let items = ["train/pug/1.jpg", "val/pug/2.jpg", "test/pug/3.jpg"].map(Into::into);
/// let split = GrandparentSplitter::new("train", "val").split(&items)?;
/// assert_eq!((split.train(), split.valid()), (&[0][..], &[1][..]));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GrandparentSplitter {
    train: String,
    valid: String,
    test: Option<String>,
}

impl Default for GrandparentSplitter {
    fn default() -> Self {
        Self::new("train", "valid")
    }
}

impl GrandparentSplitter {
    /// The names of the two folders; by default `train` and `valid`.
    pub fn new(train: impl Into<String>, valid: impl Into<String>) -> Self {
        Self { train: train.into(), valid: valid.into(), test: None }
    }

    /// The name of the folder with items to be kept for testing.
    pub fn with_test(mut self, test: impl Into<String>) -> Self {
        self.test = Some(test.into());
        self
    }
}

fn grandparent(item: &Path) -> Option<&str> {
    item.parent()?.parent()?.file_name()?.to_str()
}

impl Splitter for GrandparentSplitter {
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
        let part = |name: &str| -> Vec<usize> {
            items.iter().enumerate().filter(|(_, item)| grandparent(item) == Some(name)).map(|(i, _)| i).collect()
        };
        let (train, valid) = (part(&self.train), part(&self.valid));
        let test = self.test.as_deref().map(&part);
        if train.is_empty() || valid.is_empty() || test.as_ref().is_some_and(Vec::is_empty) {
            let found: BTreeSet<_> = items.iter().filter_map(|item| grandparent(item)).collect();
            return Err(DataError::Split {
                what: format!(
                    "no items for both {:?} and {:?}{} two folders up; found {found:?}",
                    self.train,
                    self.valid,
                    self.test.as_ref().map(|test| format!(" and {test:?}")).unwrap_or_default()
                ),
                remedy: "name the folders that are there with `GrandparentSplitter::new`".into(),
            });
        }
        Split::new(train, valid, items.len())?.with_test(test.unwrap_or_default())
    }
}
