//! Optimizers whose rate and momentum are arguments of every step.
//!
//! | optimizer | is | fastai's |
//! |---|---|---|
//! | [`Adam`] | Adam with decoupled weight decay (`AdamW`), the default | `Adam` |
//! | [`Sgd`] | stochastic gradient descent, with momentum or without, Nesterov's too | `SGD` |
//! | [`RAdam`] | Adam that trusts its own scale only when it has seen enough | `RAdam` |
//! | [`Lamb`] | Adam with a step in proportion to each tensor's size | `Lamb` |
//! | [`Lookahead`] | any of them, drawn back towards where it was every few steps | `Lookahead` |
//! | [`ranger`] | `Lookahead` over [`RAdam`] | `ranger` |
//!
//! Each is an [`Optimizer`](burn::optim::Optimizer) of burn's. A [`Rule`] is one of these, or any of burn's own, as a learner
//! takes it; [`GroupOptimizer`] runs a rule over a model's parameter groups.

mod adam;
mod gradients;
mod groups;
mod lamb;
mod lookahead;
mod loss_scale;
mod moments;
mod radam;
mod record;
mod rule;
mod sgd;

pub use adam::Adam;
pub(crate) use gradients::{Factor, length, scale};
pub use groups::GroupOptimizer;
pub(crate) use groups::group;
pub use lamb::Lamb;
pub use lookahead::{Lookahead, LookaheadState, ranger};
pub(crate) use loss_scale::LossScale;
pub use moments::Moments;
pub use radam::RAdam;
use rule::scheduled;
pub use rule::{Rule, Scheduled};
pub use sgd::{Sgd, SgdState};
