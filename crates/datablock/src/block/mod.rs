//! What an item becomes: a picture on the one side, a target on the other.

mod boxes;
mod category;
mod cautions;
mod image;
mod labelled_boxes;
mod marks;
mod mask;
mod multi_category;
mod node;
mod pair;
mod points;
mod regression;
mod several;
pub(crate) mod targets;
mod unlabelled;

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use firelight_transforms::{Draw, InputReader, Picture, PictureReader, TransformError};
use firelight_vocab::Vocab;

pub use boxes::{Box4, BoxBlock, Boxes};
pub use category::{Categories, CategoryBlock};
pub use image::ImageBlock;
pub use labelled_boxes::{LabelledBoxBlock, LabelledBoxes, PaddedBoxes};
pub use marks::Marks;
pub use mask::{Made, MaskBlock, MaskTarget, Masks};
pub use multi_category::{MultiCategories, MultiCategoryBlock};
pub use node::{NodeBlock, NodeLabel, Nodes};
pub use points::{Point, PointBlock, Points};
pub use regression::{RegressionBlock, Values};
pub use unlabelled::NoTarget;

use crate::item::Item;
use crate::{DataError, Relabelling};

/// What gives the picture of a file for [`InputBlock::read_with`]: as it is read by the reader.
pub type OpenFile<'a> = dyn Fn(&PictureReader, &Path) -> Result<Arc<Picture>, TransformError> + 'a;

/// Turns an item into a picture. [`ImageBlock`] reads picture files; a block of your own may render, record or compute
/// one, from an item of any type `I`, by default a path. It is called on several threads at once and may use rayon
/// itself; a panic in it is an error that names the item.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::InputBlock;
/// use firelight_transforms::{Picture, TransformError};
/// use image::RgbImage;
///
/// /// Draws one pixel for each byte of a file's name.
/// #[derive(Debug, Clone)]
/// struct NamePicture;
///
/// impl InputBlock for NamePicture {
///     fn read(&self, item: &Path) -> Result<Picture, TransformError> {
///         let name = item.as_os_str().as_encoded_bytes();
///         Ok(RgbImage::from_fn(name.len() as u32, 1, |x, _| image::Rgb([name[x as usize]; 3])).into())
///     }
/// }
/// ```
pub trait InputBlock<I: ?Sized = Path>: Debug + Send + Sync + 'static {
    /// The picture of `item`.
    ///
    /// # Errors
    ///
    /// What made the item unreadable. [`OnError::Skip`](crate::OnError::Skip) leaves out what
    /// [is a broken file](TransformError::is_broken_file); every other error ends the epoch.
    fn read(&self, item: &I) -> Result<Picture, TransformError>;

    /// The same picture of an item's files, each of which `open` gives: from a [`Cache`](crate::Cache), or by reading it, in no more detail than
    /// the recipe can show. It is what loaders ask for. By default `open` is not asked, and the item is [read](Self::read): a block that reads
    /// picture files has them kept and reduced by asking it, one around another by passing it on.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and what `open` says.
    fn read_with(&self, item: &I, open: &OpenFile<'_>) -> Result<Arc<Picture>, TransformError> {
        let _ = open;
        self.read(item).map(Arc::new)
    }

    /// Checks what can be told of `items`, those of all parts, without reading any: once, before their labels are asked for. By default
    /// nothing is checked.
    ///
    /// # Errors
    ///
    /// Why no data set can be made of them.
    fn check(&self, items: &[&I]) -> Result<(), DataError> {
        let _ = items;
        Ok(())
    }

    /// The files that are read for `item`, where they are others than the item itself ([`Item::path`]), as of a row of a table: loaders are not
    /// made of items whose files are not there, and features that are kept and training that goes on compare them. Empty, the default,
    /// where there are none.
    ///
    /// # Errors
    ///
    /// Why they cannot be told.
    fn files(&self, item: &I) -> Result<Vec<PathBuf>, DataError> {
        let _ = item;
        Ok(Vec::new())
    }

    /// Whether several items may have one of the [`files`](Self::files) together; loaders are not made of items that do otherwise. Default
    /// `true`.
    fn may_share_files(&self) -> bool {
        true
    }

    /// Channels of each picture of an item, in their order, the same for every item; by default of one picture, red, green and blue. The
    /// pictures lie one after the other along the channels of a batch, and a learner makes its model for them.
    fn channels(&self) -> Vec<usize> {
        vec![3]
    }

    /// How an item's files are read, where reading picture files is all that this block does: what an export can
    /// store, and so what prediction reads new pictures by. `None`, the default, for a block that reads in a way of its own.
    fn reader(&self) -> Option<InputReader> {
        None
    }
}

