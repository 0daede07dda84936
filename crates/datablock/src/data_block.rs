//! The recipe that turns a folder into loaders.

use std::borrow::Borrow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use firelight_progress::Progress;
use firelight_transforms::{AugTransforms, ItemTransform, Normalize, PictureTransforms};

use crate::block::targets::{Read, Unknown};
use crate::cache::Store;
use crate::correct::Corrected;
use crate::guard::guard;
use crate::item::Owned;
use crate::source::{Below, Checked, Source};
use crate::{
    Cache, DataError, DataLoaders, Dataset, FittedTarget, ImageFiles, InputBlock, RandomSplitter, Split, Splitter,
    TargetBlock, TrainingColours, inputs, repeated, split,
};

/// What a target block's items are.
pub(crate) type ItemOf<Y> = <<Y as TargetBlock>::Fitted as FittedTarget>::Item;

/// Where the items come from, how they split, what their targets are and how they are transformed: a recipe without data,
/// as fastai's `DataBlock`.
///
/// | part | given by | default |
/// |---|---|---|
/// | input | [`new`](Self::new) | – |
/// | target | [`new`](Self::new) | – |
/// | source | [`with_source`](Self::with_source), [`with_files`](Self::with_files) | of paths all pictures below the folder, sorted |
/// | split | [`with_splitter`](Self::with_splitter) | a random fifth validates, seed 42 |
/// | item transforms | [`with_item_transform`](Self::with_item_transform) | none |
/// | batch transforms | [`with_batch_transforms`](Self::with_batch_transforms) | none |
/// | normalisation | [`with_normalize`](Self::with_normalize) or [`with_training_colours`](Self::with_training_colours) | the pretrained model's, or none: 0 to 1 |
/// | corrections | [`with_corrections`](Self::with_corrections) | none |
/// | cache | [`with_cache`](Self::with_cache) | none: pictures are decoded in every epoch |
/// | progress | [`with_progress`](Self::with_progress) | bars on a terminal |
///
/// Items are paths of files unless the blocks read others: rows of a table, or values of your own (see
/// [`Item`](crate::Item)). Input, target, source and splitter of one recipe have items of one type, or it does not compile.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, RandomSplitter, RegexLabeller};
/// use firelight_transforms::{Resize, aug_transforms};
///
/// let pets = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?))
///     .with_splitter(RandomSplitter::new(0.2).with_seed(42))
///     .with_item_transform(Resize::crop(460))
///     .with_batch_transforms(aug_transforms().size(224).min_scale(0.75));
/// println!("{}", pets.summary("images", &Device::flex()));
/// let dls = pets.dataloaders("images", &Device::flex())?.with_batch_size(64);
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Clone)]
pub struct DataBlock<X, Y: TargetBlock> {
    pub(crate) input: X,
    target: Y,
    pub(crate) source: Arc<dyn Source<Owned<ItemOf<Y>>>>,
    pub(crate) splitter: Arc<dyn Splitter<Owned<ItemOf<Y>>>>,
    transforms: PictureTransforms,
    colours: Option<TrainingColours>,
    pub(crate) corrections: Option<PathBuf>,
    cache: Option<Cache>,
    pub(crate) progress: Progress,
}

impl<X: fmt::Debug, Y: TargetBlock + fmt::Debug> fmt::Debug for DataBlock<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input, target, splitter, transforms, colours, corrections, cache, .. } = self;
        let mut recipe = f.debug_struct("DataBlock");
        recipe.field("input", input).field("target", target).field("splitter", splitter);
        recipe.field("transforms", transforms).field("colours", colours);
        recipe.field("corrections", corrections).field("cache", cache).finish_non_exhaustive()
    }
}

impl<X: InputBlock<Path>, Y: TargetBlock<Fitted: FittedTarget<Item = Path>>> DataBlock<X, Y> {
    /// Which files of the folder are items.
    pub fn with_files(mut self, files: ImageFiles) -> Self {
        self.source = Arc::new(files);
        self
    }
}

impl<X: InputBlock<ItemOf<Y>> + Clone, Y: TargetBlock> DataBlock<X, Y> {
    /// A recipe with the given input and target.
    pub fn new(input: X, target: Y) -> Self {
        Self {
            input,
            target,
            source: Arc::new(Below::<ItemOf<Y>>::new()),
            splitter: Arc::new(RandomSplitter::new(0.2)),
            transforms: PictureTransforms::new(),
            colours: None,
            corrections: None,
            cache: None,
            progress: Progress::default(),
        }
    }

    /// Where the items come from: a type of your own, or a function from the folder to its items.
    pub fn with_source(mut self, source: impl Source<Owned<ItemOf<Y>>> + 'static) -> Self {
        self.source = Arc::new(Checked::<_, ItemOf<Y>>::new(source));
        self
    }

    /// Which items validate.
    pub fn with_splitter(mut self, splitter: impl Splitter<Owned<ItemOf<Y>>> + 'static) -> Self {
        self.splitter = Arc::new(splitter);
        self
    }

