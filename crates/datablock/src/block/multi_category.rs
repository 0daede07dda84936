//! Any number of classes an item.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Bool, Device, Tensor, TensorData};
use firelight_vocab::Vocab;

use super::{FittedTarget, TargetBlock};
use crate::{DataError, Labeller};

/// Every item belongs to any number of classes, none included, which its labeller lists.
///
/// The vocab is built from the training items, sorted by code point. [`with_vocab`](Self::with_vocab) gives it instead, in an
/// order that is kept.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{DataError, MultiCategoryBlock};
///
/// // red-round_17.png is red and round.
/// let tags = MultiCategoryBlock::new(|item: &Path| -> Result<Vec<String>, DataError> {
///     let name = item.file_stem().unwrap_or_default().to_string_lossy().into_owned();
///     Ok(name.split('_').next().unwrap_or_default().split('-').map(String::from).collect())
/// });
/// # let _ = tags;
/// ```
#[derive(Clone)]
pub struct MultiCategoryBlock {
    labeller: Arc<dyn Labeller<Vec<String>>>,
    vocab: Option<Vocab>,
}

impl MultiCategoryBlock {
    /// Classes as `labeller` lists them.
    pub fn new(labeller: impl Labeller<Vec<String>> + 'static) -> Self {
        Self { labeller: Arc::new(labeller), vocab: None }
    }

    /// The classes, in the order of the model's output columns; a label that is not among them is an error.
    pub fn with_vocab(mut self, vocab: Vocab) -> Self {
        self.vocab = Some(vocab);
        self
    }
}

impl fmt::Debug for MultiCategoryBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiCategoryBlock").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl TargetBlock for MultiCategoryBlock {
    type Fitted = MultiCategories;

    fn fit(&self, train: &[&Path]) -> Result<MultiCategories, DataError> {
        let labels = train.iter().map(|item| self.labeller.label(item)).collect::<Result<Vec<_>, _>>()?;
        let vocab = self.vocab.clone().unwrap_or_else(|| Vocab::from_labels(labels.into_iter().flatten()));
        Ok(MultiCategories { labeller: self.labeller.clone(), vocab })
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
/// let tags = MultiCategoryBlock::new(tags).fit(&[Path::new("sea+boat"), Path::new("boat+tree")])?;
/// assert_eq!(tags.target(Path::new("tree+sea"))?, [1, 2]); // boat, sea, tree
/// assert_eq!(tags.outputs(), 3);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Clone)]
pub struct MultiCategories {
    labeller: Arc<dyn Labeller<Vec<String>>>,
    vocab: Vocab,
}

impl MultiCategories {
    /// Which class has which number, and so which output column.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }
}

impl fmt::Debug for MultiCategories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiCategories").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl FittedTarget for MultiCategories {
    type Target = Vec<usize>;
    type Tensor = Tensor<2, Bool>;

    fn target(&self, item: &Path) -> Result<Vec<usize>, DataError> {
        let number = |label: &String| {
            self.vocab.o2i(label).map_err(|source| DataError::UnknownLabel { path: item.to_path_buf(), source })
        };
        let classes = self.labeller.label(item)?.iter().map(number).collect::<Result<BTreeSet<_>, _>>()?;
        Ok(classes.into_iter().collect())
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
}
