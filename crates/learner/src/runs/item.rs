//! What a run is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::sample::BodyMark;
use crate::{History, LearnerError, RateSearch};

/// Something that a program asks of its learner and that takes a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// On pictures.
    Fit(Plan),
    /// Of the head, on features of this body: of the training part as it is and of so many draws.
    HeadFit {
        plan: Plan,
        body: BodyMark,
        draws: usize,
    },
    Search(RateSearch),
    /// Features of the training part as it is and of so many draws, and of the validation part.
    Features {
        draws: usize,
    },
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fit(plan) => plan.fmt(f),
            Self::HeadFit { plan, body, draws } => {
                write!(f, "{plan} on the features of body {} with {draws} draws", body.0)
            }
            Self::Search(RateSearch { from, to, steps, .. }) => {
                write!(f, "a search from {from} to {to} in {steps} steps")
            }
            Self::Features { draws } => write!(f, "features with {draws} draws"),
        }
    }
}

/// A piece of work under the conditions that it was asked for, what had happened before it, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    pub work: Work,
    /// Its number among those of the record.
    pub conditions: usize,
    /// Rows of the history before it.
    pub before: Rows,
    pub outcome: Outcome,
}

/// How many rows of a history there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rows {
    pub steps: usize,
    pub epochs: usize,
}

impl Rows {
    pub fn of(history: &History) -> Self {
        Self { steps: history.steps.len(), epochs: history.epochs.len() }
    }
}

/// What came of a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// Under way: of a record's items the last one alone.
    Open,
    Done,
    /// It ended in an error that it would end in again, and changed nothing.
    Diverged {
        what: String,
        step: usize,
        value: f64,
    },
    /// What a search saw.
    Curve {
        rates: Vec<f64>,
        losses: Vec<f64>,
    },
    /// Which body the features are of, and how many training items have some.
    Features {
        body: BodyMark,
        rows: usize,
    },
}

impl Outcome {
    /// Of work that failed; `None` where it might not fail the next time.
    pub fn of_error(error: &LearnerError) -> Option<Self> {
        match error {
            LearnerError::Diverged { what, step, value } => {
                Some(Self::Diverged { what: what.to_string(), step: *step, value: *value })
            }
            _ => None,
        }
    }
}
