//! One optimizer over a model's parameter groups.

use std::collections::BTreeMap;
use std::fmt;

use burn::module::{Module, ModuleMapper, Param, ParamGroup};
use burn::optim::{DynOptimizer, DynState, GradientsParams};
use burn::tensor::Tensor;

use super::Rule;
use super::rule::Pair;
use crate::LearnerError;

/// Norm weights and all biases: weight decay only harms them, so they have none, as in fastai (`wd_bn_bias=False`).
const NO_DECAY: &str = r"(^|\.)(bias|gamma|beta)$";

/// A rule over parameter groups, each with a learning rate of its own, all with one momentum.
///
/// What it knows of a parameter is kept under the parameter's path in the model, so a state that was written as bytes fits
/// every model of the same architecture.
///
/// ```
/// use burn::optim::GradientsParams;
/// use burn::module::Module;
/// use burn::tensor::{Device, Tensor};
/// use firelight_learner::models::{Arch, HeadConfig, Model, VisionModel};
/// use firelight_learner::optim::{Adam, GroupOptimizer};
///
/// let device = Device::flex().autodiff();
/// let head = HeadConfig::new(Arch::Small.features(), 2).init(43, &device);
/// let model = VisionModel::new(Arch::Small.body(42, &device), head).train();
/// let mut optimizer = GroupOptimizer::new(Adam::default(), &model.groups())?;
/// let loss = model.forward(Tensor::ones([2, 3, 32, 32], &device)).mean();
/// let gradients = GradientsParams::from_grads(loss.backward(), &model);
/// let model = optimizer.step(model, gradients, &[1e-4, 1e-3], Some(0.9))?; // body and head
/// # Ok::<(), firelight_learner::LearnerError>(())
/// ```
#[derive(Clone)]
pub struct GroupOptimizer {
    pub(super) rule: Rule,
    groups: Vec<ParamGroup>,
    no_decay: ParamGroup,
    pub(super) known: BTreeMap<String, Known>,
}

/// What is known of one parameter.
#[derive(Clone)]
pub(super) struct Known {
    group: usize,
    decays: bool,
    pub state: Option<DynState>,
}

impl Known {
    /// The optimizer that steps it.
    pub fn optimizer<'a>(&self, pair: &'a Pair) -> &'a dyn DynOptimizer {
        if self.decays { &*pair.decayed } else { &*pair.plain }
    }
}

impl GroupOptimizer {
    /// An optimizer for the groups that `patterns` name: anchored regular expressions over parameter paths, from input to
    /// head. Norm weights and biases have no weight decay. A parameter that no pattern matches goes with the last group.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Groups`] if a pattern is no regular expression.
    pub fn new(rule: impl Into<Rule>, patterns: &[String]) -> Result<Self, LearnerError> {
        Ok(Self {
            groups: patterns.iter().map(|pattern| group(&[pattern])).collect::<Result<_, _>>()?,
            no_decay: group(&[NO_DECAY])?,
            rule: rule.into(),
            known: BTreeMap::new(),
        })
    }

    /// How many parameter groups there are.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The momentum of a step for which a schedule gives `momentum`: that, or without one the rule's own; 0 for a rule that has
    /// none.
    pub fn momentum(&self, momentum: Option<f64>) -> f64 {
        self.rule.at(momentum).momentum
    }

    /// Updates the parameters that have a gradient: each group at its rate, all with `momentum`, or without one with the
    /// rule's own.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] unless there is a rate for each group.
    pub fn step<M: Module>(
        &mut self,
        model: M,
        gradients: GradientsParams,
        rates: &[f64],
        momentum: Option<f64>,
    ) -> Result<M, LearnerError> {
        if rates.len() != self.groups.len() {
            let value = format!("{} of them for {} parameter groups", rates.len(), self.groups.len());
            return Err(LearnerError::Setting { setting: "learning rates", value, remedy: "give each group one" });
        }
        let pair = self.rule.at(momentum);
        Ok(model.map(&mut Step { optimizer: self, pair, rates, gradients, path: Vec::new() }))
    }

    /// What to update the parameter at `path` with.
    pub(super) fn know(&self, path: &str) -> Known {
        let of = |group: &ParamGroup| group.matches(&burn::module::ParamId::from(0), Some(path));
        let group = self.groups.iter().rposition(of).unwrap_or(self.groups.len().saturating_sub(1));
        Known { group, decays: !of(&self.no_decay), state: None }
    }
}

impl fmt::Debug for GroupOptimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&String> = self.known.keys().collect();
        f.debug_struct("GroupOptimizer").field("rule", &self.rule).field("known", &known).finish_non_exhaustive()
    }
}

/// Parameters whose paths match every pattern.
pub(crate) fn group(patterns: &[&str]) -> Result<ParamGroup, LearnerError> {
    ParamGroup::from_regexes(patterns.to_vec())
        .map_err(|error| LearnerError::Groups { patterns: patterns.join(", "), why: format!("{error:?}") })
}

/// Walks over a model and updates it.
struct Step<'a> {
    optimizer: &'a mut GroupOptimizer,
    pair: Pair,
    rates: &'a [f64],
    gradients: GradientsParams,
    path: Vec<String>,
}

impl ModuleMapper for Step<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = parameter.consume();
        let Some(gradient) = self.gradients.remove::<D>(id) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let path = self.path.join(".");
        let mut known = self.optimizer.known.remove(&path).unwrap_or_else(|| self.optimizer.know(&path));
        let rate = self.rates.get(known.group).copied().unwrap_or_default();
        let optimizer = known.optimizer(&self.pair);

        let (tracked, checkpoints) = (tensor.is_require_grad(), tensor.gradient_checkpointing_strategy());
        let device = gradient.device();
        let state = known.state.take().map(|state| optimizer.to_device_dyn(state, &device));
        let (updated, state) = optimizer.step_dyn(D, rate, tensor.inner().into_bridge(), gradient.into_bridge(), state);
        known.state = state;
        self.optimizer.known.insert(path, known);

        let mut updated = Tensor::from_inner(Tensor::from_bridge(updated));
        if let Some(strategy) = checkpoints {
            updated = updated.with_gradient_checkpointing_strategy(strategy);
        }
        Param::from_mapped_value(id, updated.set_require_grad(tracked), mapper)
    }
}
