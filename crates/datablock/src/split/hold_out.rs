//! A third part, which neither trains nor validates.

use super::{Split, Splitter};
use crate::DataError;

/// Keeps items for testing and divides the rest. Which items are kept is what another splitter would validate on, so a test part can
/// be random, stratified, of whole groups or listed.
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
        let (mut rest, test) = self.test.split(items)?.into_parts();
        if test.is_empty() {
            return Err(DataError::Split {
                what: format!("{:?} leaves the test part empty ({} items in all)", self.test, items.len()),
                remedy: "choose another splitter or other parameters".into(),
            });
        }
        // In the items' order, as a list of them would be.
        rest.sort_unstable();
        let others: Vec<I> = rest.iter().map(|&item| items[item].clone()).collect();
        let (train, valid) = self.rest.split(&others)?.into_parts();
        let numbers = |part: Vec<usize>| part.into_iter().map(|item| rest[item]).collect();
        Split::new(numbers(train), numbers(valid), items.len())?.with_test(test)
    }
}
