//! Batches, made ahead of their use by a fixed pool of worker threads.

mod batch;
#[cfg(feature = "burn-train")]
mod burn_train;
mod epoch;
mod loaders;
mod options;
mod planes;
mod sampling;
mod workers;

use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use firelight_transforms::{Chance, Normalize};

pub use batch::Batch;
pub use epoch::Batches;
pub use firelight_transforms::OnError;
pub use loaders::DataLoaders;

use crate::{Cached, DataError, Dataset, FittedTarget};
use options::Options;
use planes::Planes;
use sampling::Sampling;
use workers::Workers;

/// Numbers of the largest batch, 8 GiB: several are held at a time.
const LARGEST_BATCH: u64 = 1 << 31;

/// Serves a data set in batches, an epoch at a time.
///
/// Each loader has a list of its own of what it [left out](Self::skipped). A clone starts an empty one; `with_…` changes a
/// loader and keeps its list, and a [`view`](Self::view) shares it.
///
/// A setting that makes no sense, such as `with_batch_size(0)`, is an error of [`check`](Self::check) and of the next
/// [`batches`](Self::batches). The batches of an epoch depend on the data, the seed and the epoch's number alone, bit for bit: not on the number of
/// workers, nor on which epochs were served before.
///
/// ```no_run
/// # use firelight_datablock::{Categories, DataError, DataLoaders};
/// # fn count(dls: DataLoaders<Categories>) -> Result<(), DataError> {
/// let all = dls.train().clone().with_shuffle(false).with_augment(false).with_drop_last(false);
/// let pictures: usize = all.batches(0)?.map(|batch| Ok(batch?.len())).sum::<Result<usize, DataError>>()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DataLoader<F: FittedTarget> {
    dataset: Dataset<F>,
    options: Options,
    device: Device,
    workers: Workers,
    memory: Planes,
}

impl<F: FittedTarget> DataLoader<F> {
    fn new(dataset: Dataset<F>, options: Options, device: Device, (workers, memory): (Workers, Planes)) -> Self {
        Self { dataset, options, device, workers, memory }
    }

    /// Starts making the batches of epoch number `epoch` (from 0), in the order of that epoch.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check), and [`DataError::Workers`] if the threads cannot be started. What is wrong with a picture is an
    /// error of the batch that it belongs to.
    pub fn batches(&self, epoch: usize) -> Result<Batches<F>, DataError> {
        self.batches_from(epoch, 0)
    }

    /// The batches of epoch number `epoch` without the first `done` ones, for which no picture is read: how a run that was
    /// broken off goes on. Batches are counted as [`Batch::number`] does, with those that were passed over.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches).
    pub fn batches_from(&self, epoch: usize, done: usize) -> Result<Batches<F>, DataError> {
        self.check()?;
        Batches::start(self, epoch as u64, done)
    }

    /// Checks everything that can be told without reading a picture.
    ///
    /// # Errors
    ///
    /// [`DataError::Setting`] for a setting that makes no sense, a batch that no memory holds among them;
    /// [`DataError::Transforms`] for a parameter of the transforms outside its range; [`DataError::NoItems`] and
    /// [`DataError::NoBatch`] if there are fewer items than one batch takes.
    pub fn check(&self) -> Result<(), DataError> {
        let transforms = self.dataset.transforms();
        transforms.check_channels(self.dataset.channels()).map_err(DataError::Transforms)?;
        self.workers.check()?;
        self.options.sampling.check()?;
        let (part, size) = (self.options.part, self.options.batch_size);
        let refuse = |value: String, remedy: &str| {
            Err(DataError::Setting { setting: "batch size", value, remedy: remedy.into() })
        };
        if size == 0 {
            return refuse("0".into(), "give at least 1");
        }
        let items = self.num_items();
        if items == 0 {
            return Err(DataError::NoItems { part });
        }
        if self.num_batches() == 0 {
            return Err(DataError::NoBatch { part, items, batch_size: size });
        }
        if let Some(picture) = transforms.output_size() {
            let numbers = (size.min(items) as u128) * u128::from(picture.pixels()) * self.dataset.depth() as u128;
            if numbers > u128::from(LARGEST_BATCH) {
                let megabytes = numbers * size_of::<f32>() as u128 / 1_000_000;
                return refuse(
                    format!("{size} with pictures of {picture}, {megabytes} MB a batch,"),
                    "give fewer or smaller pictures, at most 8 GiB together",
                );
            }
        }
        Ok(())
    }

