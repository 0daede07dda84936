//! Reading the targets of items: each once, in parallel, with one result whatever the number of threads.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::guard::guard;
use crate::in_parts::in_parts;
use crate::item::Item;
use crate::unfit::SHOWN;
use crate::{DataError, FittedTarget, Unfit};

/// The targets of `items` in their order, each asked for once, in parallel: what a [`TargetBlock`](crate::TargetBlock) that has
/// little to learn gives from `fit`.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, TargetBlock, parent_label, read_targets};
///
/// let (classes, _) = CategoryBlock::new(parent_label).fit(&[Path::new("pug/1.jpg"), Path::new("beagle/2.jpg")])?;
/// assert_eq!(read_targets(&classes, &[Path::new("pug/3.jpg")])?, [1]);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
///
/// # Errors
///
/// [`DataError::UnknownLabel`] with every label that is not in the vocab, or the error of the first item that has another.
pub fn read_targets<F: FittedTarget, P: Borrow<F::Item> + Sync>(
    fitted: &F,
    items: &[P],
) -> Result<Vec<F::Target>, DataError> {
    let Read { targets, unknown } = Read::of(fitted, items)?;
    unknown.into_error(fitted).map_or(Ok(targets), Err)
}

/// Targets, and the labels that are none.
pub(crate) struct Read<T> {
    pub targets: Vec<T>,
    pub unknown: Unknown,
}

impl<T: Send> Read<T> {
    /// Reads all; an unknown label stops nothing, so that all of them can be named.
    pub fn of<F, P>(fitted: &F, items: &[P]) -> Result<Self, DataError>
    where
        F: FittedTarget<Target = T>,
        P: Borrow<F::Item> + Sync,
    {
        let parts = in_parts(items, |_, items| {
            let mut read = Self { targets: Vec::with_capacity(items.len()), unknown: Unknown::default() };
            for item in items {
                let item = item.borrow();
                match guard("labeller", item.path().display(), || fitted.target(item)) {
                    Ok(target) => read.targets.push(target),
                    Err(DataError::UnknownLabel { labels, path, .. }) => read.unknown.add(labels, path),
                    Err(other) => return Err(other),
                }
            }
            Ok(read)
        })?;
        let mut all = Self { targets: Vec::with_capacity(items.len()), unknown: Unknown::default() };
        for part in parts {
            all.targets.extend(part.targets);
            all.unknown.merge(part.unknown);
        }
        Ok(all)
    }
}

/// Labels that the vocab does not have, with how many items have each, and the first such item.
#[derive(Default)]
pub(crate) struct Unknown {
    labels: BTreeMap<String, (usize, Option<String>)>,
    items: usize,
    first: Option<PathBuf>,
}

impl Unknown {
    /// Those of one item, which counts once however often it has one.
    fn add(&mut self, labels: Vec<Unfit>, path: PathBuf) {
        let labels: BTreeMap<_, _> = labels.into_iter().map(|unfit| (unfit.label, unfit.suggestion)).collect();
        for (label, suggestion) in labels {
            self.labels.entry(label).or_insert((0, suggestion)).0 += 1;
        }
        self.items += 1;
        self.first.get_or_insert(path);
    }

    /// Those of later items.
    pub fn merge(&mut self, later: Self) {
        for (label, (count, suggestion)) in later.labels {
            self.labels.entry(label).or_insert((0, suggestion)).0 += count;
        }
        self.items += later.items;
        self.first = self.first.take().or(later.first);
    }

    /// The error for labels outside a vocab that was there before the items.
    pub fn into_error<F: FittedTarget>(self, fitted: &F) -> Option<DataError> {
        let Self { labels, items, first } = self;
        let path = first?;
        let unfit = |(label, (count, suggestion))| Unfit { label, count, suggestion };
        let mut labels: Vec<Unfit> = labels.into_iter().map(unfit).collect();
        // Here and not as items are read: each label is compared with every class.
        let vocab = guard("target block", "its `vocab`", || Ok(fitted.vocab())).ok().flatten();
        for unfit in labels.iter_mut().take(SHOWN).filter(|unfit| unfit.suggestion.is_none()) {
            unfit.suggestion = vocab.and_then(|vocab| vocab.suggest(&unfit.label)).map(str::to_owned);
        }
        Some(DataError::UnknownLabel { items, path, labels })
    }

    /// The error for labels outside a vocab that was made of the training items.
    pub fn into_only_in_validation(self) -> Option<DataError> {
        let Self { labels, items, first } = self;
        // A near class of another item is no correction here.
        let unfit = |(label, (count, _))| Unfit { label, count, suggestion: None };
        Some(DataError::OnlyInValidation { items, path: first?, labels: labels.into_iter().map(unfit).collect() })
    }
}

/// The error of one item for labels that its vocab does not have.
pub(crate) fn unknown<I: Item + ?Sized>(labels: impl IntoIterator<Item = String>, item: &I) -> DataError {
    let unfit = |label: String| Unfit { label, count: 1, suggestion: None };
    DataError::UnknownLabel {
        items: 1,
        path: item.path().into_owned(),
        labels: labels.into_iter().map(unfit).collect(),
    }
}
