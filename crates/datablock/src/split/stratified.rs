//! The same share of every class.

use std::cmp::Reverse;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::random::permutation;
use super::{Split, Splitter, check_share, labels};
use crate::item::{Item, Owned};
use crate::{DataError, Labeller};

/// Validates on a random share of each class, so that rare classes are in both parts: scikit-learn's `train_test_split` with
/// `stratify`, fastai's `TrainTestSplitter`.
///
/// The validation part has `⌈share · n⌉` of the n items, and each class trains with its share of the others, rounded down; what is then
/// missing comes from the classes that were rounded down most, as scikit-learn has it. Where they tie the first by name is taken
/// (there one by chance), and every class keeps at least one item to train on, so a class of one item never validates, and with many such
/// classes the validation part is smaller.
///
/// The order is the one of the random splitter with the same seed, in both parts.
///
/// | parameter | default | range |
/// |---|---|---|
/// | `valid_share` | – | strictly between 0 and 1 |
/// | `class_of` | – | a labeller: most often that of the recipe |
/// | [`with_seed`](Self::with_seed) | 42 | any; its lower 32 bits count |
///
/// ```
/// use firelight_datablock::{Splitter, StratifiedSplitter, parent_label};
///
/// let items: Vec<_> = (0..12).map(|n| format!("{}/{n}.jpg", if n < 10 { "cat" } else { "lynx" }).into()).collect();
/// let split = StratifiedSplitter::new(0.5, parent_label).split(&items)?;
/// let lynxes = |part: &[usize]| part.iter().filter(|&&item| item >= 10).count();
/// assert_eq!((lynxes(split.train()), lynxes(split.valid())), (1, 1));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub struct StratifiedSplitter<I: ?Sized = Path> {
    valid_share: f64,
    class_of: Arc<dyn Labeller<String, I>>,
    seed: u64,
}

impl<I: ?Sized> StratifiedSplitter<I> {
    /// Validates on `valid_share` of the items of each class that `class_of` names.
    pub fn new(valid_share: f64, class_of: impl Labeller<String, I> + 'static) -> Self {
        Self { valid_share, class_of: Arc::new(class_of), seed: 42 }
    }

    /// The seed of the shuffle.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many items of each class validate, of `sizes` items each and `all` together.
    fn quotas(&self, sizes: &[usize], all: usize) -> Result<Vec<usize>, DataError> {
        check_share(self.valid_share)?;
        let wanted = all - ((all as f64 * self.valid_share).ceil() as usize).min(all);
        let exact = |class: usize| sizes[class] as f64 / all as f64 * wanted as f64;
        let mut train: Vec<usize> = (0..sizes.len()).map(|class| exact(class) as usize).collect();
        // Remainders are compared as whole numbers, so that classes of one size tie whatever the rounding.
        let remainder = |class: usize| (1e9 * exact(class).fract()).round() as u64;
        let mut nearest: Vec<usize> = (0..sizes.len()).collect();
        nearest.sort_by_key(|&class| Reverse(remainder(class)));
        let missing = wanted - train.iter().sum::<usize>().min(wanted);
        for &class in nearest.iter().take(missing) {
            train[class] += 1;
        }
        Ok(train.iter().zip(sizes).map(|(&train, &size)| size - train.clamp(1, size)).collect())
    }
}

impl<I: ?Sized> Clone for StratifiedSplitter<I> {
    fn clone(&self) -> Self {
        Self { class_of: self.class_of.clone(), ..*self }
    }
}

impl<I: ?Sized> fmt::Debug for StratifiedSplitter<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { valid_share, seed, .. } = self;
        f.debug_struct("StratifiedSplitter")
            .field("valid_share", valid_share)
            .field("seed", seed)
            .finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> Splitter<Owned<I>> for StratifiedSplitter<I> {
    fn split(&self, items: &[Owned<I>]) -> Result<Split, DataError> {
        let (classes, sizes) = labels::<I>(self.class_of.as_ref(), items)?;
        let mut quotas = self.quotas(&sizes, items.len())?;
        let (mut train, mut valid) = (Vec::new(), Vec::new());
        for item in permutation(items.len(), self.seed) {
            let quota = &mut quotas[classes[item]];
            if *quota > 0 {
                *quota -= 1;
                valid.push(item);
            } else {
                train.push(item);
            }
        }
        if valid.is_empty() {
            return Err(DataError::Split {
                what: format!("none of the {} class(es) has two items, one to train and one to validate", sizes.len()),
                remedy: "add pictures, or use `RandomSplitter` and give the block its vocab".into(),
            });
        }
        Split::new(train, valid, items.len())
    }
}
