//! Stochastic gradient descent.

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};
use firelight_layers::update::{SgdFactors, sgd};

use super::Scheduled;
use super::rule::problem;

/// Stochastic gradient descent, by itself or with momentum.
///
/// ```text
/// p ← p · (1 − lr · wd)
/// b ← mom · b + g                      (with momentum; b starts at 0)
/// p ← p − lr · b                       (Nesterov's: p ← p − lr · (g + mom · b))
/// ```
///
/// | option | default | fastai's and `PyTorch`'s |
/// |---|---|---|
/// | [`with_momentum`](Self::with_momentum) | none | 0; 0 |
/// | [`with_nesterov`](Self::with_nesterov) | no | –; no |
/// | [`with_weight_decay`](Self::with_weight_decay) | 0 | 0, decoupled; 0, added to the gradient |
///
/// Without momentum it keeps no state, and a schedule's momentum does not concern it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// `None` keeps no state.
    momentum: Option<f64>,
    nesterov: bool,
    weight_decay: f64,
}

impl Sgd {
    /// Without momentum or decay.
    pub fn new() -> Self {
        Self { momentum: None, nesterov: false, weight_decay: 0.0 }
    }

    /// Sums up gradients, each step keeping this share of the sum; schedules set it anew at every step.
    pub fn with_momentum(mut self, momentum: f64) -> Self {
        self.momentum = Some(momentum);
        self
    }

    /// Looks one step of momentum ahead.
    pub fn with_nesterov(mut self) -> Self {
        self.nesterov = true;
        self
    }

    /// Share of the weight that a step at rate 1 takes away.
    pub fn with_weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Default for Sgd {
    fn default() -> Self {
        Self::new()
    }
}

/// The sum of one parameter's gradients.
#[derive(Debug, Clone)]
pub struct SgdState<const D: usize> {
    /// What momentum keeps.
    pub sum: Tensor<D>,
}

impl<const D: usize> RecordState for SgdState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(prefix, "sum", self.sum.to_data());
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        Some(Self { sum: Tensor::from_data(source.take_tensor(prefix, "sum")?, device) })
    }
}

impl Optimizer for Sgd {
    type State<const D: usize> = SgdState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<SgdState<D>>,
    ) -> (Tensor<D>, Option<SgdState<D>>) {
        let factors = SgdFactors {
            momentum: self.momentum.unwrap_or(0.0),
            fresh: 1.0,
            rate,
            keep: 1.0 - rate * self.weight_decay,
            nesterov: self.nesterov,
        };
        let sum = self.momentum.map(|_| state.map_or_else(|| gradient.zeros_like(), |old| old.sum));
        let (parameter, sum) = sgd(&factors, parameter, sum, gradient);
        (parameter, sum.map(|sum| SgdState { sum }))
    }

    fn to_device<const D: usize>(state: SgdState<D>, device: &Device) -> SgdState<D> {
        SgdState { sum: state.sum.to_device(device) }
    }
}

impl Scheduled for Sgd {
    const NAME: &'static str = "sgd";

    fn momentum(&self) -> f64 {
        self.momentum.unwrap_or(0.0)
    }

    fn at_momentum(self, momentum: f64) -> Self {
        Self { momentum: self.momentum.map(|_| momentum), ..self }
    }

    fn without_decay(self) -> Self {
        Self { weight_decay: 0.0, ..self }
    }

    fn describe(&self) -> String {
        let Self { momentum, nesterov, weight_decay } = self;
        let momentum = momentum.map_or("no momentum".into(), |momentum| format!("momentum {momentum}"));
        let nesterov = if *nesterov { ", Nesterov's" } else { "" };
        format!("sgd ({momentum}{nesterov}, weight decay {weight_decay})")
    }

    fn problem(&self) -> Option<String> {
        problem(&[("momentum", self.momentum())], &[("weight decay", self.weight_decay)])
    }
}
