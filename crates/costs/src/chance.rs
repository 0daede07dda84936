//! Chance without a state: a function of a seed and of what it is for.

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014): each bit of the answer depends on each bit of the state.
fn mixed(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

/// A number in 0..1 that belongs to a row: the same for the same seed and row alone.
pub(crate) fn uniform(seed: u64, row: &[f32]) -> f64 {
    let state = row.iter().fold(mixed(seed), |state, number| mixed(state ^ u64::from(number.to_bits())));
    (state >> 11) as f64 / (1_u64 << 53) as f64
}

/// The numbers below `length` in an order that depends on the seed alone.
pub(crate) fn shuffled(length: usize, seed: u64) -> Vec<usize> {
    let start = mixed(seed);
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by_cached_key(|&number| (mixed(start ^ number as u64), number));
    order
}
