//! How to look for a learning rate.

use serde::{Deserialize, Serialize};

use crate::{Curve, LearnerError, Piece, Schedule};

/// The fewest steps that the suggestions, which leave out the last five, say anything about.
const LEAST: usize = 7;

/// How to look for a learning rate.
///
/// | option | default, fastai's too | meaning |
/// |---|---|---|
/// | `from` | 1e-7 | the first rate |
/// | `to` | 10 | the rate that the search goes up to |
/// | `steps` | 100 | training steps, at least 7 |
/// | `stop_when_worse` | `true` | end once the smoothed loss is over four times its lowest value |
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, RateSearch};
/// # fn find(mut learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let curve = learn.lr_find_with(&RateSearch { from: 1e-5, to: 1.0, steps: 50, ..RateSearch::default() })?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
    pub(crate) fn check(&self) -> Result<(), LearnerError> {
        let refused = |value, remedy| Err(LearnerError::Setting { setting: "lr_find", value, remedy });
        if !(self.from > 0.0 && self.from < self.to && self.to.is_finite()) {
            return refused(format!("{:e} to {:e}", self.from, self.to), "go up from a rate over 0");
        }
        if self.steps < LEAST {
            return refused(format!("{} steps", self.steps), "try 7 rates at least");
        }
        Ok(())
    }

    /// From `from` up to `to` in equal ratios.
    pub(crate) fn schedule(&self) -> Schedule {
        Schedule::new(Curve::of([(1.0, Piece::exponential(self.from / self.to, 1.0))]))
    }
}
