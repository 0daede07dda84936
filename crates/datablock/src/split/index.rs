//! The user says which items validate.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::{Split, Splitter};
use crate::DataError;
use crate::guard::guard;
use crate::item::{Item, Owned};

/// Validates on the items with the given numbers, in the order given; all others train.
///
/// ```
/// use firelight_datablock::{IndexSplitter, Splitter};
///
/// let items: Vec<_> = (0..5).map(|n| format!("{n}.jpg")).collect();
/// let split = IndexSplitter::new([3, 1]).split(&items)?;
/// assert_eq!((split.train(), split.valid()), (&[0, 2, 4][..], &[3, 1][..]));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct IndexSplitter {
    valid: Vec<usize>,
}

impl IndexSplitter {
    /// Numbers of the validation items, counted from 0 in the sorted list of files.
    pub fn new(valid: impl IntoIterator<Item = usize>) -> Self {
        Self { valid: valid.into_iter().collect() }
    }
}

impl<T> Splitter<T> for IndexSplitter {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
        let wanted: HashSet<usize> = self.valid.iter().copied().collect();
        let train = (0..items.len()).filter(|i| !wanted.contains(i)).collect();
        Split::new(train, self.valid.clone(), items.len())
    }
}

/// Validates on the items for which a function says so.
///
/// ```
/// use std::path::{Path, PathBuf};
/// use firelight_datablock::{FuncSplitter, Splitter};
///
/// let items = ["a/1.jpg", "held-out/2.jpg"].map(PathBuf::from);
/// assert_eq!(FuncSplitter::new(|path: &Path| path.starts_with("held-out")).split(&items)?.valid(), [1]);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub struct FuncSplitter<I: ?Sized = Path> {
    validates: Arc<dyn Fn(&I) -> bool + Send + Sync>,
}

impl<I: ?Sized> FuncSplitter<I> {
    /// `validates` is asked once for every item.
    pub fn new(validates: impl Fn(&I) -> bool + Send + Sync + 'static) -> Self {
        Self { validates: Arc::new(validates) }
    }
}

impl<I: ?Sized> Clone for FuncSplitter<I> {
    fn clone(&self) -> Self {
        Self { validates: self.validates.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for FuncSplitter<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FuncSplitter")
    }
}

impl<I: Item + ?Sized> Splitter<Owned<I>> for FuncSplitter<I> {
    fn split(&self, items: &[Owned<I>]) -> Result<Split, DataError> {
        let (mut train, mut valid) = (Vec::new(), Vec::new());
        for (number, item) in items.iter().enumerate() {
            let item: &I = item.borrow();
            let validates = guard("splitter", item.path().display(), || Ok((self.validates)(item)))?;
            if validates { &mut valid } else { &mut train }.push(number);
        }
        Split::new(train, valid, items.len())
    }
}
