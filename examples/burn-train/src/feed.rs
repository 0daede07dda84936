//! Firelight's loaders as burn-train wants them.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;
use firelight::datablock::{self, Batch, Batches, DataError, FittedTarget};

/// A loader that counts its own epochs, so that each has an order and an augmentation of its own.
pub struct Feed<F: FittedTarget> {
    loader: datablock::DataLoader<F>,
    /// Which batches of an epoch it serves.
    batches: Range<usize>,
    epoch: AtomicUsize,
}

impl<F: FittedTarget> Feed<F> {
    /// All batches of `loader`.
    pub fn new(loader: &datablock::DataLoader<F>) -> Arc<Self> {
        Arc::new(Self { batches: 0..loader.num_batches(), loader: loader.clone(), epoch: AtomicUsize::new(0) })
    }
}

impl<F: FittedTarget> DataLoader<Batch<F::Tensor>> for Feed<F> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch<F::Tensor>> + 'a> {
        let epoch = self.epoch.fetch_add(1, Ordering::Relaxed);
        let batches = self.loader.batches_from(epoch, self.batches.start);
        Box::new(Pass { batches: Some(batches), left: self.batches.len(), served: 0, items: self.num_items() })
    }

    fn num_items(&self) -> usize {
        let items = |batches: usize| (batches * self.loader.batch_size()).min(self.loader.dataset().len());
        items(self.batches.end) - items(self.batches.start)
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<Batch<F::Tensor>>> {
        let loader = self.loader.clone().with_device(device);
        Arc::new(Self { loader, batches: self.batches.clone(), epoch: AtomicUsize::new(0) })
    }

    /// By whole batches: one that the cut goes through is served by the part that has its first item.
    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Batch<F::Tensor>>> {
        let batch = |item: usize| (self.batches.start + item.div_ceil(self.loader.batch_size())).min(self.batches.end);
        Arc::new(Self { loader: self.loader.clone(), batches: batch(start)..batch(end), epoch: AtomicUsize::new(0) })
    }
}

/// One pass over the batches.
struct Pass<F: FittedTarget> {
    /// `None` once an error has ended the pass.
    batches: Option<Result<Batches<F>, DataError>>,
    left: usize,
    served: usize,
    items: usize,
}

impl<F: FittedTarget> Iterator for Pass<F> {
    type Item = Result<Batch<F::Tensor>, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let mut batches = match self.batches.take()? {
            Ok(batches) => batches,
            Err(error) => return Some(Err(DatasetError::new(error))),
        };
        match batches.next()? {
            Ok(batch) => {
                self.served += batch.len();
                self.batches = Some(Ok(batches));
                Some(Ok(batch))
            }
            Err(error) => Some(Err(DatasetError::new(error))),
        }
    }
}

impl<F: FittedTarget> DataLoaderIterator<Batch<F::Tensor>> for Pass<F> {
    fn progress(&self) -> Progress {
        Progress::new(self.served, self.items, Some("items".into()))
    }
}
