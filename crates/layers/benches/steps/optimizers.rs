//! burn's optimizers and the same by one pass.

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};
use firelight_layers::update::{AdamFactors, SgdFactors, adam, sgd};

#[derive(Debug, Clone)]
pub struct Sgd;

/// Nothing is kept.
#[derive(Debug, Clone)]
pub struct Nothing<const D: usize>;

impl<const D: usize> RecordState for Nothing<D> {
    fn state_flatten(&self, _: &str, _: &mut StateSink) {}

    fn state_unflatten(_: &str, _: &mut StateSource, _: &Device) -> Option<Self> {
        None
    }
}

impl Optimizer for Sgd {
    type State<const D: usize> = Nothing<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        _: Option<Nothing<D>>,
    ) -> (Tensor<D>, Option<Nothing<D>>) {
        let factors = SgdFactors { momentum: 0.0, fresh: 1.0, rate, keep: 1.0, nesterov: false };
        (sgd(&factors, parameter, None, gradient).0, None)
    }

    fn to_device<const D: usize>(state: Nothing<D>, _: &Device) -> Nothing<D> {
        state
    }
}

#[derive(Debug, Clone)]
pub struct Adam;

#[derive(Debug, Clone)]
pub struct AdamState<const D: usize> {
    time: i32,
    means: [Tensor<D>; 2],
}

impl<const D: usize> RecordState for AdamState<D> {
    fn state_flatten(&self, _: &str, _: &mut StateSink) {}

    fn state_unflatten(_: &str, _: &mut StateSource, _: &Device) -> Option<Self> {
        None
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
        let (time, means) = state.map_or((1, None), |state| (state.time + 1, Some(state.means)));
        let factors = AdamFactors {
            momentum: 0.9,
            sqr_momentum: 0.999,
            rate: rate / (1.0 - 0.9f64.powi(time)),
            square_unbias: 1.0 / (1.0 - 0.999f64.powi(time)),
            epsilon: 1e-8,
            keep: 1.0,
        };
        let [parameter, mean, square] = adam(&factors, parameter, means, gradient);
        (parameter, Some(AdamState { time, means: [mean, square] }))
    }

    fn to_device<const D: usize>(state: AdamState<D>, _: &Device) -> AdamState<D> {
        state
    }
}
