//! Rectified Adam.

use burn::optim::{LearningRate, Optimizer};
use burn::tensor::{Device, Tensor};

use super::moments::decay;
use super::{Moments, scheduled};

/// Adam that follows the plain mean of gradients until it has seen enough of them to trust their spread, which makes a warm-up
/// of the rate needless.
///
/// With `r∞ = 2 / (1 − sqr) − 1` and `r = r∞ − 2 t · sqrᵗ / (1 − sqrᵗ)` after `t` steps:
///
/// ```text
/// p ← p · (1 − lr · wd)
/// r > 5: p ← p − lr · √((r−4)(r−2) r∞ / ((r∞−4)(r∞−2) r)) / (1 − momᵗ) · m / (√(v / (1 − sqrᵗ)) + eps)
/// else:  p ← p − lr / (1 − momᵗ) · m
/// ```
///
/// Source: Liu and others, *On the Variance of the Adaptive Learning Rate and Beyond* (2020).
///
/// | parameter | default, fastai's too |
/// |---|---|
/// | `momentum` | 0.9; a schedule with a momentum sets it at each step |
/// | `sqr_momentum` | 0.99 |
/// | `epsilon` | 1e-5 |
/// | `weight_decay` | 0 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RAdam {
    /// Decay of the running mean of gradients, from 0 to under 1.
    pub momentum: f64,
    /// Decay of the running mean of squared gradients, under 1.
    pub sqr_momentum: f64,
    /// Keeps the quotient finite.
    pub epsilon: f64,
    /// Share of the weight that a step at rate 1 takes away.
    pub weight_decay: f64,
}

impl Default for RAdam {
    fn default() -> Self {
        Self { momentum: 0.9, sqr_momentum: 0.99, epsilon: 1e-5, weight_decay: 0.0 }
    }
}

impl RAdam {
    /// What the rate is multiplied by after `state`'s steps; `None` while the spread is not to be trusted.
    fn rectification<const D: usize>(&self, state: &Moments<D>) -> Option<f64> {
        let most = 2.0 / (1.0 - self.sqr_momentum) - 1.0;
        let seen = state.share_seen(self.sqr_momentum);
        let now = most - 2.0 * state.time as f64 * (1.0 - seen) / seen;
        let ratio = ((now - 4.0) * (now - 2.0) * most) / ((most - 4.0) * (most - 2.0) * now);
        (now > 5.0).then(|| ratio.sqrt())
    }
}

impl Optimizer for RAdam {
    type State<const D: usize> = Moments<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Moments<D>>,
    ) -> (Tensor<D>, Option<Moments<D>>) {
        let state = Moments::advance(state, gradient, self.momentum, self.sqr_momentum);
        let mean = state.mean.clone().mul_scalar(rate / state.share_seen(self.momentum));
        let delta = match self.rectification(&state) {
            Some(factor) => mean.mul_scalar(factor).div(state.spread(self.sqr_momentum, self.epsilon)),
            None => mean,
        };
        (decay(parameter, rate, self.weight_decay) - delta, Some(state))
    }

    fn to_device<const D: usize>(state: Moments<D>, device: &Device) -> Moments<D> {
        state.to_device(device)
    }
}

scheduled!(RAdam, "radam");
