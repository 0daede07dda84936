//! Adam with decoupled weight decay and scheduled momentum.

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};

use super::Dial;

/// Adam as fastai has it: weight decay decoupled from the gradient (`AdamW`), momentum set anew at every step.
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
/// | `momentum` | dial, 0.9 at first | `mom` 0.9; `beta1` 0.9 |
/// | `sqr_momentum` | 0.99 | `sqr_mom` 0.99; `beta2` 0.999 |
/// | `epsilon` | 1e-5 | 1e-5; 1e-8 |
/// | `weight_decay` | 0.01 | 0.01; 0.01 (`AdamW`) |
#[derive(Debug, Clone)]
pub struct Adam {
    /// Learning rate: multiplies the rate that the step is called with.
    pub rate: Dial,
    /// Decay of the running mean of gradients.
    pub momentum: Dial,
    /// Decay of the running mean of squared gradients.
    pub sqr_momentum: f64,
    /// Keeps the quotient finite.
    pub epsilon: f64,
    /// Share of the weight that a step at rate 1 takes away.
    pub weight_decay: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { rate: Dial::new(1.0), momentum: Dial::new(0.9), sqr_momentum: 0.99, epsilon: 1e-5, weight_decay: 0.01 }
    }
}

/// Running means of one parameter.
#[derive(Debug, Clone)]
pub struct AdamState<const D: usize> {
    /// Steps done.
    pub time: i64,
    /// Of the gradient.
    pub mean: Tensor<D>,
    /// Of its square.
    pub square: Tensor<D>,
}

/// By hand: burn's derive names paths that only its own crate has.
impl<const D: usize> RecordState for AdamState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_scalar(prefix, "time", self.time.into());
        out.push_tensor(prefix, "mean", self.mean.to_data());
        out.push_tensor(prefix, "square", self.square.to_data());
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        Some(Self {
            time: source.take_scalar(prefix, "time")?.try_into().ok()?,
            mean: Tensor::from_data(source.take_tensor(prefix, "mean")?, device),
            square: Tensor::from_data(source.take_tensor(prefix, "square")?, device),
        })
    }
}

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let (rate, momentum) = (rate * self.rate.read(), self.momentum.read());
        let squared = gradient.clone().square().mul_scalar(1.0 - self.sqr_momentum);
        let fresh = gradient.mul_scalar(1.0 - momentum);
        let (time, mean, square) = match state {
            Some(old) => (
                old.time + 1,
                old.mean.mul_scalar(momentum) + fresh,
                old.square.mul_scalar(self.sqr_momentum) + squared,
            ),
            None => (1, fresh, squared),
        };
        let steps = i32::try_from(time).unwrap_or(i32::MAX);
        let unbias = 1.0 - momentum.powi(steps);
        let square_unbias = 1.0 - self.sqr_momentum.powi(steps);
        let spread = square.clone().div_scalar(square_unbias).sqrt().add_scalar(self.epsilon);
        let delta = mean.clone().div(spread).mul_scalar(rate / unbias);
        let decayed =
            if self.weight_decay == 0.0 { parameter } else { parameter.mul_scalar(1.0 - rate * self.weight_decay) };
        (decayed - delta, Some(AdamState { time, mean, square }))
    }

    fn to_device<const D: usize>(state: AdamState<D>, device: &Device) -> AdamState<D> {
        AdamState { time: state.time, mean: state.mean.to_device(device), square: state.square.to_device(device) }
    }
}
