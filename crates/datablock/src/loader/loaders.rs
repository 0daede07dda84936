//! The training and the validation loader together.

use burn::tensor::Device;
use firelight_progress::Progress;
use firelight_transforms::{Normalize, PictureTransforms};
use firelight_vocab::Vocab;

use super::options::Options;
use super::planes::Planes;
use super::workers::Workers;
use super::{Batches, DataLoader, OnError};
use crate::cache::Store;
use crate::guard::guard;
use crate::item::{Item, Owned};
use crate::{Cache, Categories, Changes, DataError, Dataset, FittedTarget, MultiCategories, NoTarget, Nodes, repeated};

/// Loaders of the training and the validation part.
///
/// A setting that makes no sense, such as `with_batch_size(0)`, is an error of [`check`](Self::check) and of the next batches.
/// A clone's loaders start lists of their own of what they [left out](DataLoader::skipped).
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_batch_size`](Self::with_batch_size) | 64 | pictures in a batch, both parts |
/// | [`with_workers`](Self::with_workers) | one a core | threads that decode and transform |
/// | [`with_seed`](Self::with_seed) | 42 | seed of order and augmentation |
/// | [`with_on_error`](Self::with_on_error) | [`OnError::Fail`] | what a broken picture does |
/// | [`with_drop_last`](Self::with_drop_last) | `true` | leave out a last training batch that is not full |
/// | [`with_item_weights`](Self::with_item_weights) | all alike | how often each training item is drawn |
/// | [`with_items_an_epoch`](Self::with_items_an_epoch) | all | training items of an epoch |
/// | [`with_cache`](Self::with_cache) | none | where decoded pictures are kept |
/// | [`with_progress`](Self::with_progress) | the terminal | where it is shown how far something is |
///
/// ```
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, OnError, parent_label};
///
/// let items: Vec<_> = (0..100).map(|n| format!("{}/{n}.jpg", ["pug", "beagle"][n % 2]).into()).collect();
/// let dls = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
///     .dataloaders_of(&items, &Device::flex())?
///     .with_batch_size(32)
///     .with_on_error(OnError::Skip);
/// assert_eq!((dls.train().num_batches(), dls.valid().num_batches()), (2, 1)); // 80 and 20 pictures
/// assert_eq!(dls.vocab().o2i("pug").ok(), Some(1));
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct DataLoaders<F: FittedTarget> {
    train: DataLoader<F>,
    valid: DataLoader<F>,
    test: Option<DataLoader<F>>,
    /// Whether the parts are known to have no file in common, as a recipe's.
    apart: bool,
    /// Whether there is to be a validation part.
    validates: bool,
    changes: Option<Changes>,
    progress: Progress,
}

impl<F: FittedTarget> DataLoaders<F> {
    /// Loaders over two data sets, which are to have the same classes and no file in common: see [`check`](Self::check).
    pub fn new(train: Dataset<F>, valid: Dataset<F>, device: &Device) -> Self {
        Self { apart: false, ..Self::of_parts(train, valid, None, device) }
    }

    /// Of parts of one list without repetition.
    pub(crate) fn of_parts(train: Dataset<F>, valid: Dataset<F>, test: Option<Dataset<F>>, device: &Device) -> Self {
        // One part is served at a time, mostly.
        let shared = (Workers::new(0), Planes::default());
        let loader = |dataset, options| DataLoader::new(dataset, options, device.clone(), shared.clone());
        let valid = loader(valid, Options::valid());
        Self {
            train: loader(train, Options::train()),
            test: test.map(|test| loader(test, Options::test(&valid.options))),
            valid,
            apart: true,
            validates: true,
            changes: None,
            progress: Progress::default(),
        }
    }

    /// The training loader: shuffled, augmented, full batches only.
    pub fn train(&self) -> &DataLoader<F> {
        &self.train
    }

    /// The validation loader: in order, without chance, every item.
    pub fn valid(&self) -> &DataLoader<F> {
        &self.valid
    }

