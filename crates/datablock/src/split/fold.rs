//! Cross-validation: every item validates in one of k folds.

use std::cmp::Reverse;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::random::permutation;
use super::{Split, Splitter, labels};
use crate::item::{Item, Owned};
use crate::{DataError, Labeller};

/// Validates on one of k parts of the items, so that k recipes, one for each fold, validate on every item once. The sizes of the folds are
/// scikit-learn's.
///
/// | made by | folds | scikit-learn |
/// |---|---|---|
/// | [`new`](Self::new) | by chance, sizes that differ by 1 at most | `KFold(shuffle=True)` |
/// | [`by_class`](Self::by_class) | each with its share of every class | `StratifiedKFold(shuffle=True)` |
/// | [`by_group`](Self::by_group) | no group in two folds; the largest groups first, each into the fold with the fewest items | `GroupKFold` |
///
/// | parameter | default | range |
/// |---|---|---|
/// | `folds` | – | from 2 to the number of items, of groups, or of the items of the largest class |
/// | `fold` | – | from 0, below `folds` |
/// | [`with_seed`](Self::with_seed) | 42 | any; its lower 32 bits count; the same for all folds of a validation |
///
/// Both parts keep the items' order.
///
/// ```
/// use firelight_datablock::{FoldSplitter, Splitter};
///
/// let items: Vec<_> = (0..10).map(|n| format!("{n}.jpg")).collect();
/// let folds = (0..3).map(|fold| FoldSplitter::new(3, fold).split(&items)).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(folds.iter().map(|split| split.valid().len()).collect::<Vec<_>>(), [4, 3, 3]);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct FoldSplitter {
    folds: usize,
    fold: usize,
    seed: u64,
}

impl FoldSplitter {
    /// Fold number `fold` of `folds`, by chance.
    pub fn new(folds: usize, fold: usize) -> Self {
        Self { folds, fold, seed: 42 }
    }

    /// The seed of the shuffle. Groups have no chance in them.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Every fold has its share of each class that `class_of` names.
    pub fn by_class<I: ?Sized>(self, class_of: impl Labeller<String, I> + 'static) -> LabelledFolds<I> {
        LabelledFolds { folds: self, labeller: Arc::new(class_of), by: By::Class }
    }

    /// Every group that `group_of` names is in one fold.
    pub fn by_group<I: ?Sized>(self, group_of: impl Labeller<String, I> + 'static) -> LabelledFolds<I> {
        LabelledFolds { folds: self, labeller: Arc::new(group_of), by: By::Group }
    }

    fn check(&self, most: usize, what: &str) -> Result<(), DataError> {
        let refuse = |what: String, remedy: String| Err(DataError::Split { what, remedy });
        if self.folds < 2 || self.folds > most {
            return refuse(
                format!("{} fold(s) of {most} {what} cannot be made", self.folds),
                format!("give from 2 to {most} folds"),
            );
        }
        if self.fold >= self.folds {
            let last = self.folds - 1;
            return refuse(
                format!("there is no fold {} of {}", self.fold, self.folds),
                format!("count from 0 to {last}"),
            );
        }
        Ok(())
    }

    fn parts(&self, fold_of: &[usize]) -> Result<Split, DataError> {
        let (valid, train) = (0..fold_of.len()).partition(|&item| fold_of[item] == self.fold);
        Split::new(train, valid, fold_of.len())
    }

    /// The fold of each item, in a shuffled order: the first fold has the first items, and so on.
    fn by_chance(&self, items: usize) -> Vec<usize> {
        let mut fold_of = vec![0; items];
        let mut shuffled = permutation(items, self.seed).into_iter();
        for fold in 0..self.folds {
            // The first `items % folds` folds have one more.
            let size = items / self.folds + usize::from(fold < items % self.folds);
            for item in shuffled.by_ref().take(size) {
                fold_of[item] = fold;
            }
        }
        fold_of
    }

    /// Items sorted by class are dealt out in turn, which says how many of each class a fold has; which of them is chance.
    fn by_classes(&self, classes: &[usize], sizes: &[usize]) -> Vec<usize> {
        let mut wanted = vec![vec![0; sizes.len()]; self.folds];
        let mut seen = vec![false; sizes.len()];
        let by_first_item = classes.iter().filter(|&&class| !std::mem::replace(&mut seen[class], true));
        let sorted = by_first_item.flat_map(|&class| std::iter::repeat_n(class, sizes[class]));
        for (place, class) in sorted.enumerate() {
            wanted[place % self.folds][class] += 1;
        }
        let mut fold_of = vec![0; classes.len()];
        for item in permutation(classes.len(), self.seed) {
            let free = (0..self.folds).find(|&fold| wanted[fold][classes[item]] > 0).unwrap_or_default();
            wanted[free][classes[item]] -= 1;
            fold_of[item] = free;
        }
        fold_of
    }

    fn by_groups(&self, groups: &[usize], sizes: &[usize]) -> Vec<usize> {
        let mut largest: Vec<usize> = (0..sizes.len()).collect();
        largest.sort_by_key(|&group| Reverse(sizes[group]));
        let (mut filled, mut fold_of) = (vec![0; self.folds], vec![0; sizes.len()]);
        for group in largest {
            let lightest = (0..self.folds).min_by_key(|&fold| filled[fold]).unwrap_or_default();
            filled[lightest] += sizes[group];
            fold_of[group] = lightest;
        }
        groups.iter().map(|&group| fold_of[group]).collect()
    }
}

impl<T> Splitter<T> for FoldSplitter {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
        self.check(items.len(), "item(s)")?;
        self.parts(&self.by_chance(items.len()))
    }
}

/// Folds by class or by group: see [`FoldSplitter::by_class`] and [`FoldSplitter::by_group`].
pub struct LabelledFolds<I: ?Sized = Path> {
    folds: FoldSplitter,
    labeller: Arc<dyn Labeller<String, I>>,
    by: By,
}

#[derive(Debug, Clone, Copy)]
enum By {
    Class,
    Group,
}

impl<I: Item + ?Sized> Splitter<Owned<I>> for LabelledFolds<I> {
    fn split(&self, items: &[Owned<I>]) -> Result<Split, DataError> {
        let (numbers, sizes) = labels::<I>(self.labeller.as_ref(), items)?;
        let folds = &self.folds;
        let fold_of = match self.by {
            By::Class => {
                folds.check(sizes.iter().copied().max().unwrap_or(0), "item(s) of the largest class")?;
                folds.by_classes(&numbers, &sizes)
            }
            By::Group => {
                folds.check(sizes.len(), "group(s)")?;
                folds.by_groups(&numbers, &sizes)
            }
        };
        folds.parts(&fold_of)
    }
}

impl<I: ?Sized> Clone for LabelledFolds<I> {
    fn clone(&self) -> Self {
        Self { folds: self.folds.clone(), labeller: self.labeller.clone(), by: self.by }
    }
}

impl<I: ?Sized> fmt::Debug for LabelledFolds<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { folds, by, .. } = self;
        f.debug_struct("LabelledFolds").field("folds", folds).field("by", by).finish_non_exhaustive()
    }
}
