//! What the drawings ask of chance beyond the library's own draws.

use std::ops::{Deref, DerefMut};

use firelight_transforms as transforms;

/// Random numbers of one picture: a function of (seed, breed, index), whatever the thread that draws it.
#[derive(Debug, Clone)]
pub struct Chance(transforms::Chance);

impl Chance {
    /// The stream of picture `index` of breed number `breed`.
    pub fn of(seed: u64, breed: usize, index: usize) -> Self {
        Self(transforms::Chance::new(seed, breed as u64, index as u64))
    }

    /// A number in `low..high`, the middle more likely than the ends.
    pub fn bell(&mut self, low: f32, high: f32) -> f32 {
        let mean = (self.uniform() + self.uniform() + self.uniform()) / 3.0;
        low + (high - low) * mean
    }

    /// A whole number in `0..n`, as a place in a list.
    pub fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u64) as usize
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

impl Deref for Chance {
    type Target = transforms::Chance;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Chance {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
