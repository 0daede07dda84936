//! A small random generator that is a value, not a global.

/// Random numbers of one picture: a function of (seed, breed, index), whatever the thread that draws it.
///
/// The generator is `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug, Clone)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// The generator of picture `index` of breed number `breed`.
    pub fn of(seed: u64, breed: usize, index: usize) -> Self {
        let mut chance = Self { state: seed };
        for key in [breed as u64 + 1, index as u64 + 1] {
            chance.state = chance.bits() ^ key.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        chance
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0.0..1.0`.
    pub fn uniform(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// A number in `low..high`, all equally likely.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }

    /// A number in `low..high`, the middle more likely than the ends.
    pub fn bell(&mut self, low: f32, high: f32) -> f32 {
        let mean = (self.uniform() + self.uniform() + self.uniform()) / 3.0;
        low + (high - low) * mean
    }

    /// `true` with probability `p`.
    pub fn coin(&mut self, p: f32) -> bool {
        self.uniform() < p
    }

    /// A whole number in `0..n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// -1.0 or 1.0.
    pub fn sign(&mut self) -> f32 {
        if self.coin(0.5) { 1.0 } else { -1.0 }
    }

    /// One of `choices`, all equally likely.
    pub fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0, "nothing to pick from") };
        choices[self.below(N)]
    }
}
