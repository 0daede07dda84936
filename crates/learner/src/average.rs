//! The moving mean of a model's weights.

use std::collections::HashMap;
use std::fmt;

use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::LearnerError;
use firelight_models::Model;

/// An exponential moving average of the weights over the steps of a fit: timm's `ModelEmaV3`, torchvision's `ExponentialMovingAverage`.
///
/// After each update every weight and every running statistic w̄ of the average becomes w̄ + (1 - d)(w - w̄). The average begins with each fit
/// at the weights that it begins with. It is what the fit is validated with, what [`KeepBest`](crate::KeepBest) keeps, and at the end of the fit
/// the learner's model; training itself goes on with the weights that the optimizer moves.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`new`](Self::new) | 0.9998, timm's | decay d, from 0 to under 1 |
/// | [`with_warm_up`](Self::with_warm_up) | `true` | after n updates d is no more than (1 + n) ÷ (10 + n), as in `tf.train.ExponentialMovingAverage`: a short fit averages about its last tenth |
///
/// It takes the memory of the weights once more, and a pass over those that train, and over all vectors, each update. The next fit begins with the average and a
/// new optimizer.
///
/// ```
/// use firelight_learner::Ema;
///
/// assert_eq!(Ema::default().decay(0), 0.1);
/// assert_eq!(Ema::new(0.99).decay(90), 0.91);
/// assert_eq!(Ema::new(0.99).with_warm_up(false).decay(0), 0.99);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ema {
    decay: f64,
    warm_up: bool,
}

impl Default for Ema {
    fn default() -> Self {
        Self::new(0.9998)
    }
}

impl Ema {
    /// An average of this decay, from 0 to under 1; a fit refuses others.
    pub fn new(decay: f64) -> Self {
        Self { decay, warm_up: true }
    }

    /// Whether the decay is lower at first.
    pub fn with_warm_up(self, warm_up: bool) -> Self {
        Self { warm_up, ..self }
    }

    /// The decay of the update after `updates` others.
    pub fn decay(&self, updates: usize) -> f64 {
        let most = (1.0 + updates as f64) / (10.0 + updates as f64);
        if self.warm_up { self.decay.min(most) } else { self.decay }
    }

    pub(crate) fn check(self) -> Result<(), LearnerError> {
        if (0.0..1.0).contains(&self.decay) {
            return Ok(());
        }
        let value = format!("a decay of {}", self.decay);
        Err(LearnerError::Setting { setting: "moving average", value, remedy: "give one from 0 to under 1" })
    }
}

/// All that it is told, for what a run is compared by.
impl fmt::Display for Ema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "of decay {}{}", self.decay, if self.warm_up { ", warmed up" } else { "" })
    }
}

/// The average so far, of a fit under way.
#[derive(Debug)]
pub(crate) struct Average<M> {
    /// On the plain device, with statistics of its own.
    pub model: M,
    pub updates: usize,
}

impl<M: Model> Average<M> {
    pub fn new(model: &M) -> Self {
        Self { model: model.valid(), updates: 0 }
    }

    /// A copy with statistics of its own.
    pub fn fork(&self) -> Self {
        Self { model: self.model.valid(), updates: self.updates }
    }

    /// The average after one more update, of which `model` came.
    pub fn after(self, model: &M, ema: Ema) -> Self {
        let share = 1.0 - ema.decay(self.updates);
        Self { model: towards(self.model, model, share, Moves::Trained), updates: self.updates.saturating_add(1) }
    }
}

/// Which numbers of a model may be others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moves {
    /// Weights that train, and running statistics, which are vectors.
    Trained,
    All,
}

/// A plain model that has gone a share of the way to another's numbers, statistics included.
pub(crate) fn towards<M: Model>(from: M, to: &M, share: f64, moves: Moves) -> M {
    let mut gather = Gather { moves, path: Vec::new(), tensors: HashMap::new() };
    to.visit(&mut gather);
    from.map(&mut Follow { tensors: gather.tensors, share, path: Vec::new() })
}

/// By path.
struct Gather {
    moves: Moves,
    path: Vec<String>,
    tensors: HashMap<String, Tensor<1>>,
}

impl ModuleVisitor for Gather {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if self.moves == Moves::All || D == 1 || parameter.is_require_grad() {
            self.tensors.insert(self.path.join("."), parameter.val().without_autodiff().flatten(0, D - 1));
        }
    }
}

struct Follow {
    path: Vec<String>,
    tensors: HashMap<String, Tensor<1>>,
    /// How much of the way is gone.
    share: f64,
}

impl ModuleMapper for Follow {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(moved) = self.tensors.remove(&self.path.join(".")) else { return parameter };
        let (id, mean, mapper) = parameter.consume();
        // In this order what has not moved stays as it is to the bit, a negative zero too.
        let way = mean.clone() - moved.reshape(mean.dims());
        Param::from_mapped_value(id, mean - way * self.share, mapper)
    }
}
