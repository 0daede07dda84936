//! Groups that stay together.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::random::permutation;
use super::{Split, Splitter, check_share, labels};
use crate::item::{Item, Owned};
use crate::{DataError, Labeller};

/// Validates on a random share of the groups, whole, so that no group is in both parts: scikit-learn's `GroupShuffleSplit`.
///
/// Pictures of one patient, one animal or one burst look alike. Divided, they would let a model validate on what it has
/// nearly seen.
///
/// Of g groups `share · g`, rounded, validate: at least one, and not all. The share is of groups, not of items. The groups are
/// shuffled in the order of their names as [`RandomSplitter`](super::RandomSplitter) shuffles items, and the first of them
/// validate; both parts keep the items' order.
///
/// | parameter | default | range |
/// |---|---|---|
/// | `valid_share` | – | strictly between 0 and 1 |
/// | `group_of` | – | a labeller that names each item's group |
/// | [`with_seed`](Self::with_seed) | 42 | any; its lower 32 bits count |
///
/// ```
/// use firelight_datablock::{GroupSplitter, RegexLabeller, Splitter};
///
/// // patient-17_3.png is the third picture of patient 17.
/// let patients = RegexLabeller::file_name(r"^(patient-\d+)_")?;
/// let items: Vec<_> = (0..12).map(|n| format!("scans/patient-{}_{n}.png", n / 3).into()).collect();
/// let split = GroupSplitter::new(0.25, patients).split(&items)?;
/// assert_eq!(split.valid().len(), 3); // one of four patients
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub struct GroupSplitter<I: ?Sized = Path> {
    valid_share: f64,
    group_of: Arc<dyn Labeller<String, I>>,
    seed: u64,
}

impl<I: ?Sized> GroupSplitter<I> {
    /// Validates on `valid_share` of the groups that `group_of` names.
    pub fn new(valid_share: f64, group_of: impl Labeller<String, I> + 'static) -> Self {
        Self { valid_share, group_of: Arc::new(group_of), seed: 42 }
    }

    /// The seed of the shuffle.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl<I: ?Sized> Clone for GroupSplitter<I> {
    fn clone(&self) -> Self {
        Self { group_of: self.group_of.clone(), ..*self }
    }
}

impl<I: ?Sized> fmt::Debug for GroupSplitter<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { valid_share, seed, .. } = self;
        f.debug_struct("GroupSplitter").field("valid_share", valid_share).field("seed", seed).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> Splitter<Owned<I>> for GroupSplitter<I> {
    fn split(&self, items: &[Owned<I>]) -> Result<Split, DataError> {
        check_share(self.valid_share)?;
        let (groups, sizes) = labels::<I>(self.group_of.as_ref(), items)?;
        if sizes.len() < 2 {
            return Err(DataError::Split {
                what: format!("{} group(s) cannot be divided into two parts", sizes.len()),
                remedy: "check the labeller that names the groups".into(),
            });
        }
        let share = (sizes.len() as f64 * self.valid_share).round() as usize;
        let mut validates = vec![false; sizes.len()];
        for &group in &permutation(sizes.len(), self.seed)[..share.clamp(1, sizes.len() - 1)] {
            validates[group] = true;
        }
        let (valid, train) = (0..items.len()).partition(|&item| validates[groups[item]]);
        Split::new(train, valid, items.len())
    }
}
