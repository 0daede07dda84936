//! The running means that Adam and its relatives keep.

use burn::optim::{RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};

/// Running means of one parameter's gradients.
#[derive(Debug, Clone)]
pub struct Moments<const D: usize> {
    /// Steps done.
    pub time: i64,
    /// Of the gradient.
    pub mean: Tensor<D>,
    /// Of its square.
    pub square: Tensor<D>,
}

impl<const D: usize> Moments<D> {
    /// The means after one more gradient; both start at zero.
    ///
    /// ```text
    /// mean ← momentum · mean + (1 − momentum) · g
    /// square ← sqr · square + (1 − sqr) · g²
    /// ```
    pub fn advance(state: Option<Self>, gradient: Tensor<D>, momentum: f64, sqr_momentum: f64) -> Self {
        let squared = gradient.clone().square().mul_scalar(1.0 - sqr_momentum);
        let fresh = gradient.mul_scalar(1.0 - momentum);
        match state {
            Some(old) => Self {
                time: old.time + 1,
                mean: old.mean.mul_scalar(momentum) + fresh,
                square: old.square.mul_scalar(sqr_momentum) + squared,
            },
            None => Self { time: 1, mean: fresh, square: squared },
        }
    }

    /// What is missing from a mean that started at zero: `1 − momentumᵗ`.
    pub fn share_seen(&self, momentum: f64) -> f64 {
        share_seen(momentum, self.time)
    }

    /// What a step is divided by: `√(square / (1 − sqrᵗ)) + epsilon`.
    pub fn spread(&self, sqr_momentum: f64, epsilon: f64) -> Tensor<D> {
        self.square.clone().div_scalar(self.share_seen(sqr_momentum)).sqrt().add_scalar(epsilon)
    }

    /// The means on another device.
    pub fn to_device(self, device: &Device) -> Self {
        Self { time: self.time, mean: self.mean.to_device(device), square: self.square.to_device(device) }
    }
}

/// By hand: burn's derive names paths that only its own crate has.
impl<const D: usize> RecordState for Moments<D> {
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

/// What is missing after `time` steps from a mean that started at zero: `1 − momentumᵗ`.
pub(super) fn share_seen(momentum: f64, time: i64) -> f64 {
    1.0 - momentum.powi(i32::try_from(time).unwrap_or(i32::MAX))
}

/// `p · (1 − rate · decay)`.
pub(super) fn decay<const D: usize>(parameter: Tensor<D>, rate: f64, weight_decay: f64) -> Tensor<D> {
    if weight_decay == 0.0 { parameter } else { parameter.mul_scalar(1.0 - rate * weight_decay) }
}
