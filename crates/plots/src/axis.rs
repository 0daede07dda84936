//! A range of numbers laid along a side of a panel, with its ticks.

/// `lo < hi`, both finite; above zero on a logarithmic axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub(crate) lo: f64,
    pub(crate) hi: f64,
    log: bool,
    whole: bool,
}

impl Axis {
    /// From the least to the greatest finite value, with a little room at both ends; 0 to 1 when there is none.
    pub(crate) fn around(values: impl Iterator<Item = f64>) -> Axis {
        let (lo, hi) = span(values).unwrap_or((0.0, 1.0));
        let room = if hi > lo { 0.04 * (hi - lo) } else { (0.1 * lo.abs()).max(1e-3) };
        // A loss or a rate never falls below zero, so an axis should not suggest it.
        let bottom = if lo >= 0.0 { (lo - room).max(0.0) } else { lo - room };
        Axis { lo: bottom, hi: hi + room, log: false, whole: false }
    }

    /// Steps counted from 0.
    pub(crate) fn steps(last: usize) -> Axis {
        Axis { lo: 0.0, hi: last.max(1) as f64, log: false, whole: true }
    }

    /// Shares, from 0 to 1.
    pub(crate) fn shares() -> Axis {
        Axis { lo: 0.0, hi: 1.0, log: false, whole: false }
    }

    /// A logarithmic axis over the values above zero; 1e-3 to 1 when there is none.
    pub(crate) fn log(values: impl Iterator<Item = f64>) -> Axis {
        let (lo, hi) = span(values.filter(|value| *value > 0.0)).unwrap_or((1e-3, 1.0));
        let room = (hi / lo).powf(0.04).max(1.2);
        Axis { lo: lo / room, hi: hi * room, log: true, whole: false }
    }

    /// Where a value stands: 0 at the low end, 1 at the high end.
    pub(crate) fn place(&self, value: f64) -> f64 {
        if self.log {
            (value.max(f64::MIN_POSITIVE) / self.lo).ln() / (self.hi / self.lo).ln()
        } else {
            (value - self.lo) / (self.hi - self.lo)
        }
    }

    /// About as many round values as wanted, each with its label.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        if self.log { self.decades(wanted) } else { self.round_steps(wanted) }
    }

    fn round_steps(&self, wanted: usize) -> Vec<(f64, String)> {
        let rough = (self.hi - self.lo) / wanted.max(1) as f64;
        let decade = 10f64.powf(rough.log10().floor());
        let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * decade >= rough * 0.999).unwrap_or(10.0);
        let step = if self.whole { (factor * decade).max(1.0) } else { factor * decade };
        let first = (self.lo / step - 1e-9).ceil();
        let count = ((self.hi / step + 1e-9).floor() - first).clamp(0.0, 100.0) as usize;
        (0..=count)
            .map(|number| (first + number as f64) * step)
            .map(|value| (value, label(value, step, self.lo.abs().max(self.hi.abs()))))
            .collect()
    }

    fn decades(&self, wanted: usize) -> Vec<(f64, String)> {
        let (first, last) = (self.lo.log10().ceil() as i32, self.hi.log10().floor() as i32);
        let powers = (last - first + 1).max(0) as usize;
        let every = powers.div_ceil(wanted.max(1)).max(1);
        let factors: &[f64] = if powers <= 3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        // A decade that begins below the axis may still have its 2 and its 5 on it.
        (first - every as i32..=last)
            .step_by(every)
            .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
            .filter(|value| (self.lo..=self.hi).contains(value))
            .map(|value| (value, short(value)))
            .collect()
    }
}

/// A number in at most about four characters of digits: `0.25`, `0.0031`, `2e-6`, `12000`, `3e7`.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !value.is_finite() || (1000.0..1e5).contains(&size) {
        format!("{value:.0}")
    } else if !(1e-3..1e5).contains(&size) {
        let text = format!("{value:.1e}");
        text.replace(".0e", "e")
    } else {
        let decimals = (2 - size.log10().floor() as i32).clamp(0, 5) as usize;
        trimmed(format!("{value:.decimals$}"))
    }
}

/// Without the zeros that end a fraction.
pub(crate) fn trimmed(number: String) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number }
}

fn label(value: f64, step: f64, largest: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if largest >= 1e6 || step < 1e-4 {
        let digits = (largest.log10().floor() - step.log10().floor()).clamp(0.0, 6.0) as usize;
        return format!("{value:.digits$e}");
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((lo, hi)) => Some((f64::min(lo, value), f64::max(hi, value))),
    })
}
