//! Gradients that half precision cannot hold.

use serde::{Deserialize, Serialize};

use crate::Precision;

/// Good updates in a row after which the factor doubles.
const PATIENCE: u32 = 2000;

/// A factor on the loss that keeps small gradients from becoming 0 in half precision: as large as gradients allow. It starts at
/// 65536, halves when they overflow and doubles after 2000 updates without (`PyTorch`'s `GradScaler`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LossScale {
    factor: f64,
    /// Updates since it changed.
    good: u32,
}

impl Default for LossScale {
    fn default() -> Self {
        Self { factor: 65_536.0, good: 0 }
    }
}

impl LossScale {
    /// What the loss is multiplied by where steps calculate with this precision: only half precision needs it.
    pub fn factor_of(&self, precision: Precision) -> f64 {
        if precision == Precision::F16 { self.factor } else { 1.0 }
    }

    /// Whether gradients overflow even of a loss that is scaled to almost nothing: they are no numbers, whatever the factor.
    pub fn is_exhausted(&self) -> bool {
        self.factor < 1e-6
    }

    /// An update overflowed and was left out.
    pub fn lower(&mut self) {
        (self.factor, self.good) = (self.factor / 2.0, 0);
        tracing::debug!("gradients overflowed; the loss is scaled by {} from now on", self.factor);
    }

    /// An update did not overflow.
    pub fn raise(&mut self) {
        self.good += 1;
        if self.good == PATIENCE {
            (self.factor, self.good) = (self.factor * 2.0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "powers of two are exact")]
    fn the_factor_halves_at_an_overflow_and_doubles_after_two_thousand_good_updates() {
        let mut scale = LossScale::default();
        assert_eq!(scale.factor_of(Precision::BF16), 1.0);
        scale.lower();
        for update in 0..PATIENCE {
            assert_eq!(scale.factor_of(Precision::F16), 32_768.0, "after {update} updates");
            scale.raise();
        }
        assert_eq!(scale.factor_of(Precision::F16), 65_536.0);
        let mut overflows = 0;
        while !scale.is_exhausted() {
            scale.lower();
            overflows += 1;
        }
        assert_eq!(overflows, 36);
    }
}
