//! Items with their targets and how to make pictures of them.

use std::borrow::{Borrow, Cow};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firelight_transforms::{Chance, Draw, Picture, PictureReader, PictureTransforms, Scratch, Size, TransformError};
use image::RgbImage;

use crate::block::targets::read_targets;
use crate::cache::Store;
use crate::guard::guard;
use crate::item::{Item, Owned};
use crate::name::name;
use crate::{DataError, FittedTarget, InputBlock};

/// Items in a fixed order, each with its target. Cheap to clone.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, IndexSplitter, parent_label};
///
/// let items = ["pug/1.jpg", "pug/2.jpg", "beagle/3.jpg"].map(Into::into); // read when a batch needs them
/// let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(IndexSplitter::new([0]));
/// let dls = block.dataloaders_of(&items, &Device::flex())?;
/// let train = dls.train().dataset();
/// assert_eq!((train.len(), train.targets()), (2, &[1, 0][..]));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug)]
pub struct Dataset<F: FittedTarget> {
    items: Arc<[Owned<F::Item>]>,
    targets: Arc<[F::Target]>,
    fitted: F,
    input: Arc<dyn InputBlock<F::Item>>,
    transforms: Arc<PictureTransforms>,
    channels: Arc<[usize]>,
    /// The folder that items are named from.
    root: Option<Arc<Path>>,
    /// Where pictures are kept.
    store: Option<Arc<Store>>,
}

/// A picture as the model sees it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Planes<F: FittedTarget> {
    /// Its size.
    pub size: Size,
    /// Red, green and blue, or the input's other channels, normalised; rows from the top.
    pub planes: Vec<f32>,
    /// The target in this picture.
    pub target: F::Target,
}

// Derived, it would ask items to be `Clone`, which of paths only the owned ones are.
impl<F: FittedTarget> Clone for Dataset<F> {
    fn clone(&self) -> Self {
        let Self { items, targets, fitted, input, transforms, channels, root, store } = self;
        Self {
            items: items.clone(),
            targets: targets.clone(),
            fitted: fitted.clone(),
            input: input.clone(),
            transforms: transforms.clone(),
            channels: channels.clone(),
            root: root.clone(),
            store: store.clone(),
        }
    }
}

impl<F: FittedTarget> Dataset<F> {
    /// A data set of `items`, whose targets `fitted` tells.
    ///
    /// # Errors
    ///
    /// [`DataError::Transforms`] for a parameter outside its range; [`DataError::UnknownLabel`] with every label that
    /// `fitted` does not know, or the first item's error whose target cannot be told.
    pub fn new(
        items: Vec<Owned<F::Item>>,
        fitted: F,
        input: Arc<dyn InputBlock<F::Item>>,
        transforms: Arc<PictureTransforms>,
    ) -> Result<Self, DataError> {
        transforms.check().map_err(DataError::Transforms)?;
        let targets = read_targets(&fitted, &items)?;
        let channels = guard("input block", "its `channels`", || Ok(input.channels()))?;
        Ok(Self::with_targets(items, targets, fitted, (input, channels.into()), transforms))
    }

    /// A data set whose targets were read already, and what the input says of its channels.
    pub(crate) fn with_targets(
        items: Vec<Owned<F::Item>>,
        targets: Vec<F::Target>,
        fitted: F,
        (input, channels): (Arc<dyn InputBlock<F::Item>>, Arc<[usize]>),
        transforms: Arc<PictureTransforms>,
    ) -> Self {
        let (items, targets) = (items.into(), targets.into());
        Self { items, targets, fitted, input, transforms, channels, root: None, store: None }
    }

    pub(crate) fn below(self, root: Option<Arc<Path>>) -> Self {
        Self { root, ..self }
    }

    /// The same with pictures kept in `store`.
    pub(crate) fn with_store(self, store: Option<Arc<Store>>) -> Self {
        Self { store, ..self }
    }

    /// Where pictures are kept.
    pub(crate) fn store(&self) -> Option<&Arc<Store>> {
        self.store.as_ref()
    }

    /// The items, in order: of files their paths.
    pub fn items(&self) -> &[Owned<F::Item>] {
        &self.items
    }

