//! One class an item.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_vocab::Vocab;

use super::cautions::{alike_names, one_target, untrained_classes};
use super::targets::{read_targets, unknown};
use super::{FittedTarget, TargetBlock};
use crate::item::Item;
use crate::label::Interned;
use crate::{DataError, Labeller, Relabelling};

/// Every item belongs to one class, which its labeller names.
///
/// The vocab is built from the training items, sorted by code point, as fastai's. [`with_vocab`](Self::with_vocab) gives
/// it instead, in an order that is kept (fastai sorts it).
///
/// A label is an error if it is empty or of white space alone, or if it differs from another one in white space or Unicode composition alone; a vocab
/// that was given may have such classes. What is only perhaps a slip is among the
/// [cautions](crate::DataLoaders::cautions): one class alone, and classes that differ in letter case.
///
/// ```
/// use firelight_datablock::{CategoryBlock, RegexLabeller, parent_label};
/// use firelight_vocab::Vocab;
///
/// let by_name = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?); // pug_7.jpg is a pug
/// let by_folder = CategoryBlock::new(parent_label).with_vocab(Vocab::ordered(["low", "middle", "high"])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CategoryBlock<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<String, I>>,
    vocab: Option<Vocab>,
}

impl<I: ?Sized> CategoryBlock<I> {
    /// Classes as `labeller` names them.
    pub fn new(labeller: impl Labeller<String, I> + 'static) -> Self {
        Self { labeller: Arc::new(labeller), vocab: None }
    }

    /// The classes, in the order of the model's output columns; a label that is not among them is an error.
    pub fn with_vocab(mut self, vocab: Vocab) -> Self {
        self.vocab = Some(vocab);
        self
    }
}

impl<I: ?Sized> Clone for CategoryBlock<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), vocab: self.vocab.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for CategoryBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CategoryBlock").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> TargetBlock for CategoryBlock<I> {
    type Fitted = Categories<I>;

    fn given(&self) -> Option<Categories<I>> {
        let vocab = self.vocab.clone()?;
        Some(Categories { labeller: self.labeller.clone(), vocab })
    }

    fn corrected(&self, relabelling: &Relabelling<I>) -> Option<Self> {
        let vocab = self.vocab.as_ref().map(|given| relabelling.vocab(given));
        Some(Self { labeller: relabelling.of_one(self.labeller.clone()), vocab })
    }

    fn fit(&self, train: &[&I]) -> Result<(Categories<I>, Vec<usize>), DataError> {
        if let Some(classes) = self.given() {
            let targets = read_targets(&classes, train)?;
            return Ok((classes, targets));
        }
        let labels = Interned::of(self.labeller.as_ref(), train, |label, intern| intern(label))?;
        let (vocab, targets) = labels.into_classes(train, |label, class| class(label))?;
        Ok((Categories { labeller: self.labeller.clone(), vocab }, targets))
    }
}

/// Classes with a vocab. A target is a class number, a batch of targets an integer tensor of shape `[batch]`.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, FittedTarget, TargetBlock, parent_label};
///
/// let train = [Path::new("pug/1.jpg"), Path::new("beagle/2.jpg")];
/// let (classes, targets) = CategoryBlock::new(parent_label).fit(&train)?;
/// assert_eq!(targets, [1, 0]);
/// assert_eq!(classes.target(Path::new("pug/3.jpg"))?, 1);
/// assert_eq!(classes.describe(&1), "pug");
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub struct Categories<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<String, I>>,
    vocab: Vocab,
}

impl<I: ?Sized> Categories<I> {
    /// Which class has which number, and so which output column.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }
}

impl<I: ?Sized> Clone for Categories<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), vocab: self.vocab.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for Categories<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Categories").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> FittedTarget for Categories<I> {
    type Item = I;
    type Target = usize;
    type Tensor = Tensor<1, Int>;

    fn target(&self, item: &I) -> Result<usize, DataError> {
        let label = self.labeller.label(item)?;
        self.vocab.find(&label).ok_or_else(|| unknown([label], item))
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

    fn cautions(&self, train: &[usize]) -> Vec<String> {
        let mut cautions = Vec::from_iter(one_target(train, |class| format!("{:?}", self.describe(class))));
        cautions.extend(untrained_classes(&self.vocab, train.iter().copied()));
        cautions.extend(alike_names(&self.vocab));
        cautions
    }
}
