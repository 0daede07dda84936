//! Training the head on features that are computed once.

use std::collections::BTreeMap;
use std::time::Instant;

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_datablock::{DataError, DataLoader, FittedTarget, progress};
use firelight_losses::Loss;
use firelight_transforms::Chance;
use indicatif::ProgressBar;

use super::evaluate::{Evaluation, Tally};
use super::examples::Examples;
use super::run::Run;
use crate::models::Model;
use crate::{Learner, LearnerError, OneCycle, Rates, Schedule};

/// What the frozen part of a model makes of the pictures, computed once by [`Learner::head_features`].
///
/// Cheap to keep and to share: learners of the same data and the same body (with other losses, other heads, other rates) train
/// on it by [`Learner::fit_head_on`], so that what differs between them is what was meant to.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # use firelight_losses::CrossEntropy;
/// # fn train(mut learn: Learner<Categories, CrossEntropy>) -> Result<(), LearnerError> {
/// let features = learn.head_features(1)?; // plain, and one draw of the augmentation
/// learn.fit_head_on(&features, 20, 5e-3)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct HeadFeatures<F: FittedTarget> {
    /// The training part, once for each view: first as validation sees it, then augmented.
    views: Vec<Features<F>>,
    valid: Features<F>,
    fitted: F,
}

