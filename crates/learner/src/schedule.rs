//! Learning rates: one for each parameter group, along the one-cycle curve.

use std::f64::consts::PI;
use std::ops::{Range, RangeTo};

/// Learning rates of the parameter groups, from the one nearest the input to the head.
///
/// | written as | fastai's | three groups get |
/// |---|---|---|
/// | `1e-3` | `1e-3` | `1e-3, 1e-3, 1e-3` |
/// | `..1e-3` | `slice(1e-3)` | `1e-4, 1e-4, 1e-3` |
/// | `1e-5..1e-3` | `slice(1e-5, 1e-3)` | `1e-5, 1e-4, 1e-3` (equal ratios) |
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rates {
    /// The same for every group.
    Same(f64),
    /// This for the head, a tenth for all others.
    Head(f64),
    /// From the first group to the head in equal ratios.
    Spread(f64, f64),
}

impl Rates {
    /// The rate of each of `groups` groups.
    pub fn spread(self, groups: usize) -> Vec<f64> {
        let last = groups.saturating_sub(1);
        let rate = |group: usize| match self {
            Self::Same(rate) => rate,
            Self::Head(rate) if group == last => rate,
            Self::Head(rate) => rate / 10.0,
            Self::Spread(_, high) if group == last => high,
            Self::Spread(low, high) => low * (high / low).powf(group as f64 / last as f64),
        };
        (0..groups).map(rate).collect()
    }

    /// Whether every rate is a positive, finite number.
    pub(crate) fn is_valid(self) -> bool {
        let positive = |rate: f64| rate > 0.0 && rate.is_finite();
        match self {
            Self::Same(rate) | Self::Head(rate) => positive(rate),
            Self::Spread(low, high) => positive(low) && positive(high),
        }
    }
}

impl From<f64> for Rates {
    fn from(rate: f64) -> Self {
        Self::Same(rate)
    }
}

impl From<RangeTo<f64>> for Rates {
    fn from(rates: RangeTo<f64>) -> Self {
        Self::Head(rates.end)
    }
}

impl From<Range<f64>> for Rates {
    fn from(rates: Range<f64>) -> Self {
        Self::Spread(rates.start, rates.end)
    }
}

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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    /// Divides the highest rate to give the first.
    pub div: f64,
    /// Divides the highest rate to give the last.
    pub div_final: f64,
    /// Share of the steps that rise, between 0 and 1.
    pub pct_start: f64,
    /// Momentum at the start, at the highest rate and at the end.
    pub momenta: (f64, f64, f64),
}

impl Default for OneCycle {
    fn default() -> Self {
        Self { div: 25.0, div_final: 1e5, pct_start: 0.25, momenta: (0.95, 0.85, 0.95) }
    }
}

impl OneCycle {
    /// The rate at `position` (steps done ÷ steps in all, from 0 to 1) whose highest value is `max`.
    pub fn rate(&self, max: f64, position: f64) -> f64 {
        self.along(position, (max / self.div, max, max / self.div_final))
    }

    /// The momentum at `position`.
    pub fn momentum(&self, position: f64) -> f64 {
        self.along(position, self.momenta)
    }

    fn along(&self, position: f64, (start, middle, end): (f64, f64, f64)) -> f64 {
        if position < self.pct_start {
            cosine(start, middle, position / self.pct_start)
        } else {
            cosine(middle, end, (position - self.pct_start) / (1.0 - self.pct_start))
        }
    }
}

/// Half a cosine from `start` to `end`.
fn cosine(start: f64, end: f64, position: f64) -> f64 {
    start + (1.0 + (PI * (1.0 - position)).cos()) * (end - start) / 2.0
}
