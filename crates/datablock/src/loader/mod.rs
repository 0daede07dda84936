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
use firelight_transforms::Chance;

pub use batch::Batch;
pub use epoch::Batches;
pub use loaders::DataLoaders;
pub use options::OnError;

use crate::{DataError, Dataset, FittedTarget};
use options::Options;
use sampling::Sampling;
use workers::Workers;

/// Serves a data set in batches, an epoch at a time.
///
/// The batches of an epoch depend on the data, the seed and the epoch's number alone, bit for bit: not on the number of
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
}

impl<F: FittedTarget> DataLoader<F> {
    pub(crate) fn new(dataset: Dataset<F>, options: Options, device: Device, workers: Workers) -> Self {
        Self { dataset, options, device, workers }
    }

    /// Starts making the batches of epoch number `epoch` (from 0), in the order of that epoch.
    ///
    /// # Errors
    ///
    /// [`DataError::NoBatch`] if there are fewer items than one batch takes, and [`DataError::Workers`] if the threads
    /// cannot be started. Broken pictures are errors of the batch that they belong to.
    pub fn batches(&self, epoch: usize) -> Result<Batches<F>, DataError> {
        self.batches_from(epoch, 0)
    }

    /// The batches of epoch number `epoch` without the first `done` ones, for which no picture is read: how a run that was
    /// broken off goes on.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches).
    pub fn batches_from(&self, epoch: usize, done: usize) -> Result<Batches<F>, DataError> {
        if self.num_batches() == 0 {
            return Err(DataError::NoBatch { items: self.num_items(), batch_size: self.options.batch_size });
        }
        Batches::start(self, epoch as u64, done)
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
        let (items, size) = (self.num_items(), self.options.batch_size);
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

    /// Where batches are put.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The same loader with batches of `size` items.
    pub fn with_batch_size(mut self, size: usize) -> Self {
        self.options.batch_size = size.max(1);
        self
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

    /// The same loader with batches on another device.
    pub fn with_device(mut self, device: &Device) -> Self {
        self.device = device.clone();
        self
    }

    /// Pictures left out so far because they are broken, with their errors (see [`OnError::Skip`]).
    pub fn skipped(&self) -> Vec<(PathBuf, String)> {
        self.options.skipped.list()
    }

    /// The items of an epoch, cut into batches.
    fn plan(&self, epoch: u64) -> Vec<Arc<[usize]>> {
        let order = self.order(epoch as usize);
        order.chunks(self.options.batch_size).take(self.num_batches()).map(Arc::from).collect()
    }
}
