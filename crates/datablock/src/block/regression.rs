//! Numbers instead of classes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use super::cautions::one_target;
use super::targets::read_targets;
use super::{FittedTarget, TargetBlock};
use crate::guard::guard;
use crate::item::Item;
use crate::{DataError, Labeller};

/// Every item has one number, or several, which its labeller tells.
///
/// All items have equally many, and all are finite. That all training items have the same is among the
/// [cautions](crate::DataLoaders::cautions).
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{DataError, Labeller, RegexLabeller, RegressionBlock};
///
/// // 3.5_17.png is 3.5.
/// let name = RegexLabeller::file_name(r"^([^_]+)_")?;
/// let grade = RegressionBlock::one(move |item: &Path| -> Result<f32, DataError> {
///     let number = name.label(item)?.parse();
///     number.map_err(|_| DataError::NoLabel { labeller: "grade".into(), path: item.to_path_buf() })
/// });
/// # let _ = grade;
/// # Ok::<(), DataError>(())
/// ```
pub struct RegressionBlock<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<f32>, I>>,
}

impl<I: ?Sized + 'static> RegressionBlock<I> {
    /// Several numbers an item.
    pub fn new(labeller: impl Labeller<Vec<f32>, I> + 'static) -> Self {
        Self { labeller: Arc::new(labeller) }
    }

    /// One number an item.
    pub fn one(labeller: impl Labeller<f32, I> + 'static) -> Self {
        Self::new(move |item: &I| labeller.label(item).map(|number| vec![number]))
    }
}

impl<I: ?Sized> Clone for RegressionBlock<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for RegressionBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegressionBlock").finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> TargetBlock for RegressionBlock<I> {
    type Fitted = Values<I>;

    fn fit(&self, train: &[&I]) -> Result<(Values<I>, Vec<Vec<f32>>), DataError> {
        let labeller = self.labeller.clone();
        let Some((first, rest)) = train.split_first() else {
            return Ok((Values { labeller, outputs: 1 }, Vec::new()));
        };
        let numbers = guard("labeller", first.path().display(), || labeller.label(first))?;
        let values = Values { labeller, outputs: numbers.len() };
        let mut targets = Vec::with_capacity(train.len());
        targets.push(values.checked(first, numbers)?);
        targets.extend(read_targets(&values, rest)?);
        Ok((values, targets))
    }
}

/// A known count of numbers an item. A target is a list of them, and a batch of targets a tensor `[batch, numbers]`.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, RegressionBlock, TargetBlock};
///
/// let corner = |_: &Path| Ok(vec![0.25, 0.75]);
/// let (values, targets) = RegressionBlock::new(corner).fit(&[Path::new("1.png")])?;
/// assert_eq!((values.outputs(), targets), (2, vec![vec![0.25, 0.75]]));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub struct Values<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<f32>, I>>,
    outputs: usize,
}

impl<I: ?Sized> Clone for Values<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), outputs: self.outputs }
    }
}

impl<I: ?Sized> fmt::Debug for Values<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("outputs", &self.outputs).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> FittedTarget for Values<I> {
    type Item = I;
    type Target = Vec<f32>;
    type Tensor = Tensor<2>;

    fn target(&self, item: &I) -> Result<Vec<f32>, DataError> {
        self.checked(item, self.labeller.label(item)?)
    }

    fn collate(&self, targets: &[Vec<f32>], device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(targets.concat(), [targets.len(), self.outputs]), device)
    }

    fn describe(&self, target: &Vec<f32>) -> String {
        target.iter().map(|value| format!("{value:.3}")).collect::<Vec<_>>().join(", ")
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn cautions(&self, train: &[Vec<f32>]) -> Vec<String> {
        one_target(train, |values| self.describe(values)).into_iter().collect()
    }
}

impl<I: Item + ?Sized> Values<I> {
    /// The numbers that a labeller gave for an item, if there are as many as of the others and all are finite.
    fn checked(&self, item: &I, values: Vec<f32>) -> Result<Vec<f32>, DataError> {
        let refuse =
            |what, remedy: &str| Err(DataError::Values { path: item.path().into_owned(), what, remedy: remedy.into() });
        if values.len() != self.outputs || values.is_empty() {
            let what = format!("{} number(s), and the first training item {}", values.len(), self.outputs);
            return refuse(what, "give every item equally many, and at least one");
        }
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => refuse(format!("the number {value}"), "give finite numbers, or leave the item out"),
            None => Ok(values),
        }
    }
}
