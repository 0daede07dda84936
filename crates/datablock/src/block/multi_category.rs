//! Any number of classes an item.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Bool, Device, Tensor, TensorData};
use firelight_vocab::Vocab;

use super::cautions::{alike_names, one_target, untrained_classes};
use super::targets::{read_targets, unknown};
use super::{FittedTarget, TargetBlock};
use crate::item::Item;
use crate::label::Interned;
use crate::{DataError, Labeller, Relabelling};

/// Every item belongs to any number of classes, none included, which its labeller lists.
///
/// The vocab is built from the training items, sorted by code point; that none of them has a label is an error.
/// [`with_vocab`](Self::with_vocab) gives it instead, in an order that is kept. Slips of labels are errors and cautions as for
/// [`CategoryBlock`](crate::CategoryBlock): an item without a class gives an empty list, not an empty label.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{Labeller, MultiCategoryBlock, RegexLabeller};
///
/// // red-round_17.png is red and round.
/// let name = RegexLabeller::file_name(r"^([^_]*)_")?;
/// let tags = MultiCategoryBlock::new(move |item: &Path| {
///     Ok(name.label(item)?.split('-').filter(|tag| !tag.is_empty()).map(String::from).collect())
/// });
/// # let _ = tags;
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub struct MultiCategoryBlock<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<String>, I>>,
    vocab: Option<Vocab>,
}

impl<I: ?Sized> MultiCategoryBlock<I> {
    /// Classes as `labeller` lists them.
    pub fn new(labeller: impl Labeller<Vec<String>, I> + 'static) -> Self {
        Self { labeller: Arc::new(labeller), vocab: None }
    }

    /// The classes, in the order of the model's output columns; a label that is not among them is an error.
    pub fn with_vocab(mut self, vocab: Vocab) -> Self {
        self.vocab = Some(vocab);
        self
    }
}

impl<I: ?Sized> Clone for MultiCategoryBlock<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), vocab: self.vocab.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for MultiCategoryBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiCategoryBlock").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> TargetBlock for MultiCategoryBlock<I> {
    type Fitted = MultiCategories<I>;

    fn given(&self) -> Option<MultiCategories<I>> {
        let vocab = self.vocab.clone()?;
        Some(MultiCategories { labeller: self.labeller.clone(), vocab })
    }

    fn corrected(&self, relabelling: &Relabelling<I>) -> Option<Self> {
        let vocab = self.vocab.as_ref().map(|given| relabelling.vocab(given));
        Some(Self { labeller: relabelling.of_several(self.labeller.clone()), vocab })
    }

    fn fit(&self, train: &[&I]) -> Result<(MultiCategories<I>, Vec<Vec<usize>>), DataError> {
        if let Some(classes) = self.given() {
            let targets = read_targets(&classes, train)?;
            return Ok((classes, targets));
        }
        let labels = Interned::of(self.labeller.as_ref(), train, |labels: Vec<String>, intern| {
            labels.into_iter().map(intern).collect::<Vec<usize>>()
        })?;
        let sorted = |labels: Vec<usize>, class: &dyn Fn(usize) -> usize| {
            labels.into_iter().map(class).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let (vocab, targets) = labels.into_classes(train, sorted)?;
        Ok((MultiCategories { labeller: self.labeller.clone(), vocab }, targets))
    }
}

/// Classes with a vocab, of which an item has any number. A target is a list of class numbers, lowest first, and a batch of
/// targets a boolean tensor `[batch, classes]`.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, MultiCategoryBlock, TargetBlock};
///
/// let tags = |item: &Path| Ok(item.to_string_lossy().split('+').map(String::from).collect::<Vec<_>>());
/// let (tags, targets) = MultiCategoryBlock::new(tags).fit(&[Path::new("sea+boat"), Path::new("boat+tree")])?;
/// assert_eq!(targets, [[0, 1], [0, 2]]);
/// assert_eq!(tags.target(Path::new("tree+sea"))?, [1, 2]); // boat, sea, tree
/// assert_eq!(tags.outputs(), 3);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub struct MultiCategories<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<String>, I>>,
    vocab: Vocab,
}

impl<I: ?Sized> MultiCategories<I> {
    /// Which class has which number, and so which output column.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }
}

impl<I: ?Sized> Clone for MultiCategories<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), vocab: self.vocab.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for MultiCategories<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiCategories").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> FittedTarget for MultiCategories<I> {
    type Item = I;
    type Target = Vec<usize>;
    type Tensor = Tensor<2, Bool>;

    fn target(&self, item: &I) -> Result<Vec<usize>, DataError> {
        let mut classes = BTreeSet::new();
        let mut others = BTreeSet::new();
        for label in self.labeller.label(item)? {
            match self.vocab.find(&label) {
                Some(class) => _ = classes.insert(class),
                None => _ = others.insert(label),
            }
        }
        if others.is_empty() { Ok(classes.into_iter().collect()) } else { Err(unknown(others, item)) }
    }

    fn collate(&self, targets: &[Vec<usize>], device: &Device) -> Tensor<2, Bool> {
        let classes = self.vocab.len();
        let mut present = vec![false; targets.len() * classes];
        for (row, target) in targets.iter().enumerate() {
            for class in target {
                present[row * classes + class] = true;
            }
        }
        Tensor::from_data(TensorData::new(present, [targets.len(), classes]), device)
    }

    fn describe(&self, target: &Vec<usize>) -> String {
        let names: Vec<&str> = target.iter().map(|&class| self.vocab.name(class).unwrap_or("?")).collect();
        if names.is_empty() { "–".into() } else { names.join(", ") }
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }

    fn cautions(&self, train: &[Vec<usize>]) -> Vec<String> {
        let mut cautions = Vec::from_iter(one_target(train, |classes| self.describe(classes)));
        cautions.extend(untrained_classes(&self.vocab, train.iter().flatten().copied()));
        cautions.extend(alike_names(&self.vocab));
        cautions
    }
}
