//! Which items train and which validate.

mod column;
mod end;
mod everything;
mod fold;
mod folder;
mod group;
mod hold_out;
mod index;
mod listed;
mod random;
mod stratified;
mod subset;

use std::borrow::Borrow;
use std::path::PathBuf;
use std::sync::Arc;

pub use column::ColumnSplitter;
pub use end::EndSplitter;
pub use everything::TrainOnAll;
pub use fold::{FoldSplitter, LabelledFolds};
pub use folder::GrandparentSplitter;
pub use group::GroupSplitter;
pub use hold_out::HoldOut;
pub use index::{FuncSplitter, IndexSplitter};
pub use listed::{FileSplitter, MaskSplitter};
pub use random::RandomSplitter;
pub use stratified::StratifiedSplitter;
pub use subset::RandomSubsetSplitter;

use crate::guard::guard;
use crate::item::{Item, Owned};
use crate::label::Interned;
use crate::{DataError, Labeller};

/// Item numbers of the parts, in the order in which these list them: every item in one part at most, and once. Two parts train and
/// validate; a third, which may be empty, is kept for testing.
///
/// ```
/// use firelight_datablock::{RandomSplitter, Split, Splitter};
///
/// let items: Vec<_> = (0..10).map(|n| format!("{n}.jpg")).collect();
/// let split = RandomSplitter::new(0.2).split(&items)?;
/// assert_eq!(split.train().len() + split.valid().len(), 10);
/// assert!(Split::new(vec![0, 1], vec![1, 2], 3).is_err()); // item 1 would validate what it trained
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    train: Vec<usize>,
    valid: Vec<usize>,
    test: Vec<usize>,
    items: usize,
}

impl Split {
    /// The parts of `items` items.
    ///
    /// # Errors
    ///
    /// [`DataError::SplitItem`] for the first item that is in both parts, twice in one, or beyond the items.
    pub fn new(train: Vec<usize>, valid: Vec<usize>, items: usize) -> Result<Self, DataError> {
        Self { train, valid, test: Vec::new(), items }.checked()
    }

    /// The same parts, and a third one to test with, in place of any before.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_test(self, test: Vec<usize>) -> Result<Self, DataError> {
        Self { test, ..self }.checked()
    }

    fn checked(self) -> Result<Self, DataError> {
        let items = self.items;
        let refuse = |item, what: &str| Err(DataError::SplitItem { item, path: None, what: what.into() });
        let mut part_of = vec![None; items];
        for (part, numbers) in [&self.train, &self.valid, &self.test].into_iter().enumerate() {
            for &item in numbers {
                match part_of.get(item) {
                    None => return refuse(item, &format!("is beyond the {items} items")),
                    Some(None) => part_of[item] = Some(part),
                    Some(Some(known)) if *known == part => return refuse(item, "is twice in one part"),
                    Some(Some(0)) if part == 1 => return refuse(item, "is in both parts"),
                    Some(_) => return refuse(item, "is in the test part and in another"),
                }
            }
        }
        Ok(self)
    }

    /// Items to train on.
    pub fn train(&self) -> &[usize] {
        &self.train
    }

    /// Items to validate on.
    pub fn valid(&self) -> &[usize] {
        &self.valid
    }

    /// Items that are kept for testing; most often there are none.
    pub fn test(&self) -> &[usize] {
        &self.test
    }

    /// The training and the validation part.
    pub fn into_parts(self) -> (Vec<usize>, Vec<usize>) {
        (self.train, self.valid)
    }

    /// Without some items; the others stay in their parts.
    pub(crate) fn without(mut self, is_out: impl Fn(usize) -> bool) -> Self {
        for part in [&mut self.train, &mut self.valid, &mut self.test] {
            part.retain(|&item| !is_out(item));
        }
        self
    }

    pub(crate) fn into_three(self) -> [Vec<usize>; 3] {
        [self.train, self.valid, self.test]
    }
}

/// Divides items of type `T`, by default paths, into a training and a validation part.
///
/// ```
/// use firelight_datablock::{DataError, Split, Splitter};
///
/// /// Every `n`-th item validates.
/// #[derive(Debug)]
/// struct EveryNth(usize);
///
/// impl<T> Splitter<T> for EveryNth {
///     fn split(&self, items: &[T]) -> Result<Split, DataError> {
///         let (valid, train) = (0..items.len()).partition(|i| i % self.0 == 0);
///         Split::new(train, valid, items.len())
///     }
/// }
/// ```
pub trait Splitter<T = PathBuf>: std::fmt::Debug + Send + Sync {
    /// The item numbers of the two parts. An item may be in neither.
    ///
    /// # Errors
    ///
    /// [`DataError::Split`] when the items do not allow it.
    fn split(&self, items: &[T]) -> Result<Split, DataError>;

    /// Whether there is to be a validation part. One that is empty is otherwise taken for a slip. Default `true`.
    fn validates(&self) -> bool {
        true
    }
}

/// What a splitter makes of items, or why it cannot be: a part is empty, or the splitter counted other items.
pub(crate) fn checked<I: Item + ?Sized>(
    splitter: &dyn Splitter<Owned<I>>,
    items: &[Owned<I>],
) -> Result<Split, DataError> {
    let count = format_args!("one of {} items", items.len());
    let split = guard("splitter", count, || splitter.split(items)).map_err(|error| named::<I>(error, items))?;
    let name = || in_words(splitter);
    let split = counted(splitter, split, items.len())?;
    let validates = guard("splitter", "its `validates`", || Ok(splitter.validates()))?;
    for (part, numbers, wanted) in [("training", &split.train, true), ("validation", &split.valid, validates)] {
        if numbers.is_empty() && wanted {
            return Err(DataError::Split {
                what: format!("{} leaves the {part} part empty ({} items in all)", name()?, items.len()),
                remedy: "choose another splitter or other parameters".into(),
            });
        }
    }
    Ok(split)
}

/// A split, if the splitter counted as many items as there are.
fn counted<T>(splitter: &dyn Splitter<T>, split: Split, items: usize) -> Result<Split, DataError> {
    if split.items == items {
        return Ok(split);
    }
    Err(DataError::Split {
        what: format!("{} divides {} items, but there are {items}", in_words(splitter)?, split.items),
        remedy: "give `Split::new` the number of items that the splitter got".into(),
    })
}

/// What a splitter, which may be the user's, prints as.
pub(crate) fn in_words<T>(splitter: &dyn Splitter<T>) -> Result<String, DataError> {
    guard("splitter", "its `Debug`", || Ok(format!("{splitter:?}")))
}

/// The error with the path of its item.
fn named<I: Item + ?Sized>(error: DataError, items: &[Owned<I>]) -> DataError {
    match error {
        DataError::SplitItem { item, what, .. } => {
            let path = items.get(item).map(|item| item.borrow().path().into_owned());
            DataError::SplitItem { item, path, what }
        }
        other => other,
    }
}

impl<T, S: Splitter<T> + ?Sized> Splitter<T> for Arc<S> {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
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

/// Each item's class by number, in the order of the classes' names, and how many items each class has.
fn labels<I: Item + ?Sized>(
    labeller: &dyn Labeller<String, I>,
    items: &[Owned<I>],
) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    let labels = Interned::of(labeller, items, |label, intern| intern(label))?;
    let (names, numbers) = labels.into_numbers(|label, place| place(label));
    let mut sizes = vec![0; names.len()];
    for &number in &numbers {
        sizes[number] += 1;
    }
    Ok((numbers, sizes))
}
