use std::fmt;

use serde::{Deserialize, Serialize};

use crate::CostError;

/// How often something may go wrong, and what that is promised of.
///
/// Thresholds are chosen on held-out examples, which are some of all that might have been drawn. [`on_average`](Self::on_average) promises the
/// rate over all draws of them and of the example to come: one set of held-out examples may give more, another less.
/// [`with_confidence`](Self::with_confidence) promises that in so many of a hundred draws the rate is kept. Both hold for any model and any
/// number of examples, if these are drawn as those to come are, and for no other: not after the light has changed.
///
/// ```
/// use firelight_costs::Limit;
///
/// assert_eq!(Limit::on_average(0.1)?.to_string(), "at most 0.1 on average");
/// assert_eq!(Limit::with_confidence(0.1, 0.95)?.to_string(), "at most 0.1 with confidence 0.95");
/// assert!(Limit::on_average(1.0).is_err());
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Limit {
    rate: f64,
    confidence: Option<f64>,
}

impl Limit {
    /// At most this rate on average (conformal prediction, Vovk et al., 2005; conformal risk control, Angelopoulos et al., 2024).
    ///
    /// # Errors
    /// [`CostError::OutsideOpenUnit`] unless the rate is above 0 and below 1.
    pub fn on_average(rate: f64) -> Result<Self, CostError> {
        Ok(Self { rate: open_unit("rate", rate)?, confidence: None })
    }

    /// At most this rate, with this confidence in the held-out examples (learn then test, Angelopoulos et al., 2022; for what is right or
    /// wrong the binomial tail, as Vovk, 2012). It needs `ln(1 - confidence) / ln(1 - rate)` examples at least: 29 for a rate of 0.1
    /// with 0.95.
    ///
    /// # Errors
    /// [`CostError::OutsideOpenUnit`] unless both are above 0 and below 1.
    pub fn with_confidence(rate: f64, confidence: f64) -> Result<Self, CostError> {
        Ok(Self { rate: open_unit("rate", rate)?, confidence: Some(open_unit("confidence", confidence)?) })
    }

    /// The rate.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// With which confidence it is promised, where it is not on average.
    pub fn confidence(&self) -> Option<f64> {
        self.confidence
    }

    /// Which of the least thresholds at which each of `examples` goes right, sorted, is to be taken, counted from 0: `⌈(n + 1)(1 − rate)⌉`
    /// of them must go right, or as many as the binomial tail asks for. `None` where the examples are too few for any.
    pub(crate) fn place(&self, examples: usize) -> Option<usize> {
        let right = match self.confidence {
            // The sum is that of the formula but for rounding, which may not ask for one example more.
            None => examples + 1 - ((examples + 1) as f64 * self.rate + 1e-9).floor() as usize,
            Some(confidence) => examples - most_misses(examples, self.rate, 1.0 - confidence)?,
        };
        (1..=examples).contains(&right).then(|| right - 1)
    }

    /// Whether a mean loss of 0 to 1 over so many examples lets the promise be made for losses that can only fall.
    pub(crate) fn allows(&self, loss: f64, examples: usize) -> bool {
        let n = examples as f64;
        match self.confidence {
            None => (n * loss + 1.0) / (n + 1.0) <= self.rate + 1e-12,
            Some(confidence) => p_value(loss, examples, self.rate) <= 1.0 - confidence,
        }
    }
}

/// The most misses among `examples` whose binomial tail is at most `doubt`.
fn most_misses(examples: usize, rate: f64, doubt: f64) -> Option<usize> {
    tails(examples, rate).take_while(|tail| *tail <= doubt).count().checked_sub(1)
}

/// `P(Bin(n, rate) ≤ k)` for k = 0, 1, …, n.
fn tails(examples: usize, rate: f64) -> impl Iterator<Item = f64> {
    let (n, odds) = (examples as f64, (rate / (1.0 - rate)).ln());
    let mut log = n * (-rate).ln_1p();
    (0..=examples).scan(0.0, move |sum: &mut f64, misses| {
        *sum += log.exp();
        log += odds + ((n - misses as f64) / (misses as f64 + 1.0)).ln();
        Some(*sum)
    })
}

/// Hoeffding's and Bentkus's bound together: how likely a mean loss this low is where the expected one is `rate` (Bates et al., 2021).
fn p_value(loss: f64, examples: usize, rate: f64) -> f64 {
    let (n, loss) = (examples as f64, loss.min(rate));
    let part = |a: f64, b: f64| if a > 0.0 { a * (a / b).ln() } else { 0.0 };
    let hoeffding = (-n * (part(loss, rate) + part(1.0 - loss, 1.0 - rate))).exp();
    let misses = (n * loss - 1e-9).ceil().max(0.0) as usize;
    let bentkus = std::f64::consts::E * tails(examples, rate).nth(misses).unwrap_or(1.0);
    hoeffding.min(bentkus)
}

fn open_unit(name: &'static str, value: f64) -> Result<f64, CostError> {
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err(CostError::OutsideOpenUnit { name, value }) }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} ", self.rate)?;
        match self.confidence {
            None => write!(f, "on average"),
            Some(confidence) => write!(f, "with confidence {confidence}"),
        }
    }
}

/// A limit in a file, which may be anything.
#[derive(Deserialize)]
#[serde(rename = "Limit")]
struct Stored {
    rate: f64,
    confidence: Option<f64>,
}

impl TryFrom<Stored> for Limit {
    type Error = CostError;

    fn try_from(Stored { rate, confidence }: Stored) -> Result<Self, CostError> {
        confidence.map_or_else(|| Self::on_average(rate), |confidence| Self::with_confidence(rate, confidence))
    }
}
