//! One epoch's batches.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::Device;
use crossbeam_channel::{Receiver, bounded};

use super::batch::HostBatch;
use super::planes::Planes;
use super::{Batch, DataLoader};
use crate::{DataError, Dataset, FittedTarget};

/// Batches that wait for their use, beside the one that is being made: enough that the trainer never waits where the
/// workers keep up, few enough that memory stays flat.
const READY: usize = 1;

/// The batches of one epoch, in order. Dropping it stops the workers once they have made the batch at hand.
///
/// A batch of which every picture is broken and skipped is passed over; the [`number`](Batch::number)s of the others tell.
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
    ready: Receiver<Result<HostBatch<F>, DataError>>,
    dataset: Dataset<F>,
    device: Device,
    memory: Planes,
    left: usize,
    part: &'static str,
    /// Items that were left out as long as nothing was served, with the errors; `None` as soon as something was.
    broken: Option<Vec<(usize, String)>>,
}

impl<F: FittedTarget> Batches<F> {
    pub(super) fn start(loader: &DataLoader<F>, epoch: u64, done: usize) -> Result<Self, DataError> {
        let pool = loader.workers.pool()?;
        let plan: Vec<_> = loader.plan(epoch).into_iter().enumerate().skip(done).collect();
        let (dataset, options) = (loader.dataset.clone(), loader.options.view());
        let memory = loader.memory.clone();
        let for_batches = memory.clone();
        let (send, ready) = bounded(READY);
        let left = plan.len();
        let serve = move || {
            for (number, items) in plan {
                let make = || HostBatch::make(&dataset, &options, epoch, (number, &items), &for_batches);
                // The user's code is guarded item by item; whatever else panics must be told too.
                let result = catch_unwind(AssertUnwindSafe(|| pool.install(make)));
                let why = |panic: Box<dyn std::any::Any + Send>| firelight_transforms::panic_message(panic.as_ref());
                let batch = result.unwrap_or_else(|panic| Err(DataError::Stopped { why: why(panic) }));
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
        // What was done before has served something.
        let broken = (done == 0).then(Vec::new);
        let (dataset, device, part) = (loader.dataset.clone(), loader.device.clone(), loader.options.part);
        Ok(Self { ready, dataset, device, memory, left, part, broken })
    }

    /// How many batches are still to come, those that will be passed over among them.
    pub fn left(&self) -> usize {
        self.left
    }

    /// The error of an epoch that has served nothing at all.
    fn all_broken(&mut self) -> Option<DataError> {
        let mut broken = self.broken.take()?;
        // A picture may come more than once where items are drawn by weight.
        broken.sort_unstable();
        broken.dedup_by_key(|(item, _)| *item);
        let count = broken.len();
        let (_, first) = broken.into_iter().next()?;
        Some(DataError::AllBroken { part: self.part, count, items: self.dataset.len(), first })
    }
}

impl<F: FittedTarget> Iterator for Batches<F> {
    type Item = Result<Batch<F>, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.left > 0 {
            self.left -= 1;
            let stopped = || DataError::Stopped { why: "the thread that makes batches is gone".into() };
            let batch = self.ready.recv().unwrap_or_else(|_| Err(stopped()));
            let batch = batch.and_then(|batch| {
                if batch.is_empty() {
                    if let Some(broken) = &mut self.broken {
                        broken.extend(batch.broken);
                    }
                    return Ok(None);
                }
                self.broken = None;
                batch.into_batch(&self.dataset, &self.device, &self.memory).map(Some)
            });
            if batch.is_err() {
                self.left = 0;
                self.broken = None;
            }
            if let Some(batch) = batch.transpose() {
                return Some(batch);
            }
        }
        self.all_broken().map(Err)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}
