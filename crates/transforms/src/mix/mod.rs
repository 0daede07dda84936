//! Which pictures of a batch are mixed with which, and in what shares. The mixing itself is for whoever holds the batch.

mod beta;
mod cut_mix;
mod mix_up;

pub use cut_mix::{CutMix, CutMixDraw};
pub use mix_up::{MixUp, MixUpDraw};

use serde::Deserialize;

use crate::item::within;
use crate::{Chance, TransformError};

/// A way of mixing as a file has it, before it is checked.
#[derive(Deserialize)]
struct Stored {
    alpha: f32,
}

impl Stored {
    fn alpha(self, stage: &'static str) -> Result<f32, TransformError> {
        within(stage, "alpha", self.alpha, f32::MIN_POSITIVE..=f32::MAX, "over 0 and finite")?;
        Ok(self.alpha)
    }
}

/// Each example's partner: a random permutation of the batch (Fisher and Yates).
fn permutation(batch: usize, chance: &mut Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..batch).collect();
    for i in (1..batch).rev() {
        order.swap(i, chance.below(i as u64 + 1) as usize);
    }
    order
}