    /// Adds a transform of single pictures, such as `Resize::crop(460)`, after those given before.
    pub fn with_item_transform(mut self, transform: impl Into<ItemTransform>) -> Self {
        self.transforms = self.transforms.with_item(transform);
        self
    }

    /// The augmentation, drawn anew for every picture of a training batch.
    pub fn with_batch_transforms(mut self, transforms: AugTransforms) -> Self {
        self.transforms = self.transforms.with_augment(transforms);
        self
    }

    /// Mean and standard deviation to normalise with.
    pub fn with_normalize(mut self, normalize: Normalize) -> Self {
        self.transforms = self.transforms.with_normalize(normalize);
        self.colours = None;
        self
    }

    /// Normalises with the statistics of a sample of the training pictures, in place of any given before. They are
    /// measured when the loaders are made, and travel with the transforms into an export.
    pub fn with_training_colours(mut self, colours: TrainingColours) -> Self {
        self.colours = Some(colours);
        self
    }

    /// Corrects labels by a file that somebody has written, `item,given,suggested,action` (see [`Corrections`](firelight_doctor::Corrections)):
    /// relabels items, leaves items out, merges classes. It is read when loaders are made, no picture and no label file is changed, and
    /// [`DataLoaders::changes`] and [`summary`](Self::summary) tell what it did.
    ///
    /// Items are called as [`Dataset::name`] has it. They are left out after the split, so that all others stay in their parts. A vocab that
    /// was given loses the classes that are merged into others. Items of any target can be left out; labels are corrected of
    /// [`CategoryBlock`](crate::CategoryBlock) and [`MultiCategoryBlock`](crate::MultiCategoryBlock), and of blocks of your own that say so
    /// ([`TargetBlock::corrected`]).
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::DataBlock;
    ///
    /// let block = DataBlock::from_class_folders().with_corrections("flowers/corrections.csv");
    /// let dls = block.dataloaders("flowers", &Device::flex())?;
    /// println!("{}", dls.changes().map(ToString::to_string).unwrap_or_default()); // 12 item(s) relabelled, 3 left out
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    ///
    /// Loaders are refused with [`DataError::Corrections`] for a file that cannot be followed, and for a line that names an item that is not
    /// there, a label that the item has not, or a class to merge that no item has.
    pub fn with_corrections(mut self, file: impl Into<PathBuf>) -> Self {
        self.corrections = Some(file.into());
        self
    }

    /// Keeps decoded pictures from epoch to epoch (see [`Cache`]): batches are the same, bit for bit.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::{Cache, DataBlock};
    ///
    /// let block = DataBlock::from_class_folders().with_cache(Cache::disk("flowers.cache", 20 << 30));
    /// let dls = block.dataloaders("flowers", &Device::flex())?;
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    pub fn with_cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Where all that takes a while shows how far it is: the search for files here, and what loaders and learner do later. Default:
    /// bars on a terminal; [`Progress::hidden`] has none.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Loaders over the items below `root`, with batches on `device`.
    ///
    /// Everything that can be told without decoding is checked here: the transforms' parameters, the folder, the split, and
    /// the label of every item of both parts, each of which is read once. Only
    /// [`with_training_colours`](Self::with_training_colours) decodes pictures here. What is no error but perhaps a slip is
    /// among the [cautions](DataLoaders::cautions).
    ///
    /// # Errors
    ///
    /// [`DataError::Linked`] for a file that is found twice, through a link, and any [`DataError`] of the transforms, the source,
    /// the splitter, the labeller, the vocab and the colour statistics.
    pub fn dataloaders(&self, root: impl AsRef<Path>, device: &Device) -> Result<DataLoaders<Y::Fitted>, DataError> {
        self.check()?;
        self.run(self.items(root.as_ref())?, Some(root.as_ref()), device)
    }

    /// Loaders over a list of items, in the order given.
    ///
    /// # Errors
    ///
    /// [`DataError::Repeated`] for an item that is listed twice, [`DataError::Linked`] for two that are one file behind a link, and
    /// any [`DataError`] of the transforms, the splitter, the labeller, the vocab and the colour statistics.
    pub fn dataloaders_of(
        &self,
        items: &[Owned<ItemOf<Y>>],
        device: &Device,
    ) -> Result<DataLoaders<Y::Fitted>, DataError> {
        self.check()?;
        repeated::check::<ItemOf<Y>>(items)?;
        self.run(items.to_vec(), None, device)
    }

    /// What the source finds below `root`.
    pub(crate) fn items(&self, root: &Path) -> Result<Vec<Owned<ItemOf<Y>>>, DataError> {
        guard("source", root.display(), || self.source.items(root, &self.progress))
    }

