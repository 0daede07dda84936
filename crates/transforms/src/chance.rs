//! The one source of randomness: a small generator that is a function of (seed, epoch, item).

use std::f32::consts::TAU;

use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// A stream of random numbers for one picture in one epoch.
///
/// The stream depends on nothing but the three numbers it is made of, so the same picture gets the same draws with one
/// worker or sixteen, and after a resume. It is xoshiro256++ (Blackman and Vigna, 2019), seeded through `SplitMix64`.
///
/// ```
/// use firelight_transforms::Chance;
///
/// let (mut a, mut b) = (Chance::new(42, 0, 7), Chance::new(42, 0, 7));
/// assert_eq!(a.uniform(), b.uniform());
/// assert_ne!(a.uniform(), Chance::new(42, 1, 7).uniform());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// The stream of `item` in `epoch` of a run seeded with `seed`.
    pub fn new(seed: u64, epoch: u64, item: u64) -> Self {
        let mix = |word| SplitMix64::seed_from_u64(word).next_u64();
        let mut word = seed;
        let mut absorb = |value: u64| {
            word = mix(word ^ value.wrapping_mul(0xD6E8_FEB8_6659_FD93));
            word
        };
        let [first, second, third] = [1, epoch, item].map(&mut absorb);
        let last = mix(third.wrapping_add(0x9E37_79B9_7F4A_7C15)) | 1;
        let mut state = [0; 32];
        for (bytes, word) in state.chunks_exact_mut(8).zip([first, second, third, last]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(Xoshiro256PlusPlus::from_seed(state))
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `[0, 1)`, a multiple of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// A number between `low` and `high`; `low` itself when both are equal.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }

    /// True with probability `p`: never for `p <= 0`, always for `p >= 1`.
    pub fn coin(&mut self, p: f32) -> bool {
        self.uniform() < p
    }

    /// A whole number in `0..n`, each equally likely; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // Lemire's multiply-shift; the bias for the small n used here (pixels, classes) is under 2⁻³².
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Puts `items` into a random order, each equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// A number from the standard normal distribution (Box and Muller's transform).
    pub fn normal(&mut self) -> f32 {
        let radius = libm::sqrtf(-2.0 * libm::logf(1.0 - self.uniform()));
        radius * libm::cosf(TAU * self.uniform())
    }
}
