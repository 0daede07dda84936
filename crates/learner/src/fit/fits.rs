//! The fits that users call.

use burn::tensor::Tensor;
use firelight_datablock::{DataError, FittedTarget};

use super::epoch::Batch;
use super::evaluate::Evaluation;
use super::transaction::Source;
use crate::examples::Examples;
use crate::part::Part;
use crate::plan::Plan;
use crate::runs::Work;
use crate::state::{Seeing, State};
use crate::task::Task;
use crate::{FlatCos, Learner, LearnerError, OneCycle, Rates, Schedule, WarmRestarts};
use firelight_models::{Features, Model, Noise};

/// The most cycles of [`Learner::fit_sgdr`]: each is twice as long as the one before.
const MOST_CYCLES: u32 = 63;

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// Fine-tunes a pretrained model: one epoch with all but the head frozen, then `epochs` epochs of everything.
    ///
    /// The recipe is fastai's: the frozen epoch runs one cycle that rises almost to its end at `..rate`; then the rate is
    /// halved and the whole model runs one cycle at `rate/200..rate/2` with `div` 5 and `pct_start` 0.3.
    ///
    /// | argument | usual |
    /// |---|---|
    /// | `epochs` | 1 to 20 |
    /// | `rate` | 2e-3, the highest rate of the frozen epoch |
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fine_tune(&mut self, epochs: usize, rate: f64) -> Result<(), LearnerError> {
        self.fine_tune_from(1, epochs, rate)
    }

    /// [`fine_tune`](Self::fine_tune) with `frozen` epochs before the model thaws.
    ///
    /// # Errors
    ///
    /// As [`fine_tune`](Self::fine_tune).
    pub fn fine_tune_from(&mut self, frozen: usize, epochs: usize, rate: f64) -> Result<(), LearnerError> {
        let head = self.state.model.groups().len().saturating_sub(1);
        let rises = OneCycle { pct_start: 0.99, ..OneCycle::default() };
        self.fit_of(self.frozen_fork(head)?, frozen, (..rate).into(), rises.into())?;
        let (rate, falls) = (rate / 2.0, OneCycle { div: 5.0, pct_start: 0.3, ..OneCycle::default() });
        self.fit_of(self.frozen_fork(0)?, epochs, (rate / 100.0..rate).into(), falls.into())
    }

    /// Trains for `epochs` epochs at constant rates.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fit(&mut self, epochs: usize, rates: impl Into<Rates>) -> Result<(), LearnerError> {
        self.fit_along(epochs, rates, Schedule::constant())
    }

    /// Trains for `epochs` epochs along one cycle whose highest rates are `rates`.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fit_one_cycle(&mut self, epochs: usize, rates: impl Into<Rates>) -> Result<(), LearnerError> {
        self.fit_along(epochs, rates, OneCycle::default())
    }

    /// Trains for `epochs` epochs: three quarters of them at `rates`, then along a cosine to almost nothing.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fit_flat_cos(&mut self, epochs: usize, rates: impl Into<Rates>) -> Result<(), LearnerError> {
        self.fit_along(epochs, rates, FlatCos::default())
    }

    /// Trains for `cycles` cycles that each fall from `rates` to zero along a cosine: the first takes `length` epochs, each
    /// next one twice as many, `length · (2^cycles − 1)` in all.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fit_sgdr(&mut self, cycles: u32, length: usize, rates: impl Into<Rates>) -> Result<(), LearnerError> {
        if cycles > MOST_CYCLES {
            let value = format!("{cycles} cycles");
            let remedy = "the last would be longer than can be counted; take fewer";
            return Err(LearnerError::Setting { setting: "fit_sgdr", value, remedy });
        }
        let restarts = WarmRestarts::new(cycles, length);
        self.fit_along(restarts.epochs(), rates, restarts)
    }

    /// Trains for `epochs` epochs along any schedule whose highest rates are `rates`: the fit that all others are.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{LearnerError, OneCycle, Plateau, Schedule, resnet18, vision_learner};
    /// # fn train(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
    /// let mut learn = vision_learner(dls, resnet18().with_weights("resnet18.pth"))?;
    /// learn.fit_along(5, 1e-5..1e-3, OneCycle { pct_start: 0.5, ..OneCycle::default() })?;
    /// learn.fit_along(20, 1e-4, Schedule::constant().with_plateau(Plateau::new()))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fit_along(
        &mut self,
        epochs: usize,
        rates: impl Into<Rates>,
        schedule: impl Into<Schedule>,
    ) -> Result<(), LearnerError> {
        self.fit_of(self.state.fork(), epochs, rates.into(), schedule.into())
    }

    /// A fit on pictures that begins with a copy of the learner's state, in which what is frozen may differ.
    fn fit_of(&mut self, begun: State<M>, epochs: usize, rates: Rates, schedule: Schedule) -> Result<(), LearnerError> {
        self.task.data.check()?;
        let steps = self.task.data.train().num_batches();
        let plan = Plan::new(epochs, steps, rates, begun.model.groups().len(), schedule)?;
        self.task.check_batches(&begun.model)?;
        self.transact(begun, Work::Fit(plan.clone()), plan, |task, state| Ok(Pictures::of(task, state)))
    }
}

