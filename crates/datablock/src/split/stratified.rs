//! The same share of every class.

use std::cmp::Reverse;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::random::permutation;
use super::{Split, Splitter, cut, labels};
use crate::{DataError, Labeller};

/// Validates on a random share of each class, so that rare classes are in both parts: scikit-learn's `train_test_split` with
/// `stratify`, fastai's `TrainTestSplitter`.
///
/// As of [`RandomSplitter`](super::RandomSplitter), the validation part has `⌊share · n⌋` of the n items. A class of c items
/// gives ⌊share · c⌋ of them; what is then missing comes from the classes whose `share · c` was rounded down most, the first by
/// name where they tie. Every class keeps at least one item to train on, so a class of one item never validates, and with many
/// such classes the validation part is smaller.
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
#[derive(Clone)]
pub struct StratifiedSplitter {
    valid_share: f64,
    class_of: Arc<dyn Labeller>,
    seed: u64,
}

impl StratifiedSplitter {
    /// Validates on `valid_share` of the items of each class that `class_of` names.
    pub fn new(valid_share: f64, class_of: impl Labeller + 'static) -> Self {
        Self { valid_share, class_of: Arc::new(class_of), seed: 42 }
    }

    /// The seed of the shuffle.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many items of each class validate, of `sizes` items each and `all` together.
    fn quotas(&self, sizes: &[usize], all: usize) -> Result<Vec<usize>, DataError> {
        let wanted = cut(all, self.valid_share)?;
        let exact = |class: usize| sizes[class] as f64 * self.valid_share;
        let mut quotas: Vec<usize> = (0..sizes.len()).map(|class| exact(class) as usize).collect();
        // Remainders are compared as whole numbers, so that classes of one size tie whatever the rounding.
        let remainder = |class: usize| (1e9 * (exact(class) - quotas[class] as f64)).round() as u64;
        let gives_more = |class: &usize| remainder(*class) > 0 && quotas[*class] + 1 < sizes[*class];
        let mut nearest: Vec<usize> = (0..sizes.len()).filter(gives_more).collect();
        nearest.sort_by_key(|&class| Reverse(remainder(class)));
        let missing = wanted - quotas.iter().sum::<usize>().min(wanted);
        for &class in nearest.iter().take(missing) {
            quotas[class] += 1;
        }
        Ok(quotas)
    }
}

impl fmt::Debug for StratifiedSplitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { valid_share, seed, .. } = self;
        f.debug_struct("StratifiedSplitter")
            .field("valid_share", valid_share)
            .field("seed", seed)
            .finish_non_exhaustive()
    }
}

impl Splitter for StratifiedSplitter {
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
        let (classes, sizes) = labels(self.class_of.as_ref(), items)?;
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
