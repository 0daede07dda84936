//! Adam with steps in proportion to the parameters.

use burn::optim::{LearningRate, Optimizer};
use burn::tensor::{Device, Tensor};

use super::moments::decay;
use super::{Moments, scheduled};

/// The most that a step may grow.
const LARGEST: f64 = 10.0;

/// Adam whose step for each tensor is as long as the tensor itself times the rate, for large batches.
///
/// ```text
/// p ← p · (1 − lr · wd)
/// d ← m / (1 − momᵗ) / (√(v / (1 − sqrᵗ)) + eps)
/// p ← p − lr · min(‖p‖ / ‖d‖, 10) · d          (without the factor where ‖p‖ or ‖d‖ is 0)
/// ```
///
/// Source: You and others, *Large Batch Optimization for Deep Learning* (2020), with fastai's decoupled decay and bound (burn's
/// own `Lamb` adds the decay to `d` and has no bound).
///
/// | parameter | default, fastai's too |
/// |---|---|
/// | `momentum` | 0.9; a schedule with a momentum sets it at each step |
/// | `sqr_momentum` | 0.99 |
/// | `epsilon` | 1e-5 |
/// | `weight_decay` | 0 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lamb {
    /// Decay of the running mean of gradients, from 0 to under 1.
    pub momentum: f64,
    /// Decay of the running mean of squared gradients, from 0 to under 1.
    pub sqr_momentum: f64,
    /// Keeps the quotient finite.
    pub epsilon: f64,
    /// Share of the weight that a step at rate 1 takes away.
    pub weight_decay: f64,
}

impl Default for Lamb {
    fn default() -> Self {
        Self { momentum: 0.9, sqr_momentum: 0.99, epsilon: 1e-5, weight_decay: 0.0 }
    }
}

impl Optimizer for Lamb {
    type State<const D: usize> = Moments<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Moments<D>>,
    ) -> (Tensor<D>, Option<Moments<D>>) {
        let state = Moments::advance(state, gradient, self.momentum, self.sqr_momentum);
        let mean = state.mean.clone().div_scalar(state.share_seen(self.momentum));
        let direction = mean.div(state.spread(self.sqr_momentum, self.epsilon));
        let parameter = decay(parameter, rate, self.weight_decay);
        let trust = trust(&parameter, &direction);
        (parameter - direction.mul_scalar(rate) * trust.unsqueeze(), Some(state))
    }

    fn to_device<const D: usize>(state: Moments<D>, device: &Device) -> Moments<D> {
        state.to_device(device)
    }
}

/// `min(‖parameter‖ / ‖direction‖, 10)`, or 1 where either is 0: `[1]`, without asking the device.
fn trust<const D: usize>(parameter: &Tensor<D>, direction: &Tensor<D>) -> Tensor<1> {
    let norm = |tensor: &Tensor<D>| tensor.clone().square().sum().sqrt();
    let (size, step) = (norm(parameter), norm(direction));
    let either_is_zero = size.clone().equal_elem(0.0).bool_or(step.clone().equal_elem(0.0));
    (size / step.clamp_min(f32::MIN_POSITIVE)).clamp_max(LARGEST).mask_fill(either_is_zero, 1.0)
}

scheduled!(Lamb, "lamb");
