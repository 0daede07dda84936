//! Which items train and which validate.

mod end;
mod folder;
mod group;
mod index;
mod random;
mod stratified;

use std::path::PathBuf;
use std::sync::Arc;

pub use end::EndSplitter;
pub use folder::GrandparentSplitter;
pub use group::GroupSplitter;
pub use index::{FuncSplitter, IndexSplitter};
pub use random::RandomSplitter;
pub use stratified::StratifiedSplitter;

use crate::guard::guard;
use crate::label::Interned;
use crate::{DataError, Labeller};

/// Item numbers of the two parts, in the order in which the parts list them: every item in one part at most, and once.
///
/// ```
/// use firelight_datablock::{RandomSplitter, Split, Splitter};
///
/// let items: Vec<_> = (0..10).map(|n| format!("{n}.jpg").into()).collect();
/// let split = RandomSplitter::new(0.2).split(&items)?;
/// assert_eq!(split.train().len() + split.valid().len(), 10);
/// assert!(Split::new(vec![0, 1], vec![1, 2], 3).is_err()); // item 1 would validate what it trained
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    train: Vec<usize>,
    valid: Vec<usize>,
    items: usize,
}

impl Split {
    /// The parts of `items` items.
    ///
    /// # Errors
    ///
    /// [`DataError::SplitItem`] for the first item that is in both parts, twice in one, or beyond the items.
    pub fn new(train: Vec<usize>, valid: Vec<usize>, items: usize) -> Result<Self, DataError> {
        #[derive(Clone, Copy, PartialEq)]
        enum In {
            Neither,
            Train,
            Valid,
        }
        let refuse = |item, what: &str| Err(DataError::SplitItem { item, path: None, what: what.into() });
        let mut parts = vec![In::Neither; items];
        for (part, numbers) in [(In::Train, &train), (In::Valid, &valid)] {
            for &item in numbers {
                match parts.get(item) {
                    None => return refuse(item, &format!("is beyond the {items} items")),
                    Some(In::Neither) => parts[item] = part,
                    Some(known) if *known == part => return refuse(item, "is twice in one part"),
                    Some(_) => return refuse(item, "is in both parts"),
                }
            }
        }
        Ok(Self { train, valid, items })
    }

    /// Items to train on.
    pub fn train(&self) -> &[usize] {
        &self.train
    }

    /// Items to validate on.
    pub fn valid(&self) -> &[usize] {
        &self.valid
    }

    /// The training and the validation part.
    pub fn into_parts(self) -> (Vec<usize>, Vec<usize>) {
        (self.train, self.valid)
    }
}

/// Divides items into a training and a validation part.
///
/// ```
/// use std::path::PathBuf;
/// use firelight_datablock::{DataError, Split, Splitter};
///
/// /// Every `n`-th item validates.
/// #[derive(Debug)]
/// struct EveryNth(usize);
///
/// impl Splitter for EveryNth {
///     fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
///         let (valid, train) = (0..items.len()).partition(|i| i % self.0 == 0);
///         Split::new(train, valid, items.len())
///     }
/// }
/// ```
pub trait Splitter: std::fmt::Debug + Send + Sync {
    /// The item numbers of the two parts. An item may be in neither.
    ///
    /// # Errors
    ///
    /// [`DataError::Split`] when the items do not allow it.
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError>;
}

/// What a splitter makes of items, or why it cannot be: a part is empty, or the splitter counted other items.
pub(crate) fn checked(splitter: &dyn Splitter, items: &[PathBuf]) -> Result<Split, DataError> {
    let count = format_args!("one of {} items", items.len());
    let split = guard("splitter", count, || splitter.split(items)).map_err(|error| named(error, items))?;
    let name = || in_words(splitter);
    if split.items != items.len() {
        return Err(DataError::Split {
            what: format!("{} divides {} items, but there are {}", name()?, split.items, items.len()),
            remedy: "give `Split::new` the number of items that the splitter got".into(),
        });
    }
    for (part, numbers) in [("training", &split.train), ("validation", &split.valid)] {
        if numbers.is_empty() {
            return Err(DataError::Split {
                what: format!("{} leaves the {part} part empty ({} items in all)", name()?, items.len()),
                remedy: "choose another splitter or other parameters".into(),
            });
        }
    }
    Ok(split)
}

/// What a splitter, which may be the user's, prints as.
pub(crate) fn in_words(splitter: &dyn Splitter) -> Result<String, DataError> {
    guard("splitter", "its `Debug`", || Ok(format!("{splitter:?}")))
}

/// The error with the path of its item.
fn named(error: DataError, items: &[PathBuf]) -> DataError {
    match error {
        DataError::SplitItem { item, what, .. } => DataError::SplitItem { item, path: items.get(item).cloned(), what },
        other => other,
    }
}

impl<S: Splitter + ?Sized> Splitter for Arc<S> {
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
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
fn labels(labeller: &dyn Labeller, items: &[PathBuf]) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    let labels = Interned::of(labeller, items, |label, intern| intern(label))?;
    let (names, numbers) = labels.into_numbers(|label, place| place(label));
    let mut sizes = vec![0; names.len()];
    for &number in &numbers {
        sizes[number] += 1;
    }
    Ok((numbers, sizes))
}