/// What a frozen body makes of a part of the data.
#[derive(Debug, Clone)]
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
        let features = self.head_features(draws.min(epochs.saturating_sub(1)))?;
        self.fit_head_on(&features, epochs, rate)
    }

    /// The features that [`fit_head`](Self::fit_head) trains on, to be used more than once: of the training part as
    /// validation sees it, of `draws` draws of its augmentation, and of the validation part.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{LearnerError, efficientnet_lite0, vision_learner};
    /// # use firelight_losses::CrossEntropy;
    /// # fn compare(dls: DataLoaders<Categories>) -> Result<(), Box<dyn std::error::Error>> {
    /// let body = efficientnet_lite0().with_weights("efficientnet-lite0.pth");
    /// let features = vision_learner(dls.clone(), body.clone())?.head_features(1)?;
    /// for smoothing in [0.0, 0.1, 0.2] {
    ///     let loss = CrossEntropy::new().with_label_smoothing(smoothing)?;
    ///     let mut learn = vision_learner(dls.clone(), body.clone())?.with_loss(loss);
    ///     learn.fit_head_on(&features, 20, 5e-3)?; // seconds: no picture is read again
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data.
    pub fn head_features(&self, draws: usize) -> Result<HeadFeatures<F>, LearnerError> {
        let plain = self.data.device().clone().inner();
        let body = self.model.for_inference();
        let train = self.data.train().view().without_sampling().with_shuffle(false).with_drop_last(false);
        let train = train.with_device(&plain);
        let valid = self.data.valid().view().with_device(&plain);
        let bar = progress::bar((draws + 1) * train.num_batches() + valid.num_batches(), "features");
        let mut views = Vec::with_capacity(draws + 1);
        for view in 0..=draws {
            views.push(features(&body, &train.view().with_augment(view > 0), view, &bar)?);
        }
        let valid = features(&body, &valid, 0, &bar)?;
        Ok(HeadFeatures { views, valid, fitted: self.data.train().dataset().fitted().clone() })
    }

    /// [`fit_head`](Self::fit_head) on features that are there already.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of classes (the features' too) and divergence.
    ///
    /// # Panics
    ///
    /// If the features are of another width than this model's.
    pub fn fit_head_on(&mut self, features: &HeadFeatures<F>, epochs: usize, rate: f64) -> Result<(), LearnerError> {
        self.fit_head_along(features, epochs, rate, OneCycle::default())
    }

    /// [`fit_head_on`](Self::fit_head_on) along any schedule.
    ///
    /// # Errors
    ///
    /// As [`fit_head_on`](Self::fit_head_on).
    ///
    /// # Panics
    ///
    /// As [`fit_head_on`](Self::fit_head_on).
    pub fn fit_head_along(
        &mut self,
        features: &HeadFeatures<F>,
        epochs: usize,
        rate: f64,
        schedule: impl Into<Schedule>,
    ) -> Result<(), LearnerError> {
        self.check_classes_of("the feature set", features.fitted.vocab())?;
        if let Some(mix) = self.options.mix {
            let value = format!("{mix:?} with features instead of pictures");
            return Err(LearnerError::Setting { setting: "mix", value, remedy: "leave it out, or freeze and fit" });
        }
        self.freeze()?;
        let device = self.data.device().clone().inner().autodiff();
        let rows = features.views[0].items.len();
        let an_epoch = if self.data.train().is_sampled() { self.data.train().num_items() } else { rows };
        let batch = self.data.train().batch_size().min(an_epoch).max(1);
        let mut run = Run::start(self, epochs, an_epoch / batch, Rates::Same(rate), schedule.into())?;
        while run.goes_on() {
            let start = Instant::now();
            let view = &features.views[run.place.epoch % features.views.len()];
            let order = self.order(&view.items);
            let batches = order.chunks_exact(batch).skip(run.place.step);
            let batches = batches.map(|rows| Ok(take(view, &features.fitted, rows, &device)));
            run.train(self, batches, M::classify)?;
            let evaluation = self.evaluate_head_on(features)?;
            run.finish_epoch(self, start.elapsed().as_secs_f64(), &evaluation)?;
        }
        Run::end(self);
        Ok(())
    }

    /// [`evaluate`](Self::evaluate) on features that are there already: what another decision or another metric says, at no
    /// cost.
    ///
    /// # Errors
    ///
    /// [`LearnerError::OtherClasses`].
    ///
    /// # Panics
    ///
    /// As [`fit_head_on`](Self::fit_head_on).
    pub fn evaluate_head_on(&mut self, features: &HeadFeatures<F>) -> Result<Evaluation, LearnerError> {
        self.check_classes()?;
        self.check_classes_of("the feature set", features.fitted.vocab())?;
        let (model, valid) = (self.model.valid(), &features.valid);
        let mut tally = Tally::new(&self.loss, &self.decision, &mut self.metrics);
        let tensor = features.fitted.collate(&valid.targets, &valid.values.device());
        tally.add(&valid.items, model.classify(valid.values.clone()), tensor, &valid.targets);
        Ok(tally.finish().0)
    }

    /// This epoch's order of the feature rows of `items`.
    fn order(&self, items: &[usize]) -> Vec<usize> {
        let train = self.data.train();
        if train.is_sampled() {
            let row: BTreeMap<usize, usize> = items.iter().enumerate().map(|(row, &item)| (item, row)).collect();
            // A picture that was left out because it is broken has no row; the next one that has stands in for it.
            let next = |&item: &usize| row.range(item..).next().map_or(0, |(_, &row)| row);
            return train.order(self.epochs_done).iter().map(next).collect();
        }
        let mut order: Vec<usize> = (0..items.len()).collect();
        Chance::new(self.options.seed, self.epochs_done as u64, u64::MAX).shuffle(&mut order);
        order
    }
}

/// One pass of the body over a part of the data.
fn features<F: FittedTarget, M: Model + Sync>(
    body: &M,
    loader: &DataLoader<F>,
    epoch: usize,
    bar: &ProgressBar,
) -> Result<Features<F>, DataError> {
    let (mut values, mut items) = (Vec::new(), Vec::new());
    for batch in loader.batches(epoch)? {
        let batch = batch?;
        values.push(body.features_in_chunks(batch.inputs));
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
) -> Examples<2, F::Tensor> {
    let numbers: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let plain = features.values.device();
    let numbers: Tensor<1, Int> = Tensor::from_data(TensorData::new(numbers, [rows.len()]), &plain);
    let targets: Vec<F::Target> = rows.iter().map(|&row| features.targets[row].clone()).collect();
    let items = rows.iter().map(|&row| features.items[row]).collect();
    let inputs = Tensor::from_inner(features.values.clone().select(0, numbers));
    Examples { inputs, targets: target.collate(&targets, device), items, mixed: None }
}
