//! One epoch's batches.

use burn::tensor::Device;
use crossbeam_channel::{Receiver, bounded};

use super::batch::HostBatch;
use super::planes::Planes;
use super::{Batch, DataLoader};
use crate::{DataError, Dataset, FittedTarget};

/// Batches that wait for their use, beside the one that is being made: enough that the trainer never waits where the
/// workers keep up, few enough that memory stays flat.
const READY: usize = 1;

/// The batches of one epoch, in order. Dropping it stops the workers after the picture at hand.
///
/// ```no_run
/// # use firelight_datablock::{Categories, DataError, DataLoaders};
/// # fn run(dls: DataLoaders<Categories>) -> Result<(), DataError> {
/// for epoch in 0..3 {
///     for batch in dls.train().batches(epoch)? {
///         println!("{:?}", batch?.inputs.dims());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Batches<F: FittedTarget> {
    ready: Receiver<Result<HostBatch, DataError>>,
    dataset: Dataset<F>,
    device: Device,
    memory: Planes,
    left: usize,
}

impl<F: FittedTarget> Batches<F> {
    pub(super) fn start(loader: &DataLoader<F>, epoch: u64, done: usize) -> Result<Self, DataError> {
        let pool = loader.workers.pool()?;
        let mut plan = loader.plan(epoch);
        plan.drain(..done.min(plan.len()));
        let (dataset, options) = (loader.dataset.clone(), loader.options.clone());
        let memory = Planes::default();
        let for_batches = memory.clone();
        let (send, ready) = bounded(READY);
        let left = plan.len();
        let serve = move || {
            for items in plan {
                let batch = pool.install(|| HostBatch::make(&dataset, &options, epoch, &items, &for_batches));
                let failed = batch.is_err();
                // A closed channel means that nobody wants the rest.
                if send.send(batch).is_err() || failed {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("firelight-loader".into())
            .spawn(serve)
            .map_err(|error| DataError::Workers { why: error.to_string() })?;
        Ok(Self { ready, dataset: loader.dataset.clone(), device: loader.device.clone(), memory, left })
    }

    /// How many batches are still to come.
    pub fn left(&self) -> usize {
        self.left
    }
}

impl<F: FittedTarget> Iterator for Batches<F> {
    type Item = Result<Batch<F::Tensor>, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let batch = match self.ready.recv() {
            Ok(batch) => batch,
            Err(_) => Err(DataError::Workers { why: "a transform or a labeller panicked".into() }),
        };
        if batch.is_err() {
            self.left = 0;
        }
        Some(batch.map(|batch| batch.into_batch(&self.dataset, &self.device, &self.memory)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}