/// A kind of target that has not seen any data: it learns what it must (a vocab, say) from the training items alone, and
/// reads their targets while it is at it, so that nobody asks twice.
///
/// ```
/// use std::path::Path;
/// use burn::tensor::{Device, Tensor};
/// use firelight_datablock::{DataError, FittedTarget, TargetBlock, read_targets};
///
/// /// How long a file's name is, as a share of the longest that trains: one number an item.
/// #[derive(Debug, Clone)]
/// struct NameLength;
///
/// #[derive(Debug, Clone)]
/// struct Share {
///     longest: f32,
/// }
///
/// impl TargetBlock for NameLength {
///     type Fitted = Share;
///     fn fit(&self, train: &[&Path]) -> Result<(Share, Vec<f32>), DataError> {
///         let mut targets = read_targets(&Share { longest: 1.0 }, train)?;
///         let longest = targets.iter().copied().fold(1.0, f32::max);
///         targets.iter_mut().for_each(|length| *length /= longest);
///         Ok((Share { longest }, targets))
///     }
/// }
///
/// impl FittedTarget for Share {
///     type Item = Path;
///     type Target = f32;
///     type Tensor = Tensor<2>;
///     fn target(&self, item: &Path) -> Result<f32, DataError> {
///         Ok(item.file_name().map_or(0.0, |name| name.len() as f32) / self.longest)
///     }
///     fn collate(&self, targets: &[f32], device: &Device) -> Tensor<2> {
///         Tensor::<1>::from_floats(targets, device).unsqueeze_dim(1)
///     }
///     fn describe(&self, target: &f32) -> String {
///         format!("{} letters", target * self.longest)
///     }
/// }
///
/// let (share, targets) = NameLength.fit(&[Path::new("a.png"), Path::new("a/longer.png")])?;
/// assert_eq!((targets, share.target(Path::new("b.png"))?), (vec![0.5, 1.0], 0.5));
/// # Ok::<(), DataError>(())
/// ```
pub trait TargetBlock {
    /// The same kind of target once it knows its data.
    type Fitted: FittedTarget;

    /// Learns from the training items, and gives their targets, one for each in their order. Each item's label is read once;
    /// [`read_targets`](crate::read_targets) does so in parallel.
    ///
    /// # Errors
    ///
    /// When a training item has no label.
    fn fit(&self, train: &[&<Self::Fitted as FittedTarget>::Item]) -> Result<WithTargets<Self::Fitted>, DataError>;

    /// The fitted target where there is nothing to learn, as with a vocab that was given. The recipe then reads the targets of
    /// both parts by it and does not call [`fit`](Self::fit), and labels that it does not know are told of both parts at once.
    fn given(&self) -> Option<Self::Fitted> {
        None
    }

    /// The same block with its labels corrected, as [`DataBlock::with_corrections`](crate::DataBlock::with_corrections) asks for: of blocks whose
    /// targets are labels. `None`, the default, of others, for which corrections can only leave items out.
    fn corrected(&self, relabelling: &Relabelling<<Self::Fitted as FittedTarget>::Item>) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = relabelling;
        None
    }
}

/// A fitted target, and the targets of the training items in their order: what [`TargetBlock::fit`] gives.
pub type WithTargets<F> = (F, Vec<<F as FittedTarget>::Target>);

/// A kind of target that knows its data: it turns items into targets and targets into tensors.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, RegressionBlock, TargetBlock};
///
/// let side = |item: &Path| Ok(vec![if item.starts_with("left") { -1.0 } else { 1.0 }]);
/// let (values, mut targets) = RegressionBlock::new(side).fit(&[Path::new("left/1.png")])?;
/// targets.push(values.target(Path::new("right/3.png"))?);
/// assert_eq!(values.collate(&targets, &burn::tensor::Device::flex()).dims(), [2, 1]);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
pub trait FittedTarget: Clone + Debug + Send + Sync + 'static {
    /// What an item is: `Path`, where items are files.
    type Item: Item + ?Sized;
    /// One item's target, a class number for instance. What it prints as `Debug` is all of it, the same in every process: training that
    /// goes on compares targets by that.
    type Target: Clone + Debug + Send + Sync + 'static;
    /// A batch of targets on a device.
    type Tensor: Clone + Send + 'static;

    /// The target of `item`. It is asked for once for each item, on several threads at a time; a panic in it is an error that
    /// names the item.
    ///
    /// # Errors
    ///
    /// When the item has no label, or [`DataError::UnknownLabel`] for one that the training items do not have.
    fn target(&self, item: &Self::Item) -> Result<Self::Target, DataError>;

    /// The target in the final picture, where it moves with the picture as a mask or a point does: `draw` tells where each position of the
    /// picture went. It is asked for whenever a picture is read, on several threads at a time. By default a target stays what it is.
    ///
    /// # Errors
    ///
    /// What made the target unreadable or unfit for this picture; [`OnError::Skip`](crate::OnError::Skip) leaves out the item where that
    /// [is a broken file](TransformError::is_broken_file).
    fn place(&self, target: Self::Target, draw: &Draw) -> Result<Self::Target, TransformError> {
        let _ = draw;
        Ok(target)
    }

    /// Whether [`place`](Self::place) does anything. A closure among the transforms, which no target can follow, is then an error. Default
    /// `false`.
    fn moves(&self) -> bool {
        false
    }

    /// What of a placed target is drawn over its picture; by default nothing.
    fn marks(&self, target: &Self::Target) -> Marks {
        let _ = target;
        Marks::default()
    }

    /// A batch's placed targets as a tensor on `device`, in the order given.
    fn collate(&self, targets: &[Self::Target], device: &Device) -> Self::Tensor;

    /// A target in words, for titles of pictures.
    fn describe(&self, target: &Self::Target) -> String;

    /// The classes, where targets are classes.
    fn vocab(&self) -> Option<&Vocab> {
        None
    }

    /// Whether what is made for `classes`, a loss or a decision, may be for this target: its own classes are these, or it has none.
    fn knows(&self, classes: &Vocab) -> bool {
        self.vocab().is_none_or(|ours| ours == classes)
    }

    /// How many numbers a model has to give for an item: by default one a class, and one where there are no classes.
    fn outputs(&self) -> usize {
        self.vocab().map_or(1, Vocab::len)
    }

    /// What is perhaps a slip, in sentences, as that all training items have one class; by default nothing is.
    fn cautions(&self, train: &[Self::Target]) -> Vec<String> {
        let _ = train;
        Vec::new()
    }
}