    /// Whether there is a validation part: not where a recipe trains on everything ([`TrainOnAll`](crate::TrainOnAll)).
    pub fn validates(&self) -> bool {
        self.validates
    }

    pub(crate) fn with_validation(self, validates: bool) -> Self {
        Self { validates, ..self }
    }

    pub(crate) fn with_changes(self, changes: Option<Changes>) -> Self {
        Self { changes, ..self }
    }

    /// What corrections changed about the data, where the recipe was given some
    /// ([`DataBlock::with_corrections`](crate::DataBlock::with_corrections)).
    pub fn changes(&self) -> Option<&Changes> {
        self.changes.as_ref()
    }

    /// The loader of the third part, with its labels, if the recipe's splitter keeps one for testing (see
    /// [`HoldOut`](crate::HoldOut)): as the validation loader. Pictures without labels have one by [`test`](Self::test).
    pub fn test_part(&self) -> Option<&DataLoader<F>> {
        self.test.as_ref()
    }

    /// Where batches are put.
    pub fn device(&self) -> &Device {
        &self.train.device
    }

    /// How pictures become planes.
    pub fn transforms(&self) -> &PictureTransforms {
        self.train.dataset.transforms()
    }

    /// The first training batch of the first epoch that has a picture left.
    ///
    /// # Errors
    ///
    /// As [`DataLoader::batches`], and what makes a picture of that batch unreadable.
    pub fn one_batch(&self) -> Result<super::Batch<F>, DataError> {
        let mut batches: Batches<F> = self.train.batches(0)?;
        batches.next().unwrap_or(Err(DataError::NoItems { part: "training" }))
    }

    /// Checks everything that can be told without reading a picture, of both parts.
    ///
    /// # Errors
    ///
    /// As [`DataLoader::check`], [`DataError::NoClasses`] where a model would have nothing to give, and of parts that were made by
    /// hand [`DataError::OtherClasses`] and [`DataError::InBothParts`].
    pub fn check(&self) -> Result<(), DataError> {
        self.train.check()?;
        if self.validates {
            self.valid.check()?;
        }
        let [train, valid] = [&self.train.dataset, &self.valid.dataset];
        if guard("target block", "its `outputs`", || Ok(train.fitted().outputs()))? == 0 {
            return Err(DataError::NoClasses { items: train.len() });
        }
        let vocab = |fitted| guard("target block", "its `vocab`", || Ok(F::vocab(fitted)));
        same_classes(vocab(train.fitted())?, vocab(valid.fitted())?)?;
        if self.apart { Ok(()) } else { repeated::check_apart::<F::Item>(train.items(), valid.items()) }
    }

    /// What is no error but perhaps a slip, in sentences: one class alone, classes that differ in letter case, classes of a
    /// given vocab that no training item has. `summary` shows them, and a learner logs them.
    ///
    /// ```
    /// use burn::tensor::Device;
    /// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, parent_label};
    ///
    /// let items: Vec<_> = (0..10).map(|n| format!("pug/{n}.jpg").into()).collect();
    /// let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label));
    /// let cautions = block.dataloaders_of(&items, &Device::flex())?.cautions();
    /// assert!(cautions[0].starts_with("labels: every training item (8) is \"pug\""));
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    pub fn cautions(&self) -> Vec<String> {
        let train = &self.train.dataset;
        let cautions = guard("target block", "its `cautions`", || Ok(train.fitted().cautions(train.targets())));
        cautions.unwrap_or_else(|error| vec![error.to_string()])
    }

    /// Whether a normalisation was set for either part, if only to [`Normalize::none`].
    pub fn normalize_is_set(&self) -> bool {
        [&self.train, &self.valid].iter().any(|loader| loader.dataset.transforms().normalize_is_set())
    }

    /// Pictures in a batch, of both parts, at least 1.
    pub fn with_batch_size(self, size: usize) -> Self {
        self.map(|loader| loader.with_batch_size(size))
    }

