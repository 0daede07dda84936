//! Some of the items, for a trial.

use super::random::permutation;
use super::{Split, Splitter, check_share};
use crate::DataError;

/// Trains on a random share of the items and validates on another, so that a recipe can be tried in a fraction of the time: fastai's
/// `RandomSubsetSplitter`, with the same numbers for the same seed. What is left over is in neither part.
///
/// | parameter | default | range |
/// |---|---|---|
/// | `train_share`, `valid_share` | – | above 0, together 1 at most; of `n` items `⌊share · n⌋`, at least one |
/// | [`with_seed`](Self::with_seed) | 42 | any; its lower 32 bits count |
///
/// ```
/// use firelight_datablock::{RandomSubsetSplitter, Splitter};
///
/// let items: Vec<_> = (0..1000).map(|n| format!("{n}.jpg")).collect();
/// let split = RandomSubsetSplitter::new(0.08, 0.02).split(&items)?;
/// assert_eq!((split.train().len(), split.valid().len()), (80, 20));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomSubsetSplitter {
    train_share: f64,
    valid_share: f64,
    seed: u64,
}

impl RandomSubsetSplitter {
    /// Trains on `train_share` of the items and validates on `valid_share` of them.
    pub fn new(train_share: f64, valid_share: f64) -> Self {
        Self { train_share, valid_share, seed: 42 }
    }

    /// The seed of the shuffle.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl<T> Splitter<T> for RandomSubsetSplitter {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
        let shares = [self.train_share, self.valid_share];
        shares.into_iter().try_for_each(check_share)?;
        let [train, valid] = shares.map(|share| (items.len() as f64 * share) as usize);
        if self.train_share + self.valid_share > 1.0 || train == 0 || valid == 0 {
            return Err(DataError::Split {
                what: format!(
                    "{} and {} of {} item(s) cannot be taken",
                    self.train_share,
                    self.valid_share,
                    items.len()
                ),
                remedy: "give shares that come to 1 at most and leave an item in each part".into(),
            });
        }
        let mut order = permutation(items.len(), self.seed);
        order.truncate(train + valid);
        let valid = order.split_off(train);
        Split::new(order, valid, items.len())
    }
}
