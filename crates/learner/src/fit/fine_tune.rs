//! The fits that users call.

use std::time::Instant;

use firelight_datablock::FittedTarget;
use firelight_losses::Loss;

use super::epoch::Run;
use crate::models::Model;
use crate::{Event, Flow, Learner, LearnerError, OneCycle, Rates};

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
        self.fit_one_cycle_with(frozen, ..rate, OneCycle { pct_start: 0.99, ..OneCycle::default() })?;
        self.unfreeze()?;
        let rate = rate / 2.0;
        self.fit_one_cycle_with(
            epochs,
            rate / 100.0..rate,
            OneCycle { div: 5.0, pct_start: 0.3, ..OneCycle::default() },
        )
    }

    /// Trains for `epochs` epochs along one cycle whose highest rates are `rates`.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, classes and divergence.
    pub fn fit_one_cycle(&mut self, epochs: usize, rates: impl Into<Rates>) -> Result<(), LearnerError> {
        self.fit_one_cycle_with(epochs, rates, OneCycle::default())
    }

    /// [`fit_one_cycle`](Self::fit_one_cycle) along another curve.
    ///
    /// # Errors
    ///
    /// As [`fit_one_cycle`](Self::fit_one_cycle).
    pub fn fit_one_cycle_with(
        &mut self,
        epochs: usize,
        rates: impl Into<Rates>,
        cycle: OneCycle,
    ) -> Result<(), LearnerError> {
        let train = self.data.train().clone().with_device(&self.data.device().clone().inner().autodiff());
        let mut run = Run::start(self, epochs, train.num_batches(), rates.into(), cycle)?;
        for epoch in 0..epochs {
            let start = Instant::now();
            let batches = train.batches(self.epochs_done)?;
            let batches = batches.map(|batch| batch.map(|batch| (batch.inputs, batch.targets)));
            let flow = run.train(self, batches, M::forward)?;
            let evaluation = self.evaluate()?;
            if run.finish(self, epoch, start, &evaluation) == Flow::Stop || flow == Flow::Stop {
                break;
            }
        }
        Self::tell(&mut self.observers, Event::End);
        Ok(())
    }
}