    /// Pictures in a validation batch alone, at least 1.
    pub fn with_valid_batch_size(mut self, size: usize) -> Self {
        self.valid = self.valid.with_batch_size(size);
        self
    }

    /// Whether a last training batch that is not full is left out.
    pub fn with_drop_last(mut self, drop_last: bool) -> Self {
        self.train.options.drop_last = drop_last;
        self
    }

    /// Draws training items with replacement, each in proportion to its weight: fastai's `WeightedDL`. There is one weight for
    /// each training item, in the order of the data set.
    ///
    /// # Errors
    ///
    /// [`DataError::Sampling`] for another number of weights, and for weights that are negative, not finite, or all 0.
    pub fn with_item_weights(mut self, weights: &[f64]) -> Result<Self, DataError> {
        let sampling = std::mem::take(&mut self.train.options.sampling);
        self.train.options.sampling = sampling.with_item_weights(weights, self.train.dataset.len())?;
        Ok(self)
    }

    /// So many training items an epoch, at least 1, chosen anew in each: fastai's `PartialDL`. Without weights none comes twice.
    pub fn with_items_an_epoch(mut self, items: usize) -> Self {
        let sampling = std::mem::take(&mut self.train.options.sampling);
        self.train.options.sampling = sampling.with_items(items);
        self
    }

    /// Threads that decode and transform, at most 1,024; `0` means one a core. The batches are the same for any number.
    pub fn with_workers(self, workers: usize) -> Self {
        let workers = Workers::new(workers);
        self.map(|mut loader| {
            loader.workers = workers.clone();
            loader
        })
    }

    /// Seed of the order and the augmentation.
    pub fn with_seed(self, seed: u64) -> Self {
        self.map(|mut loader| {
            loader.options.seed = seed;
            loader
        })
    }

    /// What a broken picture does.
    pub fn with_on_error(self, on_error: OnError) -> Self {
        self.map(|mut loader| {
            loader.options.on_error = on_error;
            loader
        })
    }

    /// Keeps decoded pictures from epoch to epoch, for all parts and in place of any cache given before: batches are the same, bit for bit (see
    /// [`Cache`]). Default: none.
    ///
    /// # Errors
    ///
    /// [`DataError::Cache`] for a folder that cannot be used, and [`DataError::Setting`] for a cache of 0 bytes.
    pub fn with_cache(self, cache: &Cache) -> Result<Self, DataError> {
        let store = Store::open(cache)?;
        Ok(self.map(|mut loader| {
            loader.dataset = loader.dataset.with_store(Some(store.clone()));
            loader
        }))
    }

    /// Batches on another device.
    pub fn with_device(self, device: &Device) -> Self {
        self.map(|loader| loader.with_device(device))
    }

    /// Normalises with these statistics, in place of any given before. Each part keeps its other transforms.
    pub fn with_normalize(self, normalize: Normalize) -> Self {
        let train = self.train.with_normalize(normalize.clone());
        let test = self.test.map(|test| test.with_normalize(normalize.clone()));
        Self { train, valid: self.valid.with_normalize(normalize), test, ..self }
    }

    /// Where what works with these loaders shows how far it is: bars on a terminal by default, none with [`Progress::hidden`].
    pub fn with_progress(self, progress: Progress) -> Self {
        Self { progress, ..self }
    }

    /// Where it is shown how far something is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// A loader over pictures without labels, transformed as the validation part is, with a list of its own of what it leaves
    /// out.
    ///
    /// # Errors
    ///
    /// [`DataError::Transforms`]; that there are no items, and what is wrong with them, is an error of the batches.
    pub fn test(&self, items: Vec<Owned<F::Item>>) -> Result<DataLoader<NoTarget<F::Item>>, DataError> {
        self.test_of(items, NoTarget::new())
    }

