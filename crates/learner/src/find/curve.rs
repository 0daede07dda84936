//! What a search saw, and what it suggests.

use std::ops::Range;

use image::RgbImage;

use firelight_plots::lr_find_curve;

/// The smoothed loss of each rate that [`Learner::lr_find`](crate::Learner::lr_find) tried, and fastai's four suggestions.
///
/// The suggestions look at the curve without the first tenth of the search, its last five steps, and what follows a loss that is
/// no number. Each is `None` where too little is left to say anything.
///
/// ```
/// use firelight_learner::RateCurve;
///
/// let curve = RateCurve::of(vec![1e-4, 1e-3, 1e-2, 1e-1, 1.0], vec![2.0, 1.8, 1.0, 0.9, 4.0]);
/// let rate = curve.valley().expect("a valley");
/// assert!((1e-4..=1e-1).contains(&rate));
/// assert_eq!(curve.minimum(), Some(1e-2)); // a tenth of where the loss is lowest
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RateCurve {
    rates: Vec<f64>,
    losses: Vec<f64>,
    used: Range<usize>,
}

impl RateCurve {
    /// A curve that is looked at as a whole. Of lists of different lengths the longer is cut.
    pub fn of(rates: Vec<f64>, losses: Vec<f64>) -> Self {
        let used = 0..rates.len().min(losses.len());
        Self { rates, losses, used }
    }

    /// A curve whose first `skipped` and last five steps say nothing.
    pub(super) fn of_search(rates: Vec<f64>, losses: Vec<f64>, skipped: usize) -> Self {
        let whole = losses.iter().position(|loss| loss.is_nan()).unwrap_or(losses.len());
        let end = whole.min(losses.len().saturating_sub(5));
        Self { rates, losses, used: skipped.min(end)..end }
    }

    /// The rates that were tried, lowest first.
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// The smoothed loss after each.
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }

    /// A rate two thirds into the longest valley: the longest subsequence of falling losses. fastai's default.
    pub fn valley(&self) -> Option<f64> {
        let losses = self.used_losses();
        let mut lengths = vec![1_usize; losses.len()];
        let (mut end, mut longest) = (0, 1);
        for i in 0..losses.len() {
            for j in 0..i {
                if losses[i] < losses[j] {
                    lengths[i] = lengths[i].max(lengths[j] + 1);
                }
            }
            if lengths[i] > longest {
                (end, longest) = (i, lengths[i]);
            }
        }
        if longest < 2 {
            return None; // nothing falls
        }
        // fastai counts from one before the valley and may so reach a place before the first.
        let place = (end + longest / 3 + longest / 6).saturating_sub(longest);
        self.used_rates().get(place).copied()
    }

    /// Coming from the highest rates, the first rate of an interval of 15 steps over which the slope hardly changes.
    pub fn slide(&self) -> Option<f64> {
        const INTERVAL: usize = 15;
        const THRESHOLD: f64 = 0.005;
        let (rates, slopes) = (self.used_rates(), slopes(self.used_losses()));
        let mut left = rates.len().checked_sub(INTERVAL + 1)?;
        let mut found = rates[left];
        while (slopes[left + INTERVAL] - slopes[left]).abs() > THRESHOLD {
            found = rates[left];
            match left.checked_sub(1) {
                Some(next) => left = next,
                None => break,
            }
        }
        Some(found)
    }

    /// A tenth of the rate with the lowest loss.
    pub fn minimum(&self) -> Option<f64> {
        lowest(self.used_losses().iter().copied()).map(|place| self.used_rates()[place] / 10.0)
    }

    /// The rate at which the loss falls most steeply over the logarithm of the rate.
    pub fn steep(&self) -> Option<f64> {
        let (rates, losses) = (self.used_rates(), self.used_losses());
        let slope = |i: usize| (losses[i + 1] - losses[i]) / (rates[i + 1].ln() - rates[i].ln());
        lowest((0..losses.len().saturating_sub(1)).map(slope)).map(|place| rates[place])
    }

    /// The curve with all four suggestions.
    pub fn plot(&self) -> RgbImage {
        let narrow = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
        let named =
            [("valley", self.valley()), ("slide", self.slide()), ("minimum", self.minimum()), ("steep", self.steep())];
        let suggestions: Vec<_> = named.iter().filter_map(|&(name, rate)| Some((name, rate? as f32))).collect();
        lr_find_curve(&narrow(&self.rates), &narrow(&self.losses), &suggestions)
    }

    fn used_rates(&self) -> &[f64] {
        &self.rates[self.used.clone()]
    }

    fn used_losses(&self) -> &[f64] {
        &self.losses[self.used.clone()]
    }
}

/// Where the lowest value is; the first of equals.
fn lowest(values: impl Iterator<Item = f64>) -> Option<usize> {
    values.enumerate().reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(place, _)| place)
}

/// Differences between the neighbours on both sides, halved; at the ends to the one neighbour.
fn slopes(values: &[f64]) -> Vec<f64> {
    let slope = |i: usize| {
        let (before, after) = (i.saturating_sub(1), (i + 1).min(values.len() - 1));
        (values[after] - values[before]) / (after - before).max(1) as f64
    };
    (0..values.len()).map(slope).collect()
}
