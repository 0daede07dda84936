use super::bounds::at_least;

/// `e` to a power of at most 0, within two units of the last place: `2^n · e^r` with `n` whole and `|r| ≤ ln 2 / 2`, where
/// `e^r` is a polynomial (Moshier, *Methods and Programs for Mathematical Functions*, 1989).
///
/// `f32::exp` is a call for each number; this is compiled for as many as a vector holds.
#[inline(always)]
pub fn exponential(power: f32) -> f32 {
    /// Below, the result rounds to 0.
    const LOWEST: f32 = -104.0;
    /// What is added to it is rounded to a whole number, which its lowest bits then hold.
    const ROUNDER: f32 = 12_582_912.0;
    /// ln 2 in two parts, of which a whole number of the first has no rounding.
    const LN_2: [f32; 2] = [0.693_359_4, -2.1219444e-4];
    let power = at_least(power, LOWEST);
    let rounded = power * std::f32::consts::LOG2_E + ROUNDER;
    let whole = rounded - ROUNDER;
    let rest = (power - whole * LN_2[0]) - whole * LN_2[1];
    let mut curve = 1.987569e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        curve = curve * rest + coefficient;
    }
    let curve = curve * rest * rest + rest + 1.0;
    // In two steps, since 2^-149 is not a normal number.
    let exponent = rounded.to_bits() as i32 - ROUNDER.to_bits() as i32;
    let half = exponent >> 1;
    let two_to = |exponent: i32| f32::from_bits(((exponent + 127) << 23) as u32);
    curve * two_to(half) * two_to(exponent - half)
}
