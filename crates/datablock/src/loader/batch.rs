//! One batch, first on the host and then on a device.

use std::cell::RefCell;

use burn::tensor::{DType, Device, Tensor, TensorData};
use firelight_transforms::{Chance, Scratch, Size};
use rayon::prelude::*;

use super::options::{OnError, Options};
use super::planes::Planes;
use crate::{DataError, Dataset, FittedTarget};

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
pub struct Batch<T> {
    /// Normalised pictures, `[batch, 3, height, width]`.
    pub inputs: Tensor<4>,
    /// Their targets, as the target block makes them: `[batch]` class numbers for categories.
    pub targets: T,
    /// Which items of the data set these are.
    pub items: Vec<usize>,
}

impl<T> Batch<T> {
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
pub(super) struct HostBatch {
    planes: Vec<f32>,
    size: Size,
    items: Vec<usize>,
}

thread_local! {
    /// A worker's buffers, kept from picture to picture.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl HostBatch {
    /// Reads and transforms `items`, in parallel on the current thread pool.
    pub fn make<F: FittedTarget>(
        dataset: &Dataset<F>,
        options: &Options,
        epoch: u64,
        items: &[usize],
        memory: &Planes,
    ) -> Result<Self, DataError> {
        let chance = |item: usize| options.augment.then(|| Chance::new(options.seed, epoch, item as u64));
        let batch = match dataset.transforms().output_size() {
            Some(size) => {
                Self::fixed(dataset, options, items, memory.borrow(items.len() * size.planes()), size, chance)?
            }
            None => Self::free(dataset, options, items, chance)?,
        };
        if batch.items.is_empty() {
            let broken = options.skipped.list();
            let first = broken.last().map(|(path, why)| format!("{}: {why}", path.display())).unwrap_or_default();
            return Err(DataError::AllBroken { count: items.len(), first });
        }
        Ok(batch)
    }

    /// Pictures of one size, each written straight to its place.
    fn fixed<F: FittedTarget>(
        dataset: &Dataset<F>,
        options: &Options,
        items: &[usize],
        mut planes: Vec<f32>,
        size: Size,
        chance: impl Fn(usize) -> Option<Chance> + Sync,
    ) -> Result<Self, DataError> {
        let length = size.planes();
        let write = |(&item, planes): (&usize, &mut [f32])| {
            SCRATCH.with_borrow_mut(|scratch| dataset.write(item, chance(item).as_mut(), scratch, planes))
        };
        let results: Vec<_> = items.par_iter().zip(planes.par_chunks_mut(length)).map(write).collect();

        let mut kept = Vec::with_capacity(items.len());
        for (slot, (result, &item)) in results.into_iter().zip(items).enumerate() {
            match result {
                Ok(()) => {
                    if slot > kept.len() {
                        // Close the gap that pictures left out before this one have made.
                        planes.copy_within(slot * length..(slot + 1) * length, kept.len() * length);
                    }
                    kept.push(item);
                }
                Err(error) => skip(options, error)?,
            }
        }
        planes.truncate(kept.len() * length);
        Ok(Self { planes, size, items: kept })
    }

    /// Pictures whose sizes nothing fixes: they have to agree by themselves.
    fn free<F: FittedTarget>(
        dataset: &Dataset<F>,
        options: &Options,
        items: &[usize],
        chance: impl Fn(usize) -> Option<Chance> + Sync,
    ) -> Result<Self, DataError> {
        let read =
            |&item: &usize| SCRATCH.with_borrow_mut(|scratch| dataset.planes(item, chance(item).as_mut(), scratch));
        let results: Vec<_> = items.par_iter().map(read).collect();
        let mut batch = Self { planes: Vec::new(), size: Size::square(0), items: Vec::with_capacity(items.len()) };
        for (result, &item) in results.into_iter().zip(items) {
            match result {
                Ok((size, planes)) => {
                    if let Some(&first) = batch.items.first()
                        && size != batch.size
                    {
                        return Err(DataError::MixedSizes {
                            first: dataset.items()[first].clone(),
                            first_size: batch.size.to_string(),
                            second: dataset.items()[item].clone(),
                            second_size: size.to_string(),
                        });
                    }
                    batch.size = size;
                    batch.planes.extend(planes);
                    batch.items.push(item);
                }
                Err(error) => skip(options, error)?,
            }
        }
        Ok(batch)
    }

    pub fn into_batch<F: FittedTarget>(
        self,
        dataset: &Dataset<F>,
        device: &Device,
        memory: &Planes,
    ) -> Batch<F::Tensor> {
        let shape = [self.items.len(), 3, self.size.height as usize, self.size.width as usize];
        let targets: Vec<_> = self.items.iter().map(|&item| dataset.targets()[item].clone()).collect();
        Batch {
            inputs: Tensor::from_data(TensorData::from_bytes(memory.lend(self.planes), shape, DType::F32), device),
            targets: dataset.fitted().collate(&targets, device),
            items: self.items,
        }
    }
}

/// Counts a broken picture where the user chose to go on without it. Pictures of different sizes are a mistake of the
/// recipe, not of the file, and always an error.
fn skip(options: &Options, error: DataError) -> Result<(), DataError> {
    match (options.on_error, &error) {
        (OnError::Skip, DataError::Picture { path, source }) => {
            options.skipped.add(path, source.to_string());
            Ok(())
        }
        _ => Err(error),
    }
}
