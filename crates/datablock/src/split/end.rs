//! The last items validate.

use super::{Split, Splitter, cut};
use crate::DataError;

/// Validates on the last share of the items (for series, where the future must not train), or on the first.
///
/// ```
/// use firelight_datablock::{EndSplitter, Splitter};
///
/// let days: Vec<_> = (1..=10).map(|day| format!("day_{day:02}.png")).collect();
/// assert_eq!(EndSplitter::last(0.2).split(&days)?.valid(), [8, 9]);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EndSplitter {
    valid_share: f64,
    valid_last: bool,
}

impl EndSplitter {
    /// Validates on the last `valid_share` of the items, strictly between 0 and 1.
    pub fn last(valid_share: f64) -> Self {
        Self { valid_share, valid_last: true }
    }

    /// Validates on the first `valid_share` of the items, strictly between 0 and 1.
    pub fn first(valid_share: f64) -> Self {
        Self { valid_share, valid_last: false }
    }
}

impl<T> Splitter<T> for EndSplitter {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
        let cut = cut(items.len(), self.valid_share)?;
        let numbers = 0..items.len();
        let (train, valid) = if self.valid_last {
            numbers.partition(|&i| i < items.len() - cut)
        } else {
            numbers.partition(|&i| i >= cut)
        };
        Split::new(train, valid, items.len())
    }
}
