#![allow(clippy::many_single_char_names, reason = "the letters of the paper")]

use crate::Chance;

/// A number between 0 and 1 from the beta distribution with both parameters `alpha`, over 0.
pub(super) fn beta(alpha: f32, chance: &mut Chance) -> f32 {
    let alpha = f64::from(alpha);
    // g / (g + h) of two gamma numbers; in logarithms, since both can be too small for a float when alpha is small.
    let difference = log_gamma(alpha, chance) - log_gamma(alpha, chance);
    (1.0 / (1.0 + libm::exp(-difference))) as f32
}

/// The logarithm of a number from the gamma distribution (Marsaglia and Tsang, 2000).
fn log_gamma(alpha: f64, chance: &mut Chance) -> f64 {
    if alpha < 1.0 {
        let boost = libm::log(1.0 - f64::from(chance.uniform())) / alpha;
        return log_gamma(alpha + 1.0, chance) + boost;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = f64::from(chance.normal());
        let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        let u = 1.0 - f64::from(chance.uniform());
        if v > 0.0 && libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return libm::log(d * v);
        }
    }
}