    /// How many items an epoch has, those of a last batch that is left out among them.
    pub fn num_items(&self) -> usize {
        self.options.sampling.items(self.dataset.len())
    }

    /// Whether an epoch is anything but all items once: some of them, or items drawn by weight.
    pub fn is_sampled(&self) -> bool {
        self.options.sampling.is_active()
    }

    /// The item numbers of epoch number `epoch`, in its order.
    pub fn order(&self, epoch: usize) -> Vec<usize> {
        // An item number that no picture has, so that the shuffle shares its numbers with no picture's draw.
        let chance = Chance::new(self.options.seed, epoch as u64, u64::MAX);
        self.options.sampling.order(self.dataset.len(), self.options.shuffle, chance)
    }

    /// How many batches an epoch has.
    pub fn num_batches(&self) -> usize {
        let (items, size) = (self.num_items(), self.options.batch_size.max(1));
        if self.options.drop_last { items / size } else { items.div_ceil(size) }
    }

    /// The items and their targets.
    pub fn dataset(&self) -> &Dataset<F> {
        &self.dataset
    }

    /// Items in a batch.
    pub fn batch_size(&self) -> usize {
        self.options.batch_size
    }

    /// Whether a last batch that is not full is left out.
    pub fn drops_last(&self) -> bool {
        self.options.drop_last
    }

    /// What a broken picture does.
    pub fn on_error(&self) -> OnError {
        self.options.on_error
    }

    /// Where batches are put.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The same loader with batches of `size` items, at least 1.
    pub fn with_batch_size(mut self, size: usize) -> Self {
        self.options.batch_size = size;
        self
    }

    /// The same loader, to be changed without changing this one: what batches of either leave out is in one list.
    pub fn view(&self) -> Self {
        Self { options: self.options.view(), ..self.clone() }
    }

    /// Whether each epoch has an order of its own. Default: yes for training.
    pub fn with_shuffle(mut self, shuffle: bool) -> Self {
        self.options.shuffle = shuffle;
        self
    }

    /// Whether pictures are augmented by chance. Default: yes for training.
    pub fn with_augment(mut self, augment: bool) -> Self {
        self.options.augment = augment;
        self
    }

    /// Whether a last batch that is not full is left out. Default: yes for training.
    pub fn with_drop_last(mut self, drop_last: bool) -> Self {
        self.options.drop_last = drop_last;
        self
    }

    /// All items once an epoch.
    pub fn without_sampling(mut self) -> Self {
        self.options.sampling = Sampling::default();
        self
    }

    /// The part of every epoch's order from place `start` to place `end`.
    #[cfg(feature = "burn-train")]
    fn with_places(mut self, start: usize, end: usize) -> Self {
        self.options.sampling = self.options.sampling.with_places(start, end);
        self
    }

    /// The same loader with pictures normalised by these statistics, in place of any given before.
    pub fn with_normalize(mut self, normalize: Normalize) -> Self {
        let transforms = self.dataset.transforms().as_ref().clone().with_normalize(normalize);
        self.dataset = self.dataset.with_transforms(Arc::new(transforms));
        self
    }

    /// The same loader with batches on another device.
    pub fn with_device(mut self, device: &Device) -> Self {
        self.device = device.clone();
        self
    }

    /// Pictures that this loader and its views left out so far because they are broken, each once, with their errors (see
    /// [`OnError::Skip`]).
    pub fn skipped(&self) -> Vec<(PathBuf, String)> {
        self.options.skipped.list()
    }

    /// What the cache did so far, where there is one ([`DataLoaders::with_cache`]).
    pub fn cached(&self) -> Option<Cached> {
        self.dataset.store().map(|store| store.cached())
    }

    /// The items of an epoch, cut into batches.
    fn plan(&self, epoch: u64) -> Vec<Arc<[usize]>> {
        let order = self.order(epoch as usize);
        order.chunks(self.options.batch_size.max(1)).take(self.num_batches()).map(Arc::from).collect()
    }
}
