//! The recipe that turns a folder into loaders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use firelight_transforms::{AugTransforms, ItemTransform, Normalize, PictureTransforms};
use firelight_vocab::VocabError;

use crate::{
    DataError, DataLoaders, Dataset, FittedTarget, ImageFiles, InputBlock, RandomSplitter, Split, Splitter,
    TargetBlock, TrainingColours,
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

    /// Loaders over the pictures below `root`, with batches on `device`.
    ///
    /// Everything that can be told without decoding is checked here: the folder, the split, and the label of every item
    /// of both parts. Only [`with_training_colours`](Self::with_training_colours) decodes pictures here.
    ///
    /// # Errors
    ///
    /// Any [`DataError`] of the source, the splitter, the labeller, the vocab and the colour statistics.
    pub fn dataloaders(&self, root: impl AsRef<Path>, device: &Device) -> Result<DataLoaders<Y::Fitted>, DataError> {
        self.run(self.files.find(root)?, device)
    }

    /// Loaders over a list of items, in the order given.
    ///
    /// # Errors
    ///
    /// Any [`DataError`] of the splitter, the labeller, the vocab and the colour statistics.
    pub fn dataloaders_of(&self, items: &[PathBuf], device: &Device) -> Result<DataLoaders<Y::Fitted>, DataError> {
        self.run(items.to_vec(), device)
    }

    pub(crate) fn run(&self, items: Vec<PathBuf>, device: &Device) -> Result<DataLoaders<Y::Fitted>, DataError> {
        let split = self.splitter.split(&items)?;
        for (part, numbers) in [("training", &split.train), ("validation", &split.valid)] {
            if numbers.is_empty() {
                return Err(DataError::Split {
                    what: format!("{:?} leaves the {part} part empty ({} items in all)", self.splitter, items.len()),
                    remedy: "choose another splitter or other parameters".into(),
                });
            }
        }
        let paths = |part: &[usize]| part.iter().map(|&i| items[i].as_path()).collect::<Vec<_>>();
        let fitted = self.target.fit(&paths(&split.train))?;
        check_labels(&fitted, &paths(&split.valid))?;

        let input: Arc<dyn InputBlock> = Arc::new(self.input.clone());
        let transforms = Arc::new(self.transforms.clone());
        let mut parts = Parts::new(items, &split);
        let mut dataset =
            |part: &[usize]| Dataset::new(parts.take(part), fitted.clone(), input.clone(), transforms.clone());
        let (train, valid) = (dataset(&split.train)?, dataset(&split.valid)?);
        let normalize = self.colours.map(|colours| colours.measure(&train)).transpose()?;
        let loaders = DataLoaders::new(train, valid, device);
        Ok(match normalize {
            Some(normalize) => loaders.with_normalize(normalize),
            None => loaders,
        })
    }
}

/// The items on their way into the parts. They are moved, since a copy of a million paths is felt; an item that a splitter
/// names more than once is copied until its last use.
struct Parts {
    items: Vec<PathBuf>,
    uses: Vec<u32>,
}

impl Parts {
    fn new(items: Vec<PathBuf>, split: &Split) -> Self {
        let mut uses = vec![0; items.len()];
        split.train.iter().chain(&split.valid).for_each(|&i| uses[i] += 1);
        Self { items, uses }
    }

    fn take(&mut self, part: &[usize]) -> Vec<PathBuf> {
        let take = |&i: &usize| {
            self.uses[i] -= 1;
            if self.uses[i] == 0 { std::mem::take(&mut self.items[i]) } else { self.items[i].clone() }
        };
        part.iter().map(take).collect()
    }
}

/// Every validation label must be one that training knows; all that are not are named at once.
fn check_labels<F: FittedTarget>(fitted: &F, valid: &[&Path]) -> Result<(), DataError> {
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut first = None;
    for item in valid {
        match fitted.target(item) {
            Ok(_) => {}
            Err(DataError::UnknownLabel { source: VocabError::UnknownClass { name, .. }, path }) => {
                *unknown.entry(name).or_default() += 1;
                first.get_or_insert(path);
            }
            Err(other) => return Err(other),
        }
    }
    let Some(path) = first else { return Ok(()) };
    let labels: Vec<_> = unknown.iter().map(|(label, count)| format!("{label:?} ({count})")).collect();
    Err(DataError::OnlyInValidation { count: unknown.values().sum(), labels: labels.join(", "), path })
}
