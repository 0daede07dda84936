//! One batch, first on the host and then on a device.

use std::cell::RefCell;

use burn::tensor::{DType, Device, Tensor, TensorData};
use firelight_transforms::{Chance, Scratch, Size};
use rayon::prelude::*;

use super::options::Options;
use super::planes::Planes;
use crate::dataset::Planes as Seen;
use crate::guard::guard;
use crate::{DataError, Dataset, FittedTarget};
use firelight_transforms::OnError;

/// Pictures and targets on a device.
///
/// ```no_run
/// # use firelight_datablock::{Categories, DataError, DataLoaders};
/// # fn look(dls: DataLoaders<Categories>) -> Result<(), DataError> {
/// let batch = dls.one_batch()?;
/// assert_eq!(batch.inputs.dims()[0], batch.len());
/// let first = &dls.train().dataset().items()[batch.items[0]]; // the file of the first row
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Batch<F: FittedTarget> {
    /// Which batch of its epoch this is, counted from 0 over all that the epoch has: batches that were passed over, since
    /// every picture of theirs is broken, count. [`DataLoader::batches_from`](crate::DataLoader::batches_from) goes on with
    /// the one after it for `number + 1`.
    pub number: usize,
    /// Normalised pictures, `[batch, channels, height, width]`: three channels of colours, or those of the
    /// [input](crate::InputBlock::channels).
    pub inputs: Tensor<4>,
    /// Their targets, as the target block makes them: `[batch]` class numbers for categories.
    pub targets: F::Tensor,
    /// The same on the host, as they lie in these pictures (see [`FittedTarget::place`]).
    pub placed: Vec<F::Target>,
    /// Which items of the data set these are.
    pub items: Vec<usize>,
}

impl<F: FittedTarget> Batch<F> {
    /// How many pictures the batch has.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// A batch as the workers make it: planes in host memory.
pub(super) struct HostBatch<F: FittedTarget> {
    number: usize,
    planes: Vec<f32>,
    size: Size,
    items: Vec<usize>,
    placed: Vec<F::Target>,
    /// Items that were left out, with their errors.
    pub broken: Vec<(usize, String)>,
}

thread_local! {
    /// A worker's buffers, kept from picture to picture.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Lends a worker's buffers. They are taken out of their cell, since the code that has them may be the user's: where that waits
/// for threads of its own, this one may begin another picture meanwhile.
fn with_scratch<T>(code: impl FnOnce(&mut Scratch) -> T) -> T {
    let mut scratch = SCRATCH.take();
    let result = code(&mut scratch);
    SCRATCH.set(scratch);
    result
}

impl<F: FittedTarget> HostBatch<F> {
    /// Reads and transforms the items of batch `number`, in parallel on the current thread pool.
    pub fn make(
        dataset: &Dataset<F>,
        options: &Options,
        epoch: u64,
        (number, items): (usize, &[usize]),
        memory: &Planes,
    ) -> Result<Self, DataError> {
        let chance = |item: usize| options.augment.then(|| Chance::new(options.seed, epoch, item as u64));
        let mut batch = match dataset.transforms().output_size() {
            Some(size) => {
                let length = items.len() * size.planes_of(dataset.depth());
                Self::fixed(dataset, options, items, memory.borrow(length), size, chance)?
            }
            None => Self::free(dataset, options, items, memory.borrow(0), chance)?,
        };
        batch.number = number;
        Ok(batch)
    }

    /// Whether every picture was left out.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn new(size: Size, planes: Vec<f32>, items: usize) -> Self {
        let (listed, placed) = (Vec::with_capacity(items), Vec::with_capacity(items));
        Self { number: 0, planes, size, items: listed, placed, broken: Vec::new() }
    }

    /// Pictures of one size, each written straight to its place.
    fn fixed(
        dataset: &Dataset<F>,
        options: &Options,
        items: &[usize],
        mut planes: Vec<f32>,
        size: Size,
        chance: impl Fn(usize) -> Option<Chance> + Sync,
    ) -> Result<Self, DataError> {
        let length = size.planes_of(dataset.depth());
        let write = |(&item, planes): (&usize, &mut [f32])| {
            with_scratch(|scratch| dataset.write(item, chance(item).as_mut(), scratch, planes))
        };
        let results: Vec<_> = items.par_iter().zip(planes.par_chunks_mut(length)).map(write).collect();

        let mut batch = Self::new(size, planes, items.len());
        for (slot, (result, &item)) in results.into_iter().zip(items).enumerate() {
            match result {
                Ok(target) => {
                    let place = batch.items.len();
                    if slot > place {
                        // Close the gap that pictures left out before this one have made.
                        batch.planes.copy_within(slot * length..(slot + 1) * length, place * length);
                    }
                    batch.items.push(item);
                    batch.placed.push(target);
                }
                Err(error) => batch.skip(options, item, error)?,
            }
        }
        batch.planes.truncate(batch.items.len() * length);
        Ok(batch)
    }

    /// Pictures whose sizes nothing fixes: they have to agree by themselves.
    fn free(
        dataset: &Dataset<F>,
        options: &Options,
        items: &[usize],
        planes: Vec<f32>,
        chance: impl Fn(usize) -> Option<Chance> + Sync,
    ) -> Result<Self, DataError> {
        let read = |&item: &usize| with_scratch(|scratch| dataset.planes(item, chance(item).as_mut(), scratch));
        let results: Vec<_> = items.par_iter().map(read).collect();
        let mut batch = Self::new(Size::square(0), planes, items.len());
        for (result, &item) in results.into_iter().zip(items) {
            match result {
                Ok(Seen { size, planes, target }) => {
                    if let Some(&first) = batch.items.first()
                        && size != batch.size
                    {
                        return Err(DataError::MixedSizes {
                            first: dataset.path(first).into_owned(),
                            first_size: batch.size.to_string(),
                            second: dataset.path(item).into_owned(),
                            second_size: size.to_string(),
                        });
                    }
                    batch.size = size;
                    batch.planes.extend(planes);
                    batch.items.push(item);
                    batch.placed.push(target);
                }
                Err(error) => batch.skip(options, item, error)?,
            }
        }
        Ok(batch)
    }

    /// The batch on a device.
    pub fn into_batch(self, dataset: &Dataset<F>, device: &Device, memory: &Planes) -> Result<Batch<F>, DataError> {
        let shape = [self.items.len(), dataset.depth(), self.size.height as usize, self.size.width as usize];
        let first = self.items.first().map_or("no item".into(), |&item| dataset.path(item).display().to_string());
        let collate = || Ok(dataset.fitted().collate(&self.placed, device));
        let targets = guard("target block", format_args!("the batch that begins with {first}"), collate)?;
        Ok(Batch {
            number: self.number,
            inputs: Tensor::from_data(TensorData::from_bytes(memory.lend(self.planes), shape, DType::F32), device),
            targets,
            placed: self.placed,
            items: self.items,
        })
    }

    /// Leaves a broken picture out where the user chose to go on without it. Any other error is a mistake of the recipe, not
    /// of the file, and always one.
    fn skip(&mut self, options: &Options, item: usize, error: DataError) -> Result<(), DataError> {
        match (options.on_error, &error) {
            (OnError::Skip, DataError::Picture { path, why }) if error.is_broken_file() => {
                let why = why.to_string();
                options.skipped.add(path, why.clone());
                self.broken.push((item, why));
                Ok(())
            }
            _ => Err(error),
        }
    }
}
