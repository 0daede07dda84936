//! The random split, with the same numbers as fastai's.

use rand_mt::Mt;

use super::{Split, Splitter, cut};
use crate::DataError;

/// Validates on a random share of the items.
///
/// For the same seed, number and order of items it gives the very split of fastai's `RandomSplitter(valid_pct, seed)`:
/// a Mersenne Twister shuffles the item numbers as `torch.randperm` does, and the first `⌊share · n⌋` of them validate.
/// Both parts keep the shuffled order. (fastai lists files in the order of the file system; ours are sorted.)
///
/// | parameter | default | range |
/// |---|---|---|
/// | `valid_share` | – | strictly between 0 and 1 |
/// | [`with_seed`](Self::with_seed) | 42 | any; torch uses its lower 32 bits |
///
/// ```
/// use firelight_datablock::{RandomSplitter, Splitter};
///
/// let items: Vec<_> = (0..10).map(|n| format!("{n}.jpg")).collect();
/// assert_eq!(RandomSplitter::new(0.2).with_seed(42).split(&items)?.valid(), [2, 6]); // fastai's, too
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomSplitter {
    valid_share: f64,
    seed: u64,
}

impl RandomSplitter {
    /// Validates on `valid_share` of the items.
    pub fn new(valid_share: f64) -> Self {
        Self { valid_share, seed: 42 }
    }

    /// The seed of the shuffle.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl<T> Splitter<T> for RandomSplitter {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
        let cut = cut(items.len(), self.valid_share)?;
        let mut valid = permutation(items.len(), self.seed);
        let train = valid.split_off(cut);
        Split::new(train, valid, items.len())
    }
}

/// `torch.manual_seed(seed); torch.randperm(n)` for fewer than 2³² items.
pub(super) fn permutation(n: usize, seed: u64) -> Vec<usize> {
    let mut twister = Mt::new(seed as u32);
    let mut order: Vec<usize> = (0..n).collect();
    for i in 0..n.saturating_sub(1) {
        let step = twister.next_u32() as usize % (n - i);
        order.swap(i, i + step);
    }
    order
}
