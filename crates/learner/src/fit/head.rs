//! Training the head on features that are computed once.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use firelight_datablock::{Categories, DataError, FittedTarget, Item};
use firelight_losses::ClassVectors;
use firelight_transforms::Chance;

use super::epoch::Batch;
use super::evaluate::{Evaluation, Tally};
use super::features::{Features, HeadFeatures, Values};
use super::fits::check_batch;
use super::transaction::Source;
use crate::error::guarded;
use crate::plan::Plan;
use crate::readings::host;
use crate::runs::{Entered, Outcome, Work};
use crate::sample::BodyMark;
use crate::state::Seeing;
use crate::task::Task;
use crate::{Learner, LearnerError, OneCycle, Rates, Schedule};
use firelight_models::{Model, Noise};

/// Rows that go through the head together where it is judged.
const ROWS: usize = 4096;

impl<F: FittedTarget, M: Model<Features = Tensor<2>> + Sync> Learner<F, M> {
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
    /// A run that goes on from a checkpoint and had them already computes them again only where a fit needs them.
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
    pub fn head_features(&mut self, draws: usize) -> Result<HeadFeatures<F>, LearnerError> {
        let Self { task, state, runs, .. } = self;
        let mut features = HeadFeatures::of(task, BodyMark::of(&state.model)?, draws);
        let entered = match runs {
            Some(runs) => runs.enter(Work::Features { draws }, task, state)?,
            None => Entered::New,
        };
        if let Entered::Known(Outcome::Features { body, rows }) = entered {
            features.expect(body, rows);
            return Ok(features);
        }
        let computed = features.compute(task, &state.model);
        if let Some(runs) = runs {
            match &computed {
                Ok(()) => runs.finish(features.outcome()),
                Err(error) => runs.abandon(error),
            }
        }
        computed.map(|()| features)
    }

    /// [`fit_head`](Self::fit_head) on features that are there already.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of classes (the features' too) and divergence, and [`LearnerError::Features`] if they are of other data
    /// or of another body than this model's.
    pub fn fit_head_on(&mut self, features: &HeadFeatures<F>, epochs: usize, rate: f64) -> Result<(), LearnerError> {
        self.fit_head_along(features, epochs, rate, OneCycle::default())
    }

    /// [`fit_head_on`](Self::fit_head_on) along any schedule.
    ///
    /// # Errors
    ///
    /// As [`fit_head_on`](Self::fit_head_on).
    pub fn fit_head_along(
        &mut self,
        features: &HeadFeatures<F>,
        epochs: usize,
        rate: f64,
        schedule: impl Into<Schedule>,
    ) -> Result<(), LearnerError> {
        if let Some(mix) = self.task.options.mix {
            let value = format!("{mix:?} with features instead of pictures");
            return Err(LearnerError::Setting { setting: "mix", value, remedy: "leave it out, or freeze and fit" });
        }
        let Self { task, state, .. } = &*self;
        let rows = if task.data.train().is_sampled() { task.data.train().num_items() } else { features.rows() };
        let batch = task.data.train().batch_size().min(rows).max(1);
        let groups = state.model.groups().len();
        let plan = Plan::new(epochs, rows / batch, Rates::Same(rate), groups, schedule.into())?;
        check_batch(&state.model, batch)?;
        let begun = self.frozen_fork(groups.saturating_sub(1))?;
        let work = Work::HeadFit { plan: plan.clone(), body: features.body.clone(), draws: features.draws };
        self.transact(begun, work, plan, |task, state| {
            Ok(OnFeatures {
                fitted: task.data.train().dataset().fitted(),
                values: features.values(task, &state.model)?,
                batch,
            })
        })
    }

    /// [`evaluate`](Self::evaluate) on features that are there already: what another decision or another metric says, at no
    /// cost.
    ///
    /// # Errors
    ///
    /// As [`fit_head_on`](Self::fit_head_on), but for divergence.
    pub fn evaluate_head_on(&self, features: &HeadFeatures<F>) -> Result<Evaluation, LearnerError> {
        let Self { task, state, .. } = self;
        task.check_classes()?;
        let valid = features.values(task, &state.model)?.valid.as_ref();
        task.check_trust(state.trusted.trust())?;
        Ok(valid.ok_or(DataError::NoItems { part: "validation" })?.evaluate(task, state.seeing())?.warned())
    }
}

