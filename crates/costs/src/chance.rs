//! Chance without a state: a function of a seed and of what it is for.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The next number of `SplitMix64` (Steele, Lea and Flood, 2014): each bit of it depends on each bit of the state.
fn mixed(state: u64) -> u64 {
    SplitMix64::seed_from_u64(state).next_u64()
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
