//! What an item becomes: a picture on the one side, a target on the other.

mod category;
mod image;
mod multi_category;
mod regression;
mod unlabelled;

use std::fmt::Debug;
use std::path::Path;

use ::image::RgbImage;
use burn::tensor::Device;
use firelight_transforms::TransformError;
use firelight_vocab::Vocab;

pub use category::{Categories, CategoryBlock};
pub use image::ImageBlock;
pub use multi_category::{MultiCategories, MultiCategoryBlock};
pub use regression::{RegressionBlock, Values};
pub use unlabelled::NoTarget;

use crate::DataError;

/// Turns an item into a picture. [`ImageBlock`] reads picture files; a block of your own may render, record or compute
/// one.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::InputBlock;
/// use firelight_transforms::TransformError;
/// use image::RgbImage;
///
/// /// Draws one pixel for each byte of a file's name.
/// #[derive(Debug, Clone)]
/// struct NamePicture;
///
/// impl InputBlock for NamePicture {
///     fn read(&self, item: &Path) -> Result<RgbImage, TransformError> {
///         let name = item.to_string_lossy().into_owned().into_bytes();
///         Ok(RgbImage::from_fn(name.len() as u32, 1, |x, _| image::Rgb([name[x as usize]; 3])))
///     }
/// }
/// ```
pub trait InputBlock: Debug + Send + Sync + 'static {
    /// The picture of `item`.
    ///
    /// # Errors
    ///
    /// What made the item unreadable.
    fn read(&self, item: &Path) -> Result<RgbImage, TransformError>;
}

/// A kind of target that has not seen any data: it learns what it must (a vocab, say) from the training items alone.
///
/// ```
/// use std::path::Path;
/// use burn::tensor::{Device, Tensor};
/// use firelight_datablock::{DataError, FittedTarget, TargetBlock};
///
/// /// How long a file's name is: one number an item, with nothing to learn from the training part.
/// #[derive(Debug, Clone)]
/// struct NameLength;
///
/// impl TargetBlock for NameLength {
///     type Fitted = Self;
///     fn fit(&self, _train: &[&Path]) -> Result<Self, DataError> {
///         Ok(self.clone())
///     }
/// }
///
/// impl FittedTarget for NameLength {
///     type Target = f32;
///     type Tensor = Tensor<2>;
///     fn target(&self, item: &Path) -> Result<f32, DataError> {
///         Ok(item.file_name().map_or(0.0, |name| name.len() as f32))
///     }
///     fn collate(&self, targets: &[f32], device: &Device) -> Tensor<2> {
///         Tensor::<1>::from_floats(targets, device).unsqueeze_dim(1)
///     }
///     fn describe(&self, target: &f32) -> String {
///         format!("{target} letters")
///     }
/// }
/// ```
pub trait TargetBlock {
    /// The same kind of target once it knows its data.
    type Fitted: FittedTarget;

    /// Learns from the training items.
    ///
    /// # Errors
    ///
    /// When a training item has no label.
    fn fit(&self, train: &[&Path]) -> Result<Self::Fitted, DataError>;
}

/// A kind of target that knows its data: it turns items into targets and targets into tensors.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, RegressionBlock, TargetBlock};
///
/// let side = |item: &Path| Ok(vec![if item.starts_with("left") { -1.0 } else { 1.0 }]);
/// let values = RegressionBlock::new(side).fit(&[Path::new("left/1.png")])?;
/// let targets = [values.target(Path::new("left/2.png"))?, values.target(Path::new("right/3.png"))?];
/// assert_eq!(values.collate(&targets, &burn::tensor::Device::flex()).dims(), [2, 1]);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub trait FittedTarget: Clone + Debug + Send + Sync + 'static {
    /// One item's target, a class number for instance.
    type Target: Clone + Debug + Send + Sync + 'static;
    /// A batch of targets on a device.
    type Tensor: Clone + Send + 'static;

    /// The target of `item`.
    ///
    /// # Errors
    ///
    /// When the item has no label, or one that the training items do not have.
    fn target(&self, item: &Path) -> Result<Self::Target, DataError>;

    /// A batch's targets as a tensor on `device`, in the order given.
    fn collate(&self, targets: &[Self::Target], device: &Device) -> Self::Tensor;

    /// A target in words, for titles of pictures.
    fn describe(&self, target: &Self::Target) -> String;

    /// The classes, where targets are classes.
    fn vocab(&self) -> Option<&Vocab> {
        None
    }

    /// How many numbers a model has to give for an item: by default one a class, and one where there are no classes.
    fn outputs(&self) -> usize {
        self.vocab().map_or(1, Vocab::len)
    }
}
