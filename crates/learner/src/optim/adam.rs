//! Adam with decoupled weight decay.

use burn::optim::{LearningRate, Optimizer};
use burn::tensor::{Device, Tensor};
use firelight_layers::update::{AdamFactors, adam};

use super::moments::share_seen;
use super::{Moments, scheduled};

/// Adam as fastai has it: weight decay decoupled from the gradient (`AdamW`).
///
/// With gradient `g`, rate `lr` and step number `t`:
///
/// ```text
/// p ← p · (1 − lr · wd)
/// m ← mom · m + (1 − mom) · g
/// v ← sqr · v + (1 − sqr) · g²
/// p ← p − lr / (1 − momᵗ) · m / (√(v / (1 − sqrᵗ)) + eps)
/// ```
///
/// Sources: Kingma and Ba, *Adam* (2015); Loshchilov and Hutter, *Decoupled Weight Decay Regularization* (2019).
///
/// | parameter | default | fastai's and `PyTorch`'s default |
/// |---|---|---|
/// | `momentum` | 0.9; a schedule with a momentum sets it at each step | `mom` 0.9; `beta1` 0.9 |
/// | `sqr_momentum` | 0.99 | `sqr_mom` 0.99; `beta2` 0.999 |
/// | `epsilon` | 1e-5 | 1e-5; 1e-8 |
/// | `weight_decay` | 0.01 | 0.01; 0.01 (`AdamW`) |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// Decay of the running mean of gradients, from 0 to under 1.
    pub momentum: f64,
    /// Decay of the running mean of squared gradients, from 0 to under 1.
    pub sqr_momentum: f64,
    /// Keeps the quotient finite.
    pub epsilon: f64,
    /// Share of the weight that a step at rate 1 takes away.
    pub weight_decay: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { momentum: 0.9, sqr_momentum: 0.99, epsilon: 1e-5, weight_decay: 0.01 }
    }
}

impl Optimizer for Adam {
    type State<const D: usize> = Moments<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Moments<D>>,
    ) -> (Tensor<D>, Option<Moments<D>>) {
        let (time, means) = state.map_or((1, None), |old| (old.time + 1, Some([old.mean, old.square])));
        let factors = AdamFactors {
            momentum: self.momentum,
            sqr_momentum: self.sqr_momentum,
            rate: rate / share_seen(self.momentum, time),
            square_unbias: 1.0 / share_seen(self.sqr_momentum, time),
            epsilon: self.epsilon,
            keep: 1.0 - rate * self.weight_decay,
        };
        let [parameter, mean, square] = adam(&factors, parameter, means, gradient);
        (parameter, Some(Moments { time, mean, square }))
    }

    fn to_device<const D: usize>(state: Moments<D>, device: &Device) -> Moments<D> {
        state.to_device(device)
    }
}

scheduled!(Adam, "adam");
