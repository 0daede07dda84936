//! One class an item.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_vocab::Vocab;
use rayon::prelude::*;

use super::{FittedTarget, TargetBlock};
use crate::{DataError, Labeller};

/// Every item belongs to one class, which its labeller names.
///
/// The vocab is built from the training items, sorted by code point, as fastai's. [`with_vocab`](Self::with_vocab) gives
/// it instead, in an order that is kept (fastai sorts it).
///
/// ```
/// use firelight_datablock::{CategoryBlock, RegexLabeller, parent_label};
/// use firelight_vocab::Vocab;
///
/// let by_name = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?); // pug_7.jpg is a pug
/// let by_folder = CategoryBlock::new(parent_label).with_vocab(Vocab::ordered(["low", "middle", "high"])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CategoryBlock {
    labeller: Arc<dyn Labeller>,
    vocab: Option<Vocab>,
}

impl CategoryBlock {
    /// Classes as `labeller` names them.
    pub fn new(labeller: impl Labeller + 'static) -> Self {
        Self { labeller: Arc::new(labeller), vocab: None }
    }

    /// The classes, in the order of the model's output columns; a label that is not among them is an error.
    pub fn with_vocab(mut self, vocab: Vocab) -> Self {
        self.vocab = Some(vocab);
        self
    }
}

impl CategoryBlock {
    /// Every label once. Of a million items that are labels, not items, that stay in memory.
    fn labels(&self, items: &[&Path]) -> Result<BTreeSet<String>, DataError> {
        let distinct = items.par_iter().try_fold(BTreeSet::new, |mut labels, item| {
            labels.insert(self.labeller.label(item)?);
            Ok(labels)
        });
        let all = distinct.try_reduce(BTreeSet::new, |mut all, some| {
            all.extend(some);
            Ok(all)
        });
        // Threads meet errors in no order: the first one is found by looking again.
        all.or_else(|_: DataError| items.iter().map(|item| self.labeller.label(item)).collect())
    }
}

impl fmt::Debug for CategoryBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CategoryBlock").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl TargetBlock for CategoryBlock {
    type Fitted = Categories;

    fn fit(&self, train: &[&Path]) -> Result<Categories, DataError> {
        let vocab = match &self.vocab {
            Some(vocab) => vocab.clone(),
            None => Vocab::from_labels(self.labels(train)?),
        };
        Ok(Categories { labeller: self.labeller.clone(), vocab })
    }
}

/// Classes with a vocab. A target is a class number, a batch of targets an integer tensor of shape `[batch]`.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, FittedTarget, TargetBlock, parent_label};
///
/// let classes = CategoryBlock::new(parent_label).fit(&[Path::new("pug/1.jpg"), Path::new("beagle/2.jpg")])?;
/// assert_eq!(classes.target(Path::new("pug/3.jpg"))?, 1);
/// assert_eq!(classes.describe(&1), "pug");
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Clone)]
pub struct Categories {
    labeller: Arc<dyn Labeller>,
    vocab: Vocab,
}

impl Categories {
    /// Which class has which number, and so which output column.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }
}

impl fmt::Debug for Categories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Categories").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl FittedTarget for Categories {
    type Target = usize;
    type Tensor = Tensor<1, Int>;

    fn target(&self, item: &Path) -> Result<usize, DataError> {
        let label = self.labeller.label(item)?;
        self.vocab.o2i(&label).map_err(|source| DataError::UnknownLabel { path: item.to_path_buf(), source })
    }

    fn collate(&self, targets: &[usize], device: &Device) -> Tensor<1, Int> {
        let numbers: Vec<i64> = targets.iter().map(|&class| class as i64).collect();
        Tensor::from_data(TensorData::new(numbers, [targets.len()]), device)
    }

    fn describe(&self, target: &usize) -> String {
        self.vocab.name(*target).unwrap_or("?").to_string()
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }
}
