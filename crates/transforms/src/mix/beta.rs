use crate::Chance;
use crate::gamma::log_gamma;

/// A number between 0 and 1 from the beta distribution with both parameters `alpha`, over 0.
pub(super) fn beta(alpha: f32, chance: &mut Chance) -> f32 {
    let alpha = f64::from(alpha);
    // g / (g + h) of two gamma numbers; in logarithms, since both can be too small for a float when alpha is small.
    let difference = log_gamma(alpha, chance) - log_gamma(alpha, chance);
    (1.0 / (1.0 + libm::exp(-difference))) as f32
}
