//! What a learner remembers of its training.

use serde::{Deserialize, Serialize};

/// One training step.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::Learner;
/// # fn look(learn: Learner<Categories>) {
/// let losses: Vec<f64> = learn.history().steps.iter().map(|step| step.smooth_loss).collect();
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// Loss of the batch.
    pub loss: f64,
    /// Running mean of the losses (exponential, 0.98 kept a step, unbiased), which starts anew at every fit.
    pub smooth_loss: f64,
    /// Learning rate of each parameter group.
    pub rates: Vec<f64>,
    /// Momentum.
    pub momentum: f64,
}

/// One epoch.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::Learner;
/// # fn look(learn: Learner<Categories>) {
/// for row in &learn.history().epochs {
///     println!("{}: {:.3?}, {:.1} s", row.epoch, row.valid_loss, row.seconds);
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRow {
    /// Number of the epoch within its fit, from 0.
    pub epoch: usize,
    /// Training steps done by its end, counted over all fits.
    pub steps: usize,
    /// Smoothed training loss at its end.
    pub train_loss: f64,
    /// Mean loss over the validation part; `None` without one, and where nothing of it counts, as of points of which none is known.
    pub valid_loss: Option<f64>,
    /// The metrics over the validation part, in the order of [`History::metrics`]; `None` where one is not defined.
    pub metrics: Vec<Option<f64>>,
    /// Wall time, training and validation.
    pub seconds: f64,
}

/// Every step and every epoch of all fits of a learner.
///
/// ```
/// use firelight_learner::{EpochRow, History};
///
/// let row = EpochRow { epoch: 0, steps: 9, train_loss: 1.2, valid_loss: Some(1.0), metrics: vec![Some(0.8)], seconds: 3.0 };
/// let history = History { metrics: vec!["accuracy".into()], steps: vec![], epochs: vec![row] };
/// assert_eq!(history.last("accuracy"), Some(0.8));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Names of the metrics.
    pub metrics: Vec<String>,
    /// Steps in order.
    pub steps: Vec<StepRow>,
    /// Epochs in order.
    pub epochs: Vec<EpochRow>,
}

impl History {
    /// The last value of the metric called `name`.
    pub fn last(&self, name: &str) -> Option<f64> {
        let column = self.metrics.iter().position(|metric| metric == name)?;
        *self.epochs.last()?.metrics.get(column)?
    }
}

/// A running mean that forgets: each step keeps `0.98` of the old value, and dividing by `1 − 0.98ⁿ` takes away the bias
/// towards its start at zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SmoothLoss {
    sum: f64,
    steps: i32,
}

impl SmoothLoss {
    const KEPT: f64 = 0.98;

    /// The mean with one more loss; one that is no finite number, of a step in half precision that was left out, is passed over.
    pub fn add(&mut self, loss: f64) -> f64 {
        if !loss.is_finite() {
            return self.value();
        }
        self.sum = Self::KEPT * self.sum + (1.0 - Self::KEPT) * loss;
        self.steps = self.steps.saturating_add(1);
        self.value()
    }

    /// 0 before the first loss.
    pub fn value(self) -> f64 {
        if self.steps == 0 { 0.0 } else { self.sum / (1.0 - Self::KEPT.powi(self.steps)) }
    }
}

#[cfg(test)]
mod tests {
    use super::SmoothLoss;

    #[test]
    fn smooth_loss_has_the_values_of_fastais_recorder() {
        let mut smooth = SmoothLoss::default();
        let values: Vec<f64> = [1.0, 2.0, 3.0, 1.0].into_iter().map(|loss| smooth.add(loss)).collect();
        for (value, expected) in values.iter().zip([1.0, 1.505_050_51, 2.013_467_56, 1.752_371_71]) {
            assert!((value - expected).abs() < 1e-7, "{value} is not {expected}");
        }
    }
}
