#![allow(clippy::many_single_char_names, reason = "the letters of the paper")]

use crate::Chance;

/// The logarithm of a number from the gamma distribution (Marsaglia and Tsang, 2000).
pub(crate) fn log_gamma(alpha: f64, chance: &mut Chance) -> f64 {
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

/// Shares that are 1 together, from the Dirichlet distribution with all parameters `alpha`, over 0.
///
/// Each gamma number's share of their sum, by their logarithms: all of them can be too small for a float.
pub(crate) fn dirichlet(alpha: f32, count: usize, chance: &mut Chance) -> Vec<f32> {
    let logarithms: Vec<f64> = (0..count).map(|_| log_gamma(f64::from(alpha), chance)).collect();
    let most = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<f64> = logarithms.iter().map(|logarithm| libm::exp(logarithm - most)).collect();
    let sum: f64 = shares.iter().sum();
    shares.iter().map(|share| (share / sum) as f32).collect()
}
