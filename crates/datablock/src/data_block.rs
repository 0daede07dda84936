//! The recipe that turns a folder into loaders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use firelight_progress::Progress;
use firelight_transforms::{AugTransforms, ItemTransform, Normalize, PictureTransforms};

use crate::block::targets::Read;
use crate::guard::guard;
use crate::{
    DataError, DataLoaders, Dataset, FittedTarget, ImageFiles, InputBlock, RandomSplitter, Split, Splitter,
    TargetBlock, TrainingColours, repeated, split,
};

/// Where the pictures are, how they split, what their targets are and how they are transformed: a recipe without data,
/// as fastai's `DataBlock`.
///
/// | part | given by | default |
/// |---|---|---|
/// | input | [`new`](Self::new) | – |
/// | target | [`new`](Self::new) | – |
/// | files | [`with_files`](Self::with_files) | all pictures below the folder, sorted |
/// | split | [`with_splitter`](Self::with_splitter) | a random fifth validates, seed 42 |
/// | item transforms | [`with_item_transform`](Self::with_item_transform) | none |
/// | batch transforms | [`with_batch_transforms`](Self::with_batch_transforms) | none |
/// | normalisation | [`with_normalize`](Self::with_normalize) or [`with_training_colours`](Self::with_training_colours) | the pretrained model's, or none: 0 to 1 |
/// | progress | [`with_progress`](Self::with_progress) | bars on a terminal |
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
#[derive(Debug, Clone)]
pub struct DataBlock<X, Y> {
    input: X,
    target: Y,
    pub(crate) files: ImageFiles,
    pub(crate) splitter: Arc<dyn Splitter>,
    transforms: PictureTransforms,
    colours: Option<TrainingColours>,
    pub(crate) progress: Progress,
}

impl<X: InputBlock + Clone, Y: TargetBlock> DataBlock<X, Y> {
    /// A recipe with the given input and target.
    pub fn new(input: X, target: Y) -> Self {
        Self {
            input,
            target,
            files: ImageFiles::new(),
            splitter: Arc::new(RandomSplitter::new(0.2)),
            transforms: PictureTransforms::new(),
            colours: None,
            progress: Progress::default(),
        }
    }

    /// Which files of the folder are items.
    pub fn with_files(mut self, files: ImageFiles) -> Self {
        self.files = files;
        self
    }

    /// Which items validate.
    pub fn with_splitter(mut self, splitter: impl Splitter + 'static) -> Self {
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

    /// Where all that takes a while shows how far it is: the search for files here, and what loaders and learner do later. Default:
    /// bars on a terminal; [`Progress::hidden`] has none.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Loaders over the pictures below `root`, with batches on `device`.
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
        self.run(self.files.items(root, &self.progress)?, device)
    }

    /// Loaders over a list of items, in the order given.
    ///
    /// # Errors
    ///
    /// [`DataError::Repeated`] for an item that is listed twice, [`DataError::Linked`] for two that are one file behind a link, and
    /// any [`DataError`] of the transforms, the splitter, the labeller, the vocab and the colour statistics.
    pub fn dataloaders_of(&self, items: &[PathBuf], device: &Device) -> Result<DataLoaders<Y::Fitted>, DataError> {
        self.check()?;
        repeated::check(items)?;
        self.run(items.to_vec(), device)
    }

    /// What can be told without any item.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        self.transforms.check().map_err(DataError::Transforms)?;
        let limits = guard("input block", "its `limits`", || Ok(self.input.limits()))?;
        limits.map_or(Ok(()), |limits| limits.check()).map_err(DataError::Transforms)?;
        self.colours.map_or(Ok(()), TrainingColours::check)
    }

    /// What is fitted already, as with a vocab that was given: nothing is learned from the training part.
    pub(crate) fn given(&self) -> Result<Option<Y::Fitted>, DataError> {
        guard("target block", "its `given`", || Ok(self.target.given()))
    }

    pub(crate) fn run(&self, items: Vec<PathBuf>, device: &Device) -> Result<DataLoaders<Y::Fitted>, DataError> {
        let split = split::checked(self.splitter.as_ref(), &items)?;
        let Labelled { fitted, train, valid } = self.label(&items, &split)?;
        if guard("target block", "its `outputs`", || Ok(fitted.outputs()))? == 0 {
            return Err(DataError::NoClasses { items: train.len() });
        }
        let input: Arc<dyn InputBlock> = Arc::new(self.input.clone());
        let transforms = Arc::new(self.transforms.clone());
        let dataset =
            |items, targets, fitted| Dataset::with_targets(items, targets, fitted, input.clone(), transforms.clone());
        let [train_items, valid_items] = parts(items, split);
        let (train, valid) = (dataset(train_items, train, fitted.clone()), dataset(valid_items, valid, fitted));
        let normalize = self.colours.map(|colours| colours.measure(&train, &self.progress)).transpose()?;
        let loaders = DataLoaders::new(train, valid, device).known_apart().with_progress(self.progress.clone());
        Ok(match normalize {
            Some(normalize) => loaders.with_normalize(normalize),
            None => loaders,
        })
    }

    /// The targets of both parts, each label read once. All labels that are not known are named together.
    fn label(&self, items: &[PathBuf], split: &Split) -> Result<Labelled<Y::Fitted>, DataError> {
        let paths = |part: &[usize]| part.iter().map(|&i| items[i].as_path()).collect::<Vec<_>>();
        let (train, valid) = (paths(split.train()), paths(split.valid()));
        if let Some(fitted) = self.given()? {
            let (train, valid) = (Read::of(&fitted, &train)?, Read::of(&fitted, &valid)?);
            let mut unknown = train.unknown;
            unknown.merge(valid.unknown);
            let error = unknown.into_error(&fitted);
            let labelled = Labelled { fitted, train: train.targets, valid: valid.targets };
            return error.map_or(Ok(labelled), Err);
        }
        let some = format_args!("one of {} training items", train.len());
        let (fitted, targets) = guard("target block", some, || self.target.fit(&train))?;
        if targets.len() != train.len() {
            let block = std::any::type_name::<Y>().to_owned();
            return Err(DataError::Targets { block, targets: targets.len(), items: train.len() });
        }
        let valid = Read::of(&fitted, &valid)?;
        let labelled = Labelled { fitted, train: targets, valid: valid.targets };
        valid.unknown.into_only_in_validation().map_or(Ok(labelled), Err)
    }
}

/// What the labels of both parts are.
struct Labelled<F: FittedTarget> {
    fitted: F,
    train: Vec<F::Target>,
    valid: Vec<F::Target>,
}

/// The items of the training and the validation part. They are moved, since a copy of a million paths is felt.
fn parts(mut items: Vec<PathBuf>, split: Split) -> [Vec<PathBuf>; 2] {
    let (train, valid) = split.into_parts();
    [train, valid].map(|part| part.into_iter().map(|item| std::mem::take(&mut items[item])).collect())
}
