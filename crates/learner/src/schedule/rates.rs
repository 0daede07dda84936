//! Learning rates: one for each parameter group.

use std::fmt;
use std::ops::{Range, RangeTo};

/// Learning rates of the parameter groups, from the one nearest the input to the head.
///
/// | written as | fastai's | three groups get |
/// |---|---|---|
/// | `1e-3` | `1e-3` | `1e-3, 1e-3, 1e-3` |
/// | `..1e-3` | `slice(1e-3)` | `1e-4, 1e-4, 1e-3` |
/// | `Rates::Decayed(1e-3, 0.5)` | – | `2.5e-4, 5e-4, 1e-3` |
/// | `1e-5..1e-3` | `slice(1e-5, 1e-3)` | `1e-5, 1e-4, 1e-3` (equal ratios) |
///
/// ```
/// use firelight_learner::Rates;
///
/// assert_eq!(Rates::from(..1e-3).spread(3), [1e-4, 1e-4, 1e-3]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Rates {
    /// The same for every group.
    Same(f64),
    /// This for the head, a tenth for all others.
    Head(f64),
    /// From the first group to the head in equal ratios.
    Spread(f64, f64),
    /// This for the head, and for each group before it the rate of the next one times a factor, over 0 and up to 1: the layer-wise decay of
    /// transformers' fine-tuning. A factor of 0.75 a block is 0.42 a group of three blocks, as the groups of `ViT` are.
    Decayed(f64, f64),
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
            Self::Decayed(high, decay) => high * decay.powf((last - group) as f64),
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
            Self::Decayed(high, decay) => positive(high) && positive(decay) && decay <= 1.0,
        }
    }
}

/// As programs write them.
impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(rate) => write!(f, "{rate}"),
            Self::Head(rate) => write!(f, "..{rate}"),
            Self::Spread(low, high) => write!(f, "{low}..{high}"),
            Self::Decayed(high, decay) => write!(f, "{high}, times {decay} a group"),
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
