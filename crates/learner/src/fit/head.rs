//! Training the head on features that are computed once.

use std::num::NonZeroUsize;
use std::time::Instant;

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_datablock::{DataError, DataLoader, FittedTarget};
use firelight_losses::Loss;
use firelight_transforms::Chance;
use indicatif::ProgressBar;

use super::epoch::Run;
use super::evaluate::{Evaluation, Tally};
use crate::models::{Model, features_in_threads};
use crate::observe::progress_bar;
use crate::{Event, Flow, Learner, LearnerError, OneCycle, Rates};

/// What a frozen body makes of a part of the data.
struct Features<F: FittedTarget> {
    values: Tensor<2>,
    items: Vec<usize>,
    targets: Vec<F::Target>,
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model + Sync> Learner<F, L, M> {
    /// Trains the last group alone for `epochs` epochs along one cycle, on features of the frozen rest that are computed
    /// once: ten epochs cost little more than one.
    ///
    /// The training pictures go through the body as validation sees them, and `draws` times more with a draw of the
    /// augmentation each; the epochs take these views in turn. Without draws this is a linear probe's recipe; one to three
    /// give most of what endless augmentation would.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fit_head(&mut self, epochs: usize, rate: f64, draws: usize) -> Result<(), LearnerError> {
        self.freeze()?;
        let plain = self.data.device().clone().inner();
        let body = self.model.for_inference();
        let train = self.data.train().clone().with_shuffle(false).with_drop_last(false).with_device(&plain);
        let valid_loader = self.data.valid().clone().with_device(&plain);
        let threads = self.inference_threads;
        let views = (draws + 1).min(epochs.max(1));
        let bar = progress_bar(views * train.num_batches() + valid_loader.num_batches(), "features");
        let mut seen = Vec::with_capacity(views);
        for view in 0..views {
            seen.push(features(&body, &train.clone().with_augment(view > 0), view, threads, &bar)?);
        }
        let valid: Features<F> = features(&body, &valid_loader, 0, threads, &bar)?;
        bar.finish_and_clear();
        drop(body);

        let batch = self.data.train().batch_size().min(seen[0].items.len());
        let steps = seen[0].items.len() / batch;
        let mut run = Run::start(self, epochs, steps, Rates::Same(rate), OneCycle::default())?;
        for epoch in 0..epochs {
            let start = Instant::now();
            let features = &seen[epoch % views];
            let order = self.order(features.items.len());
            let target = self.data.train().dataset().fitted().clone();
            let device = plain.clone().autodiff();
            let batches = order.chunks_exact(batch).map(|rows| Ok(take(features, &target, rows, &device)));
            let flow = run.train(self, batches, M::classify)?;
            let evaluation = self.evaluate_features(&valid, &plain);
            if run.finish(self, epoch, start, &evaluation) == Flow::Stop || flow == Flow::Stop {
                break;
            }
        }
        Self::tell(&mut self.observers, Event::End);
        Ok(())
    }

    /// This epoch's order of `rows` feature rows.
    fn order(&self, rows: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..rows).collect();
        Chance::new(self.seed, self.epochs_done as u64, u64::MAX).shuffle(&mut order);
        order
    }

    fn evaluate_features(&mut self, valid: &Features<F>, device: &Device) -> Evaluation {
        let model = self.model.valid();
        let mut tally = Tally::new(&self.loss, &self.decision, &mut self.metrics);
        let tensor = self.data.valid().dataset().fitted().collate(&valid.targets, device);
        tally.add(&valid.items, model.classify(valid.values.clone()), tensor, &valid.targets);
        tally.finish().0
    }
}

/// One pass of the body over a part of the data.
fn features<F: FittedTarget, M: Model + Sync>(
    body: &M,
    loader: &DataLoader<F>,
    epoch: usize,
    threads: NonZeroUsize,
    bar: &ProgressBar,
) -> Result<Features<F>, DataError> {
    let (mut values, mut items) = (Vec::new(), Vec::new());
    for batch in loader.batches(epoch)? {
        let batch = batch?;
        values.push(features_in_threads(body, batch.inputs, threads));
        items.extend(batch.items);
        bar.inc(1);
    }
    let targets = items.iter().map(|&item| loader.dataset().targets()[item].clone()).collect();
    Ok(Features { values: Tensor::cat(values, 0), items, targets })
}

/// Some rows as a batch on the training device.
fn take<F: FittedTarget>(
    features: &Features<F>,
    target: &F,
    rows: &[usize],
    device: &Device,
) -> (Tensor<2>, F::Tensor) {
    let numbers: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let plain = features.values.device();
    let numbers: Tensor<1, Int> = Tensor::from_data(TensorData::new(numbers, [rows.len()]), &plain);
    let targets: Vec<F::Target> = rows.iter().map(|&row| features.targets[row].clone()).collect();
    (Tensor::from_inner(features.values.clone().select(0, numbers)), target.collate(&targets, device))
}
