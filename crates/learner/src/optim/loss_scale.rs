//! Gradients that half precision cannot hold.

use burn::module::Module;
use burn::optim::GradientsParams;
use serde::{Deserialize, Serialize};

use super::gradients::{length, scale};

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
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// Whether gradients overflow even of a loss that is scaled to almost nothing: they are no numbers, whatever the factor.
    pub fn is_exhausted(&self) -> bool {
        self.factor < 1e-6
    }

    /// The gradients of the loss itself, or `None` if some of them overflowed: the update then must be left out.
    pub fn take_from<M: Module>(&mut self, model: &M, gradients: GradientsParams) -> Option<GradientsParams> {
        let finite = length(model, &gradients).is_none_or(|length| length.into_scalar::<f32>().is_finite());
        if !finite {
            (self.factor, self.good) = (self.factor / 2.0, 0);
            tracing::debug!("gradients overflowed; the loss is scaled by {} from now on", self.factor);
            return None;
        }
        let gradients = scale(model, gradients, 1.0 / self.factor);
        self.good += 1;
        if self.good == PATIENCE {
            (self.factor, self.good) = (self.factor * 2.0, 0);
        }
        Some(gradients)
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Param;
    use burn::tensor::{Device, Tensor};

    use super::*;

    #[derive(Module, Debug)]
    struct One {
        weight: Param<Tensor<1>>,
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "powers of two are exact")]
    fn the_factor_halves_at_an_overflow_and_doubles_after_two_thousand_good_updates() {
        let device = Device::flex().autodiff();
        let one = One { weight: Param::from_tensor(Tensor::ones([1], &device)) };
        let gradients = |size: f32| GradientsParams::from_grads((one.weight.val() * size).backward(), &one);
        let mut scale = LossScale::default();
        assert!(scale.take_from(&one, gradients(f32::INFINITY)).is_none());
        assert_eq!(scale.factor(), 32_768.0);
        for update in 0..PATIENCE {
            assert_eq!(scale.factor(), 32_768.0, "after {update} updates");
            let unscaled = scale.take_from(&one, gradients(32_768.0)).expect("no overflow");
            assert_eq!(unscaled.get::<1>(one.weight.id).expect("a gradient").into_scalar::<f32>(), 1.0);
        }
        assert_eq!(scale.factor(), 65_536.0);
        assert!(!scale.is_exhausted());
        while scale.factor() >= 1e-6 {
            assert!(scale.take_from(&one, gradients(f32::NAN)).is_none());
        }
        assert!(scale.is_exhausted());
    }
}
