//! A third part, which neither trains nor validates.

use super::{Split, Splitter, counted};
use crate::DataError;

/// Keeps items for testing and divides the rest. Which items are kept is what another splitter would validate on, so a test part can
/// be random, stratified, of whole groups or listed. The second splitter gets the rest as a list of its own, in the items' order: item numbers
/// and masks count in that. Neither may keep a test part itself.
///
/// ```
/// use firelight_datablock::{HoldOut, RandomSplitter, Splitter};
///
/// let items: Vec<_> = (0..100).map(|n| format!("{n}.jpg")).collect();
/// let split = HoldOut::new(RandomSplitter::new(0.1).with_seed(7), RandomSplitter::new(0.2)).split(&items)?;
/// assert_eq!((split.train().len(), split.valid().len(), split.test().len()), (72, 18, 10));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct HoldOut<T, R> {
    test: T,
    rest: R,
}

impl<T, R> HoldOut<T, R> {
    /// Tests on what `test` would validate on, and divides what it would train on by `rest`.
    pub fn new(test: T, rest: R) -> Self {
        Self { test, rest }
    }
}

impl<I: Clone, T: Splitter<I>, R: Splitter<I>> Splitter<I> for HoldOut<T, R> {
    fn split(&self, items: &[I]) -> Result<Split, DataError> {
        let (mut rest, test) = parts(&self.test, items)?;
        if test.is_empty() {
            return Err(DataError::Split {
                what: format!("{:?} leaves the test part empty ({} items in all)", self.test, items.len()),
                remedy: "choose another splitter or other parameters".into(),
            });
        }
        rest.sort_unstable();
        let others: Vec<I> = rest.iter().map(|&item| items[item].clone()).collect();
        let (train, valid) = parts(&self.rest, &others).map_err(|error| match error {
            DataError::SplitItem { item, path, what } if item < rest.len() => {
                DataError::SplitItem { item: rest[item], path, what }
            }
            other => other,
        })?;
        let numbers = |part: Vec<usize>| part.into_iter().map(|item| rest[item]).collect();
        Split::new(numbers(train), numbers(valid), items.len())?.with_test(test)
    }

    fn validates(&self) -> bool {
        self.rest.validates()
    }
}

/// What a splitter trains and validates on, if it counted these items and keeps no third part.
fn parts<I>(splitter: &impl Splitter<I>, items: &[I]) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    let split = counted(splitter, splitter.split(items)?, items.len())?;
    if split.test().is_empty() {
        return Ok(split.into_parts());
    }
    Err(DataError::Split {
        what: format!("{splitter:?} keeps a test part within `HoldOut`, which keeps one itself"),
        remedy: "use one of them alone".into(),
    })
}