/// Training on pictures.
pub(crate) struct Pictures<M> {
    /// A frozen body alone: a copy without a graph, whose norms are folded into its convolutions.
    body: Option<M>,
}

impl<M: Model> Pictures<M> {
    pub fn of<F: FittedTarget>(task: &Task<F>, state: &State<M>) -> Self {
        let alone = task.options.devices.is_empty() && task.options.frozen_norms;
        Self { body: (alone && state.body_is_frozen()).then(|| state.model.for_inference()) }
    }
}

impl<F: FittedTarget, M: Model + Sync> Source<F, M, 4> for Pictures<M> {
    fn batches<'a>(
        &'a self,
        task: &'a Task<F>,
        _epoch: usize,
        epochs_done: usize,
        done: usize,
    ) -> Result<impl Iterator<Item = Batch<4, F>> + 'a, LearnerError> {
        Ok(task.training_batches(epochs_done, done)?)
    }

    fn forward(&self, task: &Task<F>, model: &M, pictures: Tensor<4>, noise: &mut Noise) -> Tensor<2> {
        match &self.body {
            Some(body) => {
                let features = Features::from_inner(body.features_in_chunks(pictures.inner()));
                model.classify_in_training(features, noise)
            }
            None => task.options.precision.forward(model, pictures, noise),
        }
    }

    fn evaluate(&self, task: &Task<F>, model: &M) -> Result<Option<Evaluation>, LearnerError> {
        let valid = task.data.validates().then(|| task.part(Part::Valid)).transpose()?;
        valid.map(|valid| task.evaluate(Seeing::of(model), &valid)).transpose()
    }
}

impl<F: FittedTarget> Task<F> {
    /// The batches of an epoch on the training device, mixed where that is wanted, without the first `done` ones.
    pub(crate) fn training_batches(
        &self,
        epoch: usize,
        done: usize,
    ) -> Result<impl Iterator<Item = Result<Examples<4, F>, DataError>> + use<F>, DataError> {
        let train = self.data.train().view().with_device(&self.training_device());
        let dataset = train.dataset().clone();
        let mixing = self.mixing();
        Ok(train.batches_from(epoch, done)?.map(move |batch| Ok(mixing.examples(batch?, &dataset, epoch))))
    }

    /// No batch of an epoch may be too small for the model's norms.
    pub(crate) fn check_batches<M: Model>(&self, model: &M) -> Result<(), LearnerError> {
        let train = self.data.train();
        let (items, size) = (train.num_items(), train.batch_size());
        let last = if train.drops_last() { 0 } else { items % size };
        check_batch(model, if last == 0 { size.min(items) } else { last })
    }
}

/// A training batch of so many examples may not be too small for the model's norms.
pub(super) fn check_batch<M: Model>(model: &M, examples: usize) -> Result<(), LearnerError> {
    if examples >= model.least_batch() || examples == 0 {
        return Ok(());
    }
    let value = format!("a training batch of {examples}");
    let remedy = "norms need two pictures at least to tell how they differ; change it, or leave out a smaller last batch \
                  (`with_drop_last(true)`)";
    Err(LearnerError::Setting { setting: "batch size", value, remedy })
}
