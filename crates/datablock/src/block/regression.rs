//! Numbers instead of classes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use super::{FittedTarget, TargetBlock};
use crate::{DataError, Labeller};

/// Every item has one number, or several, which its labeller tells.
///
/// All items have equally many, and all are finite.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{DataError, RegressionBlock};
///
/// // 3.5_17.png is 3.5.
/// let grade = RegressionBlock::one(|item: &Path| -> Result<f32, DataError> {
///     let name = item.file_stem().unwrap_or_default().to_string_lossy().into_owned();
///     let number = name.split('_').next().unwrap_or_default().parse();
///     number.map_err(|_| DataError::NoLabel { labeller: "grade".into(), path: item.to_path_buf() })
/// });
/// # let _ = grade;
/// ```
#[derive(Clone)]
pub struct RegressionBlock {
    labeller: Arc<dyn Labeller<Vec<f32>>>,
}

impl RegressionBlock {
    /// Several numbers an item.
    pub fn new(labeller: impl Labeller<Vec<f32>> + 'static) -> Self {
        Self { labeller: Arc::new(labeller) }
    }

    /// One number an item.
    pub fn one(labeller: impl Labeller<f32> + 'static) -> Self {
        Self::new(move |item: &Path| labeller.label(item).map(|number| vec![number]))
    }
}

impl fmt::Debug for RegressionBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegressionBlock").finish_non_exhaustive()
    }
}

impl TargetBlock for RegressionBlock {
    type Fitted = Values;

    fn fit(&self, train: &[&Path]) -> Result<Values, DataError> {
        let outputs = match train.first() {
            Some(item) => self.labeller.label(item)?.len(),
            None => 1,
        };
        let values = Values { labeller: self.labeller.clone(), outputs };
        train.iter().try_for_each(|item| values.target(item).map(drop))?;
        Ok(values)
    }
}

/// A known count of numbers an item. A target is a list of them, and a batch of targets a tensor `[batch, numbers]`.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, RegressionBlock, TargetBlock};
///
/// let corner = |_: &Path| Ok(vec![0.25, 0.75]);
/// let values = RegressionBlock::new(corner).fit(&[Path::new("1.png")])?;
/// assert_eq!(values.outputs(), 2);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Clone)]
pub struct Values {
    labeller: Arc<dyn Labeller<Vec<f32>>>,
    outputs: usize,
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("outputs", &self.outputs).finish_non_exhaustive()
    }
}

impl FittedTarget for Values {
    type Target = Vec<f32>;
    type Tensor = Tensor<2>;

    fn target(&self, item: &Path) -> Result<Vec<f32>, DataError> {
        let values = self.labeller.label(item)?;
        let refuse = |what, remedy: &str| Err(DataError::Values { path: item.into(), what, remedy: remedy.into() });
        if values.len() != self.outputs || values.is_empty() {
            let what = format!("{} number(s), and the first training item {}", values.len(), self.outputs);
            return refuse(what, "give every item equally many, and at least one");
        }
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => refuse(format!("the number {value}"), "give finite numbers, or leave the item out"),
            None => Ok(values),
        }
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
}
