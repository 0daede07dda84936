//! The fits that users call.

use std::time::Instant;

use burn::tensor::Tensor;
use firelight_datablock::{DataError, FittedTarget};
use firelight_losses::Loss;

use super::examples::{Examples, Mixer};
use super::run::Run;
use crate::models::Model;
use crate::{FlatCos, Learner, LearnerError, OneCycle, Rates, Schedule, WarmRestarts};

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model + Sync> Learner<F, L, M> {
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
        self.freeze()?;
        self.fit_along(frozen, ..rate, OneCycle { pct_start: 0.99, ..OneCycle::default() })?;
        self.unfreeze()?;
        let rate = rate / 2.0;
        self.fit_along(epochs, rate / 100.0..rate, OneCycle { div: 5.0, pct_start: 0.3, ..OneCycle::default() })
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
        let steps = self.data.train().num_batches();
        let mut run = Run::start(self, epochs, steps, rates.into(), schedule.into())?;
        let forward = self.forward();
        while run.goes_on() {
            let start = Instant::now();
            let batches = self.training_batches(self.epochs_done, run.place.step)?;
            run.train(self, batches, &forward)?;
            let evaluation = self.evaluate()?;
            run.finish_epoch(self, start.elapsed().as_secs_f64(), &evaluation)?;
        }
        Run::end(self);
        Ok(())
    }

    /// A training step from pictures to scores. The features of a frozen body are those of a copy without a graph, whose norms are
    /// folded into its convolutions.
    pub(crate) fn forward(&self) -> impl Fn(&M, Tensor<4>) -> Tensor<2> + Sync + use<F, L, M> {
        let precision = self.options.precision;
        let alone = self.options.devices.is_empty();
        let body = (alone && self.body_is_frozen).then(|| self.model.for_inference());
        move |model, pictures| match &body {
            Some(body) => model.classify(Tensor::from_inner(body.features_in_chunks(pictures.inner()))),
            None => precision.forward(model, pictures),
        }
    }

    /// The batches of an epoch on the training device, mixed where that is wanted, without the first `done` ones.
    pub(crate) fn training_batches(
        &self,
        epoch: usize,
        done: usize,
    ) -> Result<impl Iterator<Item = Result<Examples<4, F::Tensor>, DataError>> + use<F, L, M>, DataError> {
        let train = self.data.train().view().with_device(&self.data.device().clone().inner().autodiff());
        let dataset = train.dataset().clone();
        let mixer = Mixer { mix: self.options.mix, dataset, seed: self.options.seed, epoch: epoch as u64 };
        let batches = train.batches_from(epoch, done)?.enumerate();
        Ok(batches.map(move |(number, batch)| Ok(mixer.examples(batch?, done + number))))
    }
}
