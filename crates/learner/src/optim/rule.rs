//! What a learner is told about how to update its parameters.

use std::fmt;
use std::sync::Arc;

use burn::optim::{DynOptimizer, Optimizer};

/// An optimizer whose momentum a schedule can set, and whose weight decay can be left out.
///
/// An implementor is a [`Rule`] for [`Learner::with_optimizer`](crate::Learner::with_optimizer). It is a value: a step at another
/// momentum is a step of another value, made by [`at_momentum`](Self::at_momentum), so that nothing is shared between learners.
pub trait Scheduled: Optimizer {
    /// What it is called, in records of its state: a record of another optimizer is refused.
    const NAME: &'static str;

    /// The momentum that it has by itself; 0 without one.
    fn momentum(&self) -> f64;

    /// The same optimizer with the momentum of a step. One that keeps no mean stays as it is.
    fn at_momentum(self, momentum: f64) -> Self;

    /// The same optimizer without weight decay.
    fn without_decay(self) -> Self;

    /// Its name and all of its settings, in words that are equal exactly where the steps are: a run that is gone on with under
    /// another description is refused.
    fn describe(&self) -> String;

    /// A setting that makes no sense, in words.
    fn problem(&self) -> Option<String> {
        None
    }
}

/// The first of the means that is not from 0 to under 1, or of the amounts that is not a finite number of at least 0.
pub(super) fn problem(means: &[(&str, f64)], amounts: &[(&str, f64)]) -> Option<String> {
    let mean = means.iter().find(|(_, value)| !(0.0..1.0).contains(value));
    let amount = || amounts.iter().find(|(_, value)| !(value.is_finite() && *value >= 0.0));
    mean.or_else(amount).map(|(name, value)| format!("{name} {value}"))
}

/// Makes an optimizer with the fields `momentum`, `sqr_momentum`, `epsilon` and `weight_decay` a [`Scheduled`] one.
macro_rules! scheduled {
    ($optimizer:ty, $name:literal) => {
        impl $crate::optim::Scheduled for $optimizer {
            const NAME: &'static str = $name;

            fn momentum(&self) -> f64 {
                self.momentum
            }

            fn at_momentum(self, momentum: f64) -> Self {
                Self { momentum, ..self }
            }

            fn without_decay(self) -> Self {
                Self { weight_decay: 0.0, ..self }
            }

            fn describe(&self) -> String {
                let Self { momentum, sqr_momentum, epsilon, weight_decay } = self;
                let name = $name;
                format!("{name} (momentum {momentum}, {sqr_momentum} of squares, epsilon {epsilon}, weight decay {weight_decay})")
            }

            fn problem(&self) -> Option<String> {
                $crate::optim::rule::problem(
                    &[("momentum", self.momentum), ("momentum of squares", self.sqr_momentum)],
                    &[("epsilon", self.epsilon), ("weight decay", self.weight_decay)],
                )
            }
        }
    };
}
pub(super) use scheduled;

/// How parameters follow their gradients: one optimizer for most of them, and one without weight decay for norms and biases.
///
/// Every [`Scheduled`] optimizer is one by `into()`. [`Rule::of`] makes one from any two of burn's optimizers; their momentum
/// stays as they have it, whatever the schedule says.
///
/// ```
/// use burn::optim::LionConfig;
/// use firelight_learner::optim::{Rule, Sgd};
///
/// let sgd = Rule::from(Sgd::new().with_momentum(0.9));
/// let lion = Rule::of("lion", LionConfig::new().build(), LionConfig::new().with_weight_decay(0.0).build());
/// assert_eq!((sgd.name(), lion.name()), ("sgd", "lion"));
/// assert_eq!(sgd.describe(), "sgd (momentum 0.9, weight decay 0)");
/// ```
#[derive(Clone)]
pub struct Rule {
    name: &'static str,
    description: String,
    problem: Option<String>,
    at: Arc<dyn Fn(Option<f64>) -> Pair + Send + Sync>,
}

/// The optimizers of one step.
pub(super) struct Pair {
    pub decayed: Arc<dyn DynOptimizer>,
    pub plain: Arc<dyn DynOptimizer>,
    pub momentum: f64,
}

impl Rule {
    /// A rule of any burn optimizer: `decayed` for most parameters, `plain` for norms and biases.
    ///
    /// Their settings cannot be seen from here: say them in the name (`"lion 0.95"`) where a run that is gone on with must not
    /// change them.
    pub fn of<O: Optimizer>(name: &'static str, decayed: O, plain: O) -> Self {
        let (decayed, plain): (Arc<dyn DynOptimizer>, Arc<dyn DynOptimizer>) = (Arc::new(decayed), Arc::new(plain));
        let at = move |_| Pair { decayed: decayed.clone(), plain: plain.clone(), momentum: 0.0 };
        Self { name, description: name.into(), problem: None, at: Arc::new(at) }
    }

    /// What the optimizer is called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its name and all of its settings.
    pub fn describe(&self) -> &str {
        &self.description
    }

    /// A setting that makes no sense.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// The optimizers of a step with the schedule's momentum, or with the rule's own.
    pub(super) fn at(&self, momentum: Option<f64>) -> Pair {
        (self.at)(momentum)
    }
}

impl<O: Scheduled> From<O> for Rule {
    fn from(optimizer: O) -> Self {
        let (description, problem) = (optimizer.describe(), optimizer.problem());
        let at = move |momentum: Option<f64>| {
            let decayed = optimizer.clone();
            let decayed = momentum.map_or(decayed.clone(), |momentum| decayed.at_momentum(momentum));
            let momentum = decayed.momentum();
            Pair { plain: Arc::new(decayed.clone().without_decay()), decayed: Arc::new(decayed), momentum }
        };
        Self { name: O::NAME, description, problem, at: Arc::new(at) }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.description).finish()
    }
}
