//! Trying rates out.

use firelight_datablock::{FittedTarget, progress};
use firelight_losses::Loss;
use indicatif::ProgressBar;

use super::RateCurve;
use crate::fit::{Place, Plan, Run};
use crate::models::Model;
use crate::{Curve, Event, Flow, History, Learner, LearnerError, Piece, Schedule};

/// How to look for a learning rate.
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | `from` | 1e-7 | the first rate |
/// | `to` | 10 | the rate that the search goes up to |
/// | `steps` | 100 | training steps, at least 6 |
/// | `stop_when_worse` | `true` | end once the smoothed loss is over four times its lowest value |
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, RateSearch};
/// # use firelight_losses::CrossEntropy;
/// # fn find(mut learn: Learner<Categories, CrossEntropy>) -> Result<(), LearnerError> {
/// let curve = learn.lr_find_with(&RateSearch { from: 1e-5, to: 1.0, steps: 50, ..RateSearch::default() })?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateSearch {
    /// The first rate, over 0.
    pub from: f64,
    /// The rate that the search goes up to, over `from`.
    pub to: f64,
    /// Training steps.
    pub steps: usize,
    /// Whether to end once the loss has come apart.
    pub stop_when_worse: bool,
}

impl Default for RateSearch {
    fn default() -> Self {
        Self { from: 1e-7, to: 10.0, steps: 100, stop_when_worse: true }
    }
}

impl RateSearch {
    /// The suggestions need a few losses.
    fn length(&self) -> usize {
        self.steps.max(6)
    }

    /// From `from` up to `to` in equal ratios.
    fn schedule(&self) -> Schedule {
        Schedule::new(Curve::of([(1.0, Piece::exponential(self.from / self.to, 1.0))]))
    }
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model + Sync> Learner<F, L, M> {
    /// Trains for up to 100 steps with rates that grow from 1e-7 towards 10, all groups alike, and tells what the loss did; then
    /// model (its norms' running statistics too), optimizer, history and observers are what they were, bit for bit.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{resnet18, vision_learner};
    /// # fn train(dls: DataLoaders<Categories>) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut learn = vision_learner(dls, resnet18().with_weights("resnet18.pth"))?;
    /// let curve = learn.lr_find()?;
    /// curve.plot().save("rates.png")?;
    /// learn.fine_tune(4, curve.valley().unwrap_or(2e-3))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn lr_find(&mut self) -> Result<RateCurve, LearnerError> {
        self.lr_find_with(&RateSearch::default())
    }

    /// [`lr_find`](Self::lr_find) in another range.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes, and [`LearnerError::Setting`] for a range that does not go up from a positive
    /// rate.
    pub fn lr_find_with(&mut self, search: &RateSearch) -> Result<RateCurve, LearnerError> {
        if !(search.from > 0.0 && search.from < search.to && search.to.is_finite()) {
            let value = format!("{:e} to {:e}", search.from, search.to);
            return Err(LearnerError::Setting { setting: "lr_find", value, remedy: "go up from a rate over 0" });
        }
        self.check_classes()?;
        self.check_precision()?;
        let (model, optimizer) = (self.model.valid(), self.optimizer.clone());
        let history = std::mem::take(&mut self.history);
        let observers = std::mem::take(&mut self.observers);
        let bar = progress::bar(search.length(), "rates");
        self.observers.push(Box::new(Watch { lowest: f64::INFINITY, stop: search.stop_when_worse, bar: bar.clone() }));
        let result = self.try_rates(search);
        bar.finish_and_clear();
        self.model = model.train();
        self.optimizer = optimizer;
        self.observers = observers;
        let History { steps, .. } = std::mem::replace(&mut self.history, history);
        match result {
            // Coming apart is what the search is for.
            Ok(()) | Err(LearnerError::Diverged { .. }) => {}
            Err(error) => return Err(error),
        }
        let rates = steps.iter().filter_map(|step| step.rates.last().copied()).collect();
        let losses = steps.iter().map(|step| step.smooth_loss).collect();
        Ok(RateCurve::of_search(rates, losses, search.length() / 10))
    }

    fn try_rates(&mut self, search: &RateSearch) -> Result<(), LearnerError> {
        let (steps, forward) = (search.length(), self.forward());
        let rates = vec![search.to; self.optimizer()?.groups()];
        let plan = Plan { fit: 0, epochs: 1, steps, rates, schedule: search.schedule() };
        let mut run = Run { plan, place: Place::default() };
        while run.place.step < steps && !run.place.stopped {
            let epoch = self.epochs_done + run.place.step / self.data.train().num_batches().max(1);
            let batches = self.training_batches(epoch, 0)?.take(steps - run.place.step);
            run.train(self, batches, &forward)?;
        }
        Ok(())
    }
}

/// Stops once the smoothed loss is over four times its lowest value, if asked to.
struct Watch {
    lowest: f64,
    stop: bool,
    bar: ProgressBar,
}

impl crate::Observer for Watch {
    fn observe(&mut self, event: &Event) -> Flow {
        let Event::Step(step) = event else { return Flow::Continue };
        self.bar.inc(1);
        self.lowest = self.lowest.min(step.smooth_loss);
        if self.stop && step.smooth_loss > 4.0 * self.lowest { Flow::Stop } else { Flow::Continue }
    }
}
