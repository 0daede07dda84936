//! Two targets of one item.

use burn::tensor::Device;
use firelight_transforms::{Draw, TransformError};
use firelight_vocab::Vocab;

use super::{FittedTarget, Marks, TargetBlock, WithTargets};
use crate::DataError;

/// Two kinds of target together, as a breed and the box of a head: `DataBlock::new(ImageBlock::rgb(), (breeds, heads))`. A model gives the
/// numbers of the first, then those of the second; pairs of pairs make three and more.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{BoxBlock, CategoryBlock, FittedTarget, TargetBlock, parent_label};
///
/// let both = (CategoryBlock::new(parent_label), BoxBlock::new(|_: &Path| Ok([0.0, 0.0, 8.0, 8.0])));
/// let (fitted, targets) = both.fit(&[Path::new("pug/1.jpg"), Path::new("beagle/2.jpg")])?;
/// assert_eq!((targets[0], fitted.outputs()), ((1, Some([0.0, 0.0, 8.0, 8.0])), 2 + 4));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
impl<A, B> TargetBlock for (A, B)
where
    A: TargetBlock,
    B: TargetBlock<Fitted: FittedTarget<Item = <A::Fitted as FittedTarget>::Item>>,
{
    type Fitted = (A::Fitted, B::Fitted);

    fn fit(&self, train: &[&<A::Fitted as FittedTarget>::Item]) -> Result<WithTargets<Self::Fitted>, DataError> {
        let ((first, firsts), (second, seconds)) = (self.0.fit(train)?, self.1.fit(train)?);
        Ok(((first, second), firsts.into_iter().zip(seconds).collect()))
    }

    fn given(&self) -> Option<Self::Fitted> {
        Some((self.0.given()?, self.1.given()?))
    }
}

impl<A, B> FittedTarget for (A, B)
where
    A: FittedTarget,
    B: FittedTarget<Item = A::Item>,
{
    type Item = A::Item;
    type Target = (A::Target, B::Target);
    type Tensor = (A::Tensor, B::Tensor);

    fn target(&self, item: &A::Item) -> Result<Self::Target, DataError> {
        Ok((self.0.target(item)?, self.1.target(item)?))
    }

    fn place(&self, (first, second): Self::Target, draw: &Draw) -> Result<Self::Target, TransformError> {
        Ok((self.0.place(first, draw)?, self.1.place(second, draw)?))
    }

    fn moves(&self) -> bool {
        self.0.moves() || self.1.moves()
    }

    fn marks(&self, (first, second): &Self::Target) -> Marks {
        self.0.marks(first).with(self.1.marks(second))
    }

    fn collate(&self, targets: &[Self::Target], device: &Device) -> Self::Tensor {
        let (firsts, seconds): (Vec<_>, Vec<_>) = targets.iter().cloned().unzip();
        (self.0.collate(&firsts, device), self.1.collate(&seconds, device))
    }

    fn describe(&self, (first, second): &Self::Target) -> String {
        format!("{}; {}", self.0.describe(first), self.1.describe(second))
    }

    /// The classes of the first, or of the second where the first has none.
    fn vocab(&self) -> Option<&Vocab> {
        self.0.vocab().or_else(|| self.1.vocab())
    }

    /// Whether they are the classes of one of the two.
    fn knows(&self, classes: &Vocab) -> bool {
        match (self.0.vocab(), self.1.vocab()) {
            (None, None) => true,
            (first, second) => first.is_some() && self.0.knows(classes) || second.is_some() && self.1.knows(classes),
        }
    }

    fn outputs(&self) -> usize {
        self.0.outputs() + self.1.outputs()
    }

    fn cautions(&self, train: &[Self::Target]) -> Vec<String> {
        let (firsts, seconds): (Vec<_>, Vec<_>) = train.iter().cloned().unzip();
        [self.0.cautions(&firsts), self.1.cautions(&seconds)].concat()
    }
}
