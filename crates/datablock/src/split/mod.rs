//! Which items train and which validate.

mod end;
mod folder;
mod index;
mod random;

use std::path::PathBuf;
use std::sync::Arc;

pub use end::EndSplitter;
pub use folder::GrandparentSplitter;
pub use index::{FuncSplitter, IndexSplitter};
pub use random::RandomSplitter;

use crate::DataError;

/// Item numbers of the two parts, in the order in which the parts list them.
///
/// ```
/// use firelight_datablock::{RandomSplitter, Split, Splitter};
///
/// let items: Vec<_> = (0..10).map(|n| format!("{n}.jpg").into()).collect();
/// let Split { train, valid } = RandomSplitter::new(0.2).split(&items)?;
/// assert_eq!(train.len() + valid.len(), 10);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Items to train on.
    pub train: Vec<usize>,
    /// Items to validate on.
    pub valid: Vec<usize>,
}

/// Divides items into a training and a validation part.
///
/// ```
/// use std::path::PathBuf;
/// use firelight_datablock::{DataError, Split, Splitter};
///
/// /// Every `n`-th item validates.
/// #[derive(Debug)]
/// struct EveryNth(usize);
///
/// impl Splitter for EveryNth {
///     fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
///         let (valid, train) = (0..items.len()).partition(|i| i % self.0 == 0);
///         Ok(Split { train, valid })
///     }
/// }
/// ```
pub trait Splitter: std::fmt::Debug + Send + Sync {
    /// The item numbers of the two parts. An item may be in neither.
    ///
    /// # Errors
    ///
    /// [`DataError::Split`] when the items do not allow it.
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError>;
}

impl<S: Splitter + ?Sized> Splitter for Arc<S> {
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
        (**self).split(items)
    }
}

/// A share has to leave something on both sides of a cut.
fn check_share(share: f64) -> Result<(), DataError> {
    if share > 0.0 && share < 1.0 {
        return Ok(());
    }
    Err(DataError::Split {
        what: format!("a validation share of {share} is not between 0 and 1"),
        remedy: "give a share such as 0.2".into(),
    })
}

/// The number of items that `share` of `items` is, rounded down; at least one on each side.
fn cut(items: usize, share: f64) -> Result<usize, DataError> {
    check_share(share)?;
    match (items as f64 * share) as usize {
        0 => Err(DataError::Split {
            what: format!("{share} of {items} item(s) leaves no validation item"),
            remedy: "add pictures or raise the share".into(),
        }),
        cut => Ok(cut),
    }
}
