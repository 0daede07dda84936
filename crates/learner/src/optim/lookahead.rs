//! An optimizer that now and then goes part of the way back.

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};

use super::{RAdam, Scheduled};

/// Lets another optimizer go ahead for a few steps, and then goes on from a point between where it was and where that came to.
///
/// ```text
/// every `period` steps: slow ← slow + share · (p − slow), p ← slow
/// ```
///
/// Source: Zhang and others, *Lookahead Optimizer: k steps forward, 1 step back* (2019).
///
/// | parameter | default, fastai's too |
/// |---|---|
/// | `period` | 6 |
/// | `share` | 0.5 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lookahead<O> {
    /// The optimizer that goes ahead.
    pub ahead: O,
    /// Its steps between two points; at least 1.
    pub period: i64,
    /// How much of the way is kept, 0 to 1.
    pub share: f64,
}

impl<O: Scheduled> Lookahead<O> {
    /// Over `ahead`, with the usual period and share.
    pub fn new(ahead: O) -> Self {
        Self { ahead, period: 6, share: 0.5 }
    }
}

/// [`Lookahead`] over [`RAdam`] with fastai's settings: momentum 0.95, epsilon 1e-6, weight decay 0.01.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, optim::ranger};
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// learn.with_optimizer(ranger()).fit_flat_cos(10, 1e-3)?;
/// # Ok(())
/// # }
/// ```
pub fn ranger() -> Lookahead<RAdam> {
    Lookahead::new(RAdam { momentum: 0.95, epsilon: 1e-6, weight_decay: 0.01, ..RAdam::default() })
}

/// What [`Lookahead`] keeps of one parameter, beside the other optimizer's state.
#[derive(Debug, Clone)]
pub struct LookaheadState<S, const D: usize> {
    /// The other optimizer's.
    pub ahead: Option<S>,
    /// Where the parameter last went on from.
    pub slow: Tensor<D>,
    /// Steps done.
    pub time: i64,
}

impl<S: RecordState, const D: usize> RecordState for LookaheadState<S, D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        if let Some(ahead) = &self.ahead {
            ahead.state_flatten(&format!("{prefix}.ahead"), out);
        }
        out.push_tensor(prefix, "slow", self.slow.to_data());
        out.push_scalar(prefix, "steps", self.time.into());
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        Some(Self {
            ahead: S::state_unflatten(&format!("{prefix}.ahead"), source, device),
            slow: Tensor::from_data(source.take_tensor(prefix, "slow")?, device),
            time: source.take_scalar(prefix, "steps")?.try_into().ok()?,
        })
    }
}

impl<O: Optimizer> Optimizer for Lookahead<O> {
    type State<const D: usize> = LookaheadState<O::State<D>, D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let old = state.unwrap_or_else(|| LookaheadState { ahead: None, slow: parameter.clone(), time: 0 });
        let (parameter, ahead) = self.ahead.step(rate, parameter, gradient, old.ahead);
        let time = old.time + 1;
        if time % self.period.max(1) != 0 {
            return (parameter, Some(LookaheadState { ahead, slow: old.slow, time }));
        }
        let slow = old.slow.clone() + (parameter - old.slow).mul_scalar(self.share);
        (slow.clone(), Some(LookaheadState { ahead, slow, time }))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        LookaheadState {
            ahead: state.ahead.map(|ahead| O::to_device(ahead, device)),
            slow: state.slow.to_device(device),
            time: state.time,
        }
    }
}

impl<O: Scheduled> Scheduled for Lookahead<O> {
    const NAME: &'static str = "lookahead";

    fn momentum(&self) -> f64 {
        self.ahead.momentum()
    }

    fn at_momentum(self, momentum: f64) -> Self {
        Self { ahead: self.ahead.at_momentum(momentum), ..self }
    }

    fn without_decay(self) -> Self {
        Self { ahead: self.ahead.without_decay(), ..self }
    }

    fn describe(&self) -> String {
        format!("{} (period {}, share {}) over {}", Self::NAME, self.period, self.share, self.ahead.describe())
    }

    fn problem(&self) -> Option<String> {
        if self.period < 1 {
            return Some(format!("a period of {}", self.period));
        }
        let share = !(0.0..=1.0).contains(&self.share);
        if share { Some(format!("a share of {}", self.share)) } else { self.ahead.problem() }
    }
}
