//! The loader as burn's own training loop takes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::{DataLoader as BurnLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;

use super::{Batch, Batches, DataLoader};
use crate::{DataError, FittedTarget};

impl<F: FittedTarget> DataLoader<F> {
    /// The loader for burn-train's `SupervisedTraining`, or any other user of burn's `DataLoader`: each pass over it is the next
    /// epoch, from epoch 0. A broken picture ends the training with an error that names its file.
    ///
    /// burn-train moves the loader to the training device by itself. Where it shares the data among devices, each gets a part
    /// of every epoch's order.
    pub fn into_burn(self) -> Arc<dyn BurnLoader<Batch<F>>> {
        Arc::new(Epochs { loader: self, next: AtomicUsize::new(0) })
    }
}

/// Counts the epochs, which burn's trait does not tell.
struct Epochs<F: FittedTarget> {
    loader: DataLoader<F>,
    next: AtomicUsize,
}

impl<F: FittedTarget> Epochs<F> {
    /// The same place in the count, with another loader.
    fn with(&self, loader: DataLoader<F>) -> Arc<dyn BurnLoader<Batch<F>>> {
        Arc::new(Self { loader, next: AtomicUsize::new(self.next.load(Ordering::Relaxed)) })
    }
}

impl<F: FittedTarget> BurnLoader<Batch<F>> for Epochs<F> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch<F>> + 'a> {
        let batches = self.loader.batches(self.next.fetch_add(1, Ordering::Relaxed));
        let (batches, error) = match batches {
            Ok(batches) => (Some(batches), None),
            Err(error) => (None, Some(error)),
        };
        Box::new(Epoch { batches, error, served: 0, items: self.num_items() })
    }

    fn num_items(&self) -> usize {
        self.loader.num_items()
    }

    fn to_device(&self, device: &Device) -> Arc<dyn BurnLoader<Batch<F>>> {
        self.with(self.loader.view().with_device(device))
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn BurnLoader<Batch<F>>> {
        self.with(self.loader.view().with_places(start, end))
    }
}

/// One pass: an epoch's batches, or why there are none.
struct Epoch<F: FittedTarget> {
    batches: Option<Batches<F>>,
    error: Option<DataError>,
    served: usize,
    items: usize,
}

impl<F: FittedTarget> Iterator for Epoch<F> {
    type Item = Result<Batch<F>, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.error.take() {
            return Some(Err(DatasetError::new(error)));
        }
        let batch = self.batches.as_mut()?.next()?;
        self.served += batch.as_ref().map_or(0, Batch::len);
        Some(batch.map_err(DatasetError::new))
    }
}

impl<F: FittedTarget> DataLoaderIterator<Batch<F>> for Epoch<F> {
    fn progress(&self) -> Progress {
        // Left-out pictures and a last batch that is not full are never served, and yet the epoch ends.
        let ended = self.batches.as_ref().is_none_or(|batches| batches.left() == 0);
        let served = if ended { self.items } else { self.served };
        Progress::new(served, self.items, Some("items".into()))
    }
}