    /// The same over pictures with labels, which are read as the recipe's: fastai's `test_dl(items, with_labels=True)`, for what came
    /// later than the data set. A part that the data set keeps itself is the [`test_part`](Self::test_part).
    ///
    /// # Errors
    ///
    /// As [`test`](Self::test), and [`DataError`] of labels that cannot be read or are no classes of the training part.
    pub fn test_labelled(&self, items: Vec<Owned<F::Item>>) -> Result<DataLoader<F>, DataError> {
        self.test_of(items, self.valid.dataset.fitted().clone())
    }

    fn test_of<G: FittedTarget<Item = F::Item>>(
        &self,
        items: Vec<Owned<F::Item>>,
        fitted: G,
    ) -> Result<DataLoader<G>, DataError> {
        let valid = &self.valid;
        let (input, transforms) = (valid.dataset.input().clone(), valid.dataset.transforms().clone());
        let dataset = Dataset::new(items, fitted, input, transforms)?.with_store(valid.dataset.store().cloned());
        let shared = (valid.workers.clone(), valid.memory.clone());
        Ok(DataLoader::new(dataset, Options::test(&valid.options), valid.device.clone(), shared))
    }

    fn map(self, change: impl Fn(DataLoader<F>) -> DataLoader<F>) -> Self {
        Self { train: change(self.train), valid: change(self.valid), test: self.test.map(change), ..self }
    }
}

/// Refuses parts whose class numbers mean different classes.
fn same_classes(train: Option<&Vocab>, valid: Option<&Vocab>) -> Result<(), DataError> {
    if train == valid {
        return Ok(());
    }
    let name = |vocab: Option<&Vocab>, class| {
        vocab.and_then(|vocab| vocab.name(class)).map_or_else(|| "nothing".to_owned(), |name| format!("{name:?}"))
    };
    let most = [train, valid].into_iter().flatten().map(Vocab::len).max().unwrap_or(0);
    let mut names = (0..most).map(|class| (class, name(train, class), name(valid, class)));
    match names.find(|(_, train, valid)| train != valid) {
        Some((class, train, valid)) => Err(DataError::OtherClasses { class, train, valid }),
        None => Ok(()),
    }
}

impl<I: Item + ?Sized> DataLoaders<Categories<I>> {
    /// Which output column is which class.
    pub fn vocab(&self) -> &Vocab {
        self.train.dataset.fitted().vocab()
    }

    /// How many training items each class has, by name: for [class weights](https://docs.rs/firelight-costs) and for losses that are adjusted to
    /// rare classes.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # fn look(dls: DataLoaders<Categories>) {
    /// for (class, count) in dls.class_counts() {
    ///     println!("{class}: {count}");
    /// }
    /// # }
    /// ```
    pub fn class_counts(&self) -> Vec<(&str, usize)> {
        self.vocab().iter().zip(self.counts()).collect()
    }

    fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.vocab().len()];
        for &class in self.train.dataset.targets() {
            counts[class] += 1;
        }
        counts
    }

    /// Draws training items so that each class comes equally often: [`with_item_weights`](Self::with_item_weights) of one over the number
    /// of training items of the class.
    ///
    /// # Errors
    ///
    /// None where there are training items.
    pub fn with_balanced_classes(self) -> Result<Self, DataError> {
        let (targets, counts) = (self.train.dataset.targets(), self.counts());
        let weights: Vec<f64> = targets.iter().map(|&class| 1.0 / counts[class] as f64).collect();
        self.with_item_weights(&weights)
    }
}

impl<I: Item + ?Sized> DataLoaders<Nodes<I>> {
    /// Which output column is which class: the leaves of the tree.
    pub fn vocab(&self) -> &Vocab {
        self.train.dataset.fitted().vocab()
    }
}

impl<I: Item + ?Sized> DataLoaders<MultiCategories<I>> {
    /// Which output column is which class.
    pub fn vocab(&self) -> &Vocab {
        self.train.dataset.fitted().vocab()
    }
}
