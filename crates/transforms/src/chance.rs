//! The one source of randomness: a small generator that is a function of (seed, epoch, item).

use std::f32::consts::TAU;

/// A stream of random numbers for one picture in one epoch.
///
/// The stream depends on nothing but the three numbers it is made of, so the same picture gets the same draws with one
/// worker or sixteen, and after a resume. It is xoshiro256++ (Blackman and Vigna, 2019) seeded through splitmix64.
///
/// ```
/// use firelight_transforms::Chance;
///
/// let (mut a, mut b) = (Chance::new(42, 0, 7), Chance::new(42, 0, 7));
/// assert_eq!(a.uniform(), b.uniform());
/// assert_ne!(a.uniform(), Chance::new(42, 1, 7).uniform());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance {
    state: [u64; 4],
}

impl Chance {
    /// The stream of `item` in `epoch` of a run seeded with `seed`.
    pub fn new(seed: u64, epoch: u64, item: u64) -> Self {
        let mut word = seed;
        let mut absorb = |value: u64| {
            word = splitmix(word ^ value.wrapping_mul(0xD6E8_FEB8_6659_FD93));
            word
        };
        let first = absorb(1);
        let second = absorb(epoch);
        let third = absorb(item);
        let last = splitmix(third.wrapping_add(0x9E37_79B9_7F4A_7C15));
        Self { state: [first, second, third, last | 1] }
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
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

fn splitmix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