    /// What can be told without any item.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        self.transforms.check().map_err(DataError::Transforms)?;
        let reader = guard("input block", "its `reader`", || Ok(self.input.reader()))?;
        reader.map_or(Ok(()), |reader| reader.check()).map_err(DataError::Transforms)?;
        self.transforms.check_channels(&self.channels()?).map_err(DataError::Transforms)?;
        self.colours.map_or(Ok(()), TrainingColours::check)
    }

    fn channels(&self) -> Result<Vec<usize>, DataError> {
        guard("input block", "its `channels`", || Ok(self.input.channels()))
    }

    /// What is fitted already, as with a vocab that was given: nothing is learned from the training part.
    pub(crate) fn given(&self) -> Result<Option<Y::Fitted>, DataError> {
        given(&self.target)
    }

    pub(crate) fn run(
        &self,
        items: Vec<Owned<ItemOf<Y>>>,
        root: Option<&Path>,
        device: &Device,
    ) -> Result<DataLoaders<Y::Fitted>, DataError> {
        let root: Option<Arc<Path>> = root.map(Arc::from);
        let split = split::checked::<ItemOf<Y>>(self.splitter.as_ref(), &items)?;
        let input: Arc<dyn InputBlock<ItemOf<Y>>> = Arc::new(self.input.clone());
        let (corrected, split) = match &self.corrections {
            Some(file) => {
                let (corrected, split) =
                    Corrected::new(file, input.clone(), (&items, root.clone()), split, &self.target)?;
                (Some(corrected), split)
            }
            None => (None, split),
        };
        let target = corrected.as_ref().and_then(|corrected| corrected.target.as_ref()).unwrap_or(&self.target);
        let mut used = [split.train(), split.valid(), split.test()].concat();
        used.sort_unstable();
        let used: Vec<&ItemOf<Y>> = used.into_iter().map(|item| items[item].borrow()).collect();
        inputs::check(&self.input, &used)?;
        let Labelled { fitted, train, valid, test } = label(target, &items, &split)?;
        let changes = corrected.as_ref().map(Corrected::changes).transpose()?;
        if guard("target block", "its `outputs`", || Ok(fitted.outputs()))? == 0 {
            return Err(DataError::NoClasses { items: train.len() });
        }
        let input = (input, Arc::from(self.channels()?));
        let transforms = Arc::new(self.transforms.clone());
        let store = self.cache.as_ref().map(Store::open).transpose()?;
        let dataset = |items, targets, fitted| {
            Dataset::with_targets(items, targets, fitted, input.clone(), transforms.clone())
                .below(root.clone())
                .with_store(store.clone())
        };
        let [train_items, valid_items, test_items] = parts(items, split);
        let (train, valid) = (dataset(train_items, train, fitted.clone()), dataset(valid_items, valid, fitted.clone()));
        let test = (!test_items.is_empty()).then(|| dataset(test_items, test, fitted));
        let normalize = self.colours.map(|colours| colours.measure(&train, &self.progress)).transpose()?;
        let validates = !valid.is_empty();
        let loaders = DataLoaders::of_parts(train, valid, test, device).with_progress(self.progress.clone());
        let loaders = loaders.with_validation(validates).with_changes(changes);
        Ok(match normalize {
            Some(normalize) => loaders.with_normalize(normalize),
            None => loaders,
        })
    }
}

/// What is fitted already.
fn given<Y: TargetBlock>(target: &Y) -> Result<Option<Y::Fitted>, DataError> {
    guard("target block", "its `given`", || Ok(target.given()))
}

/// The targets of all parts, each label read once. All labels that are not known are named together.
fn label<Y: TargetBlock>(
    target: &Y,
    items: &[Owned<ItemOf<Y>>],
    split: &Split,
) -> Result<Labelled<Y::Fitted>, DataError> {
    let part = |part: &[usize]| part.iter().map(|&i| items[i].borrow()).collect::<Vec<&ItemOf<Y>>>();
    let [train, valid, test] = [split.train(), split.valid(), split.test()].map(part);
    if let Some(fitted) = given(target)? {
        let mut unknown = Unknown::default();
        let mut read = |part: &[&ItemOf<Y>]| {
            let read = Read::of(&fitted, part)?;
            unknown.merge(read.unknown);
            Ok::<_, DataError>(read.targets)
        };
        let (train, valid, test) = (read(&train)?, read(&valid)?, read(&test)?);
        let error = unknown.into_error(&fitted);
        let labelled = Labelled { fitted, train, valid, test };
        return error.map_or(Ok(labelled), Err);
    }
    let some = format_args!("one of {} training items", train.len());
    let (fitted, targets) = guard("target block", some, || target.fit(&train))?;
    if targets.len() != train.len() {
        let block = std::any::type_name::<Y>().to_owned();
        return Err(DataError::Targets { block, targets: targets.len(), items: train.len() });
    }
    let (mut valid, test) = (Read::of(&fitted, &valid)?, Read::of(&fitted, &test)?);
    valid.unknown.merge(test.unknown);
    let labelled = Labelled { fitted, train: targets, valid: valid.targets, test: test.targets };
    valid.unknown.into_only_in_validation().map_or(Ok(labelled), Err)
}

/// What the labels of all parts are.
struct Labelled<F: FittedTarget> {
    fitted: F,
    train: Vec<F::Target>,
    valid: Vec<F::Target>,
    test: Vec<F::Target>,
}

/// The items of the training, the validation and the test part. They are moved, since a copy of a million paths is felt.
fn parts<T>(items: Vec<T>, split: Split) -> [Vec<T>; 3] {
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    // A split has every item once at most.
    split.into_three().map(|part| part.into_iter().filter_map(|item| items[item].take()).collect())
}