impl<I: Item + ?Sized, M: Model<Features = Tensor<2>> + Sync> Learner<Categories<I>, M> {
    /// The mean features of each class over the training part, un-augmented: what a tree of classes can be learned from where there is none.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{LearnerError, efficientnet_lite0, vision_learner};
    /// # use firelight_losses::{ClassHead, ClassTree, ClassVectors, Distance};
    /// # fn train(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
    /// let body = efficientnet_lite0().with_weights("efficientnet-lite0.pth");
    /// let mut plain = vision_learner(dls.clone(), body.clone())?;
    /// let features = plain.head_features(1)?;
    /// let looks = plain.class_vectors(&features)?.taxonomy(Distance::Cosine)?;
    /// let head = ClassHead::frame(&ClassTree::new(&looks, dls.vocab())?)?;
    /// let mut learn = vision_learner(dls, body.with_head(head))?;
    /// learn.fit_head_on(&features, 20, 5e-3)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`evaluate_head_on`](Self::evaluate_head_on), and [`CostError::NoExamples`](firelight_losses::CostError::NoExamples) for a class of which
    /// there is no training item.
    pub fn class_vectors(&self, features: &HeadFeatures<Categories<I>>) -> Result<ClassVectors, LearnerError> {
        let Self { task, state, .. } = self;
        // The first view is as validation sees pictures.
        let values = features.values(task, &state.model)?;
        let plain = values.views.first().ok_or(DataError::NoItems { part: "training" })?;
        let [_, columns] = plain.values.dims();
        let numbers = host(plain.values.clone());
        let rows: Vec<&[f32]> = numbers.chunks(columns.max(1)).collect();
        Ok(ClassVectors::means(task.data.vocab(), &rows, &plain.targets)?)
    }
}

/// Training on features.
struct OnFeatures<'a, F: FittedTarget> {
    fitted: &'a F,
    values: &'a Values<F>,
    batch: usize,
}

impl<F: FittedTarget, M: Model<Features = Tensor<2>> + Sync> Source<F, M, 2> for OnFeatures<'_, F> {
    fn batches<'a>(
        &'a self,
        task: &'a Task<F>,
        epoch: usize,
        epochs_done: usize,
        done: usize,
    ) -> Result<impl Iterator<Item = Batch<2, F>> + 'a, LearnerError> {
        let view = &self.values.views[epoch % self.values.views.len()];
        let (order, device) = (order(task, &view.items, epochs_done), task.training_device());
        let batches: Vec<Vec<usize>> = order.chunks_exact(self.batch).map(<[usize]>::to_vec).collect();
        let batches = batches.into_iter().enumerate().skip(done);
        Ok(batches.map(move |(number, rows)| Ok(view.take(self.fitted, &rows, number, &device))))
    }

    fn forward(&self, _task: &Task<F>, model: &M, features: Tensor<2>, noise: &mut Noise) -> Tensor<2> {
        model.classify_in_training(features, noise)
    }

    fn evaluate(&self, task: &Task<F>, model: &M) -> Result<Option<Evaluation>, LearnerError> {
        self.values.valid.as_ref().map(|valid| valid.evaluate(task, Seeing::of(model))).transpose()
    }
}

impl<F: FittedTarget> Features<F> {
    /// Loss and metrics of a model's head over these features.
    fn evaluate<M: Model<Features = Tensor<2>>>(
        &self,
        task: &Task<F>,
        seeing: Seeing<M>,
    ) -> Result<Evaluation, LearnerError> {
        let (model, fitted) = (seeing.model.valid(), task.data.train().dataset().fitted());
        let [rows, _] = self.values.dims();
        let judge = || {
            let mut tally = Tally::new(task, seeing.trust, true);
            for start in (0..rows).step_by(ROWS) {
                let here = start..(start + ROWS).min(rows);
                let targets = &self.targets[here.clone()];
                let tensor = fitted.collate(targets, &self.values.device());
                let features = self.values.clone().narrow(0, start, here.len());
                tally.add(model.classify(features), tensor, targets);
            }
            tally.finish()
        };
        guarded(|| "an evaluation on features".into(), judge)
    }
}

/// An epoch's order of the feature rows of `items`.
fn order<F: FittedTarget>(task: &Task<F>, items: &[usize], epochs_done: usize) -> Vec<usize> {
    let train = task.data.train();
    if train.is_sampled() {
        let row: BTreeMap<usize, usize> = items.iter().enumerate().map(|(row, &item)| (item, row)).collect();
        // A picture that was left out because it is broken has no row; the next one that has stands in for it.
        let next = |&item: &usize| row.range(item..).next().map_or(0, |(_, &row)| row);
        return train.order(epochs_done).iter().map(next).collect();
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    Chance::new(task.options.seed, epochs_done as u64, u64::MAX).shuffle(&mut order);
    order
}
