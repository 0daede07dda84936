//! What a learner is told about how to update its parameters.

use std::fmt;
use std::sync::Arc;

use burn::optim::{DynOptimizer, Optimizer};

use super::Dial;

/// An optimizer whose momentum a schedule can set, and whose weight decay can be left out.
///
/// An implementor is a [`Rule`] for [`Learner::with_optimizer`](crate::Learner::with_optimizer). Its momentum lives in a
/// [`Dial`], which it reads at every step.
pub trait Scheduled: Optimizer {
    /// What it is called, in records of its state: a record of another optimizer is refused.
    const NAME: &'static str;

    /// The dial of its momentum.
    fn momentum(&self) -> &Dial;

    /// The same optimizer with its momentum on another dial.
    fn with_momentum_on(self, momentum: Dial) -> Self;

    /// The same optimizer without weight decay.
    fn without_decay(self) -> Self;
}

/// Makes an optimizer with the fields `momentum`, a dial, and `weight_decay` a [`Scheduled`] one.
macro_rules! scheduled {
    ($optimizer:ty, $name:literal) => {
        impl $crate::optim::Scheduled for $optimizer {
            const NAME: &'static str = $name;

            fn momentum(&self) -> &$crate::optim::Dial {
                &self.momentum
            }

            fn with_momentum_on(self, momentum: $crate::optim::Dial) -> Self {
                Self { momentum, ..self }
            }

            fn without_decay(self) -> Self {
                Self { weight_decay: 0.0, ..self }
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
/// ```
#[derive(Clone)]
pub struct Rule {
    name: &'static str,
    pub(super) decayed: Arc<dyn DynOptimizer>,
    pub(super) plain: Arc<dyn DynOptimizer>,
    pub(super) momentum: Dial,
}

impl Rule {
    /// A rule of any burn optimizer: `decayed` for most parameters, `plain` for norms and biases.
    pub fn of<O: Optimizer>(name: &'static str, decayed: O, plain: O) -> Self {
        Self { name, decayed: Arc::new(decayed), plain: Arc::new(plain), momentum: Dial::new(0.0) }
    }

    /// What the optimizer is called.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<O: Scheduled> From<O> for Rule {
    fn from(optimizer: O) -> Self {
        // A dial of its own: two learners made from one optimizer must not turn each other's.
        let momentum = Dial::new(optimizer.momentum().read());
        let decayed = optimizer.with_momentum_on(momentum.clone());
        let plain = decayed.clone().without_decay();
        Self { momentum, ..Self::of(O::NAME, decayed, plain) }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.name).finish()
    }
}
