//! The schedules that have names.

use super::{Curve, Piece, Schedule};

/// The one-cycle curve: the rate rises from `max / div` to `max` and falls to `max / div_final`, both along half a cosine,
/// while the momentum does the opposite.
///
/// Source: L. Smith, *Super-Convergence* (2017), with fastai's cosine form and defaults.
///
/// | parameter | default | meaning |
/// |---|---|---|
/// | `div` | 25 | start rate is the highest one divided by this |
/// | `div_final` | 1e5 | so is the last one by this |
/// | `pct_start` | 0.25 | share of the steps that rise |
/// | `momenta` | 0.95, 0.85, 0.95 | at the start, at the highest rate, at the end |
///
/// ```
/// use firelight_learner::{OneCycle, Schedule};
///
/// let schedule = Schedule::from(OneCycle { pct_start: 0.3, ..OneCycle::default() });
/// assert!((schedule.rate(1e-3, 0.3) - 1e-3).abs() < 1e-12); // the highest
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    /// Divides the highest rate to give the first.
    pub div: f64,
    /// Divides the highest rate to give the last.
    pub div_final: f64,
    /// Share of the steps that rise, between 0 and 1.
    pub pct_start: f64,
    /// Momentum at the start, at the highest rate and at the end.
    pub momenta: [f64; 3],
}

impl Default for OneCycle {
    fn default() -> Self {
        Self { div: 25.0, div_final: 1e5, pct_start: 0.25, momenta: [0.95, 0.85, 0.95] }
    }
}

impl From<OneCycle> for Schedule {
    fn from(cycle: OneCycle) -> Self {
        let along = |start, middle, end| {
            Curve::of([
                (cycle.pct_start, Piece::cosine(start, middle)),
                (1.0 - cycle.pct_start, Piece::cosine(middle, end)),
            ])
        };
        let [start, middle, end] = cycle.momenta;
        Self::new(along(1.0 / cycle.div, 1.0, 1.0 / cycle.div_final)).with_momentum(along(start, middle, end))
    }
}

/// The highest rate for a while, and then half a cosine down to `max / div_final`: fastai's `fit_flat_cos`, for optimizers that
/// need no warm-up, such as [`ranger`](crate::optim::ranger).
///
/// | parameter | default | meaning |
/// |---|---|---|
/// | `div_final` | 1e5 | the last rate is the highest one divided by this |
/// | `pct_start` | 0.75 | share of the steps with the highest rate |
///
/// ```
/// use firelight_learner::{FlatCos, Schedule};
///
/// assert_eq!(Schedule::from(FlatCos::default()).rate(1e-3, 0.5), 1e-3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlatCos {
    /// Divides the highest rate to give the last.
    pub div_final: f64,
    /// Share of the steps with the highest rate, between 0 and 1.
    pub pct_start: f64,
}

impl Default for FlatCos {
    fn default() -> Self {
        Self { div_final: 1e5, pct_start: 0.75 }
    }
}

impl From<FlatCos> for Schedule {
    fn from(FlatCos { div_final, pct_start }: FlatCos) -> Self {
        let fall = Piece::cosine(1.0, 1.0 / div_final);
        Self::new(Curve::of([(pct_start, Piece::flat(1.0)), (1.0 - pct_start, fall)]))
    }
}

/// Cycles that each fall from the highest rate to zero along half a cosine, every one `multiple` times as long as the one before.
///
/// Source: Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts* (2017).
///
/// | parameter | default, fastai's too | meaning |
/// |---|---|---|
/// | `cycles` | – | how many |
/// | `length` | – | epochs of the first |
/// | `multiple` | 2 | how many times as long each next one is |
///
/// ```
/// use firelight_learner::WarmRestarts;
///
/// assert_eq!(WarmRestarts::new(3, 1).epochs(), 1 + 2 + 4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmRestarts {
    /// How many cycles.
    pub cycles: u32,
    /// Epochs of the first.
    pub length: usize,
    /// How many times as long each next one is.
    pub multiple: usize,
}

impl WarmRestarts {
    /// `cycles` cycles, the first of `length` epochs, each twice as long as the one before.
    pub fn new(cycles: u32, length: usize) -> Self {
        Self { cycles, length, multiple: 2 }
    }

    /// Epochs of all cycles together; `usize::MAX` where they are more than can be counted, which a fit refuses.
    pub fn epochs(self) -> usize {
        self.lengths().fold(0, usize::saturating_add)
    }

    fn lengths(self) -> impl Iterator<Item = usize> {
        (0..self.cycles).map(move |cycle| self.length.saturating_mul(self.multiple.saturating_pow(cycle)))
    }
}

impl From<WarmRestarts> for Schedule {
    fn from(restarts: WarmRestarts) -> Self {
        Self::new(Curve::of(restarts.lengths().map(|length| (length as f64, Piece::cosine(1.0, 0.0)))))
    }
}