    /// Item `index`'s file, or what names it (see [`Item::path`]).
    pub fn path(&self, index: usize) -> Cow<'_, Path> {
        self.item(index).path()
    }

    /// The files that are read for item `index`, where they are others than [`path`](Self::path) says (see [`InputBlock::files`]).
    ///
    /// # Errors
    ///
    /// As of the block, and [`DataError::Panicked`].
    pub fn files(&self, index: usize) -> Result<Vec<PathBuf>, DataError> {
        guard("input block", self.path(index).display(), || self.input.files(self.item(index)))
    }

    /// What item `index` is called in findings and corrections: its file's path from the folder that the loaders were made of, with `/`
    /// between folders. That of a list has no folder, and is whole. A row of a table is called as its file, unless rows share files;
    /// other items are called as [`path`](Self::path) says.
    ///
    /// # Errors
    ///
    /// As [`files`](Self::files).
    pub fn name(&self, index: usize) -> Result<String, DataError> {
        name(self.input.as_ref(), self.item(index), self.root.as_deref())
    }

    /// The channels of each picture of an item (see [`InputBlock::channels`]).
    pub fn channels(&self) -> &[usize] {
        &self.channels
    }

    /// How many planes an item becomes: the channels of all its pictures.
    pub(crate) fn depth(&self) -> usize {
        self.channels.iter().copied().fold(0, usize::saturating_add)
    }

    /// The pictures of an item that normalised planes of `size` show.
    ///
    /// # Panics
    ///
    /// When there is not a plane of `size` for each channel.
    pub fn shown(&self, planes: &[f32], size: Size) -> Vec<RgbImage> {
        self.transforms.normalize().decode_each(planes, size, &self.channels)
    }

    /// The items' targets, in the same order.
    pub fn targets(&self) -> &[F::Target] {
        &self.targets
    }

    /// What the targets are.
    pub fn fitted(&self) -> &F {
        &self.fitted
    }

    /// What turns an item into a picture.
    pub fn input(&self) -> &Arc<dyn InputBlock<F::Item>> {
        &self.input
    }

    /// How pictures become planes.
    pub fn transforms(&self) -> &Arc<PictureTransforms> {
        &self.transforms
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The same items under other transforms, which are checked when batches are made.
    pub fn with_transforms(&self, transforms: Arc<PictureTransforms>) -> Self {
        Self { transforms, ..self.clone() }
    }

    /// The picture of item `index` as the file has it.
    ///
    /// # Errors
    ///
    /// [`DataError::Picture`] with the file's path, also where the block gives other channels than it says, and
    /// [`DataError::Panicked`].
    pub fn picture(&self, index: usize) -> Result<Picture, DataError> {
        self.read(index, |item| self.input.read(item))
    }

    /// The same in as much detail as the transforms can show, and from the cache, where there is one.
    fn for_transforms(&self, transforms: &PictureTransforms, index: usize) -> Result<Arc<Picture>, DataError> {
        let reduction = |size| transforms.reduction(size);
        let open = |reader: &PictureReader, file: &Path| match &self.store {
            Some(store) => store.picture(reader, file, &reduction),
            None => reader.open_reduced(file, reduction).map(Arc::new),
        };
        self.read(index, |item| self.input.read_with(item, &open))
    }

    /// What `read` makes of an item, of as many channels as the block says.
    fn read<P: Borrow<Picture>>(
        &self,
        index: usize,
        read: impl FnOnce(&F::Item) -> Result<P, TransformError>,
    ) -> Result<P, DataError> {
        self.at("input block", index, || {
            let picture = read(self.item(index))?;
            let (given, told) = (picture.borrow().channels(), self.depth());
            if given == told {
                return Ok(picture);
            }
            let reason =
                format!("the block read {given} channel(s), and says that there are {told} (InputBlock::channels)");
            Err(TransformError::Input { reason })
        })
    }

    /// Writes item `index`, read and transformed, as normalised planes (red, green, blue; rows from the top) into
    /// `planes`, where the transforms fix the size, and gives its target in that picture. `chance` is `None` for validation.
    pub(crate) fn write(
        &self,
        index: usize,
        chance: Option<&mut Chance>,
        scratch: &mut Scratch,
        planes: &mut [f32],
    ) -> Result<F::Target, DataError> {
        let picture = self.for_transforms(&self.transforms, index)?;
        let draw = self.at("transforms", index, || self.transforms.apply_drawn(&*picture, chance, scratch, planes))?;
        self.placed(index, &draw)
    }

    /// The same where every picture may have a size of its own.
    pub(crate) fn planes(
        &self,
        index: usize,
        chance: Option<&mut Chance>,
        scratch: &mut Scratch,
    ) -> Result<Planes<F>, DataError> {
        let picture = self.for_transforms(&self.transforms, index)?;
        let (draw, planes) =
            self.at("transforms", index, || self.transforms.planes_drawn(&*picture, chance, scratch))?;
        Ok(Planes { size: draw.size, planes, target: self.placed(index, &draw)? })
    }

    /// Item `index`'s picture as the model sees it in validation, without any chance, and its target in that picture.
    ///
    /// # Errors
    ///
    /// As [`picture`](Self::picture), and what the transforms and the target block say.
    pub fn seen(&self, index: usize, scratch: &mut Scratch) -> Result<Planes<F>, DataError> {
        self.planes(index, None, scratch)
    }

    /// Item `index`'s picture under other transforms, without chance and without its target, and whether it was read as bytes.
    pub(crate) fn plain(
        &self,
        transforms: &PictureTransforms,
        index: usize,
        scratch: &mut Scratch,
    ) -> Result<(Size, Vec<f32>, bool), DataError> {
        let picture = self.for_transforms(transforms, index)?;
        let (size, planes) = self.at("transforms", index, || transforms.planes(&*picture, None, scratch))?;
        Ok((size, planes, matches!(*picture, Picture::Rgb(_) | Picture::Reduced(_))))
    }

    /// Item `index`'s target in the picture that was drawn so.
    fn placed(&self, index: usize, draw: &Draw) -> Result<F::Target, DataError> {
        self.at("target block", index, || {
            if draw.through_closure && self.fitted.moves() {
                return Err(TransformError::ThroughClosure { what: "a target that moves with the picture" });
            }
            self.fitted.place(self.targets[index].clone(), draw)
        })
    }

    fn item(&self, index: usize) -> &F::Item {
        self.items[index].borrow()
    }

    fn at<T>(
        &self,
        stage: &'static str,
        index: usize,
        make: impl FnOnce() -> Result<T, TransformError>,
    ) -> Result<T, DataError> {
        let path = self.path(index);
        guard(stage, path.display(), || {
            make().map_err(|why| DataError::Picture { path: path.to_path_buf(), why: why.in_file(&path) })
        })
    }
}
