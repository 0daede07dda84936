//! One optimizer over a model's parameter groups.

use burn::module::{Module, ParamGroup};
use burn::optim::{GradientsParams, ModuleOptimizer};

use super::{Adam, Dial};
use crate::LearnerError;

/// Norm weights and all biases: weight decay only harms them, so they have none, as in fastai (`wd_bn_bias=False`).
const NO_DECAY: &str = r"(^|\.)(bias|gamma|beta)$";

/// Adam over parameter groups, each with a learning rate of its own, all with one momentum.
pub struct GroupOptimizer {
    optimizer: ModuleOptimizer,
    rates: Vec<Dial>,
    momentum: Dial,
}

impl GroupOptimizer {
    /// An optimizer for the groups that `patterns` name: anchored regular expressions over parameter paths, from input to
    /// head. Norm weights and biases have no weight decay.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Groups`] if a pattern is no regular expression.
    pub fn new(adam: &Adam, patterns: &[String]) -> Result<Self, LearnerError> {
        let momentum = Dial::new(adam.momentum.read());
        let rates: Vec<Dial> = patterns.iter().map(|_| Dial::new(adam.rate.read())).collect();
        let mut optimizer = ModuleOptimizer::from(Adam { momentum: momentum.clone(), ..adam.clone() });
        for (pattern, rate) in patterns.iter().zip(&rates) {
            let decayed = Adam { rate: rate.clone(), momentum: momentum.clone(), ..adam.clone() };
            let plain = Adam { weight_decay: 0.0, ..decayed.clone() };
            // The last group that matches a parameter is the one that counts.
            optimizer = optimizer.with_group(group(&[pattern])?, decayed, None).with_group(
                group(&[pattern, NO_DECAY])?,
                plain,
                None,
            );
        }
        Ok(Self { optimizer, rates, momentum })
    }

    /// Sets the groups' learning rates and the momentum of the next step.
    pub fn set(&mut self, rates: &[f64], momentum: f64) {
        for (dial, &rate) in self.rates.iter().zip(rates) {
            dial.turn(rate);
        }
        self.momentum.turn(momentum);
    }

    /// Updates the parameters that have a gradient.
    pub fn step<M: Module>(&mut self, model: M, gradients: GradientsParams) -> M {
        self.optimizer.step(1.0, model, gradients)
    }
}

/// Parameters whose paths match every pattern.
pub(crate) fn group(patterns: &[&str]) -> Result<ParamGroup, LearnerError> {
    ParamGroup::from_regexes(patterns.to_vec())
        .map_err(|error| LearnerError::Groups { patterns: patterns.join(", "), why: format!("{error:?}") })
}
