//! What learning rates and momentum do over a fit.

mod curve;
mod monitor;
mod plateau;
mod rates;
mod shapes;

pub use curve::{Curve, Piece};
pub(crate) use monitor::Patience;
pub use monitor::{Monitor, Watch};
pub use plateau::Plateau;
pub use rates::Rates;
pub use shapes::{FlatCos, OneCycle, WarmRestarts};

use serde::{Deserialize, Serialize};

/// What learning rates and momentum do over a fit, as a function of the position in it: steps done ÷ steps in all, from 0 up to,
/// but not including, 1.
///
/// A schedule is data: it can be compared, printed and stored. It says what the highest rates are multiplied by, so one schedule
/// serves all parameter groups.
///
/// | made by | fit | rate | momentum |
/// |---|---|---|---|
/// | [`Schedule::constant`] | `fit` | stays | the optimizer's own |
/// | [`OneCycle`] | `fit_one_cycle` | up and down along cosines | down and up |
/// | [`FlatCos`] | `fit_flat_cos` | stays, then down along a cosine | the optimizer's own |
/// | [`WarmRestarts`] | `fit_sgdr` | down along cosines, again and again | the optimizer's own |
/// | [`Schedule::new`] | `fit_along` | a [`Curve`] of yours | the optimizer's own, or a [`Curve`] |
///
/// ```
/// use firelight_learner::{Curve, Piece, Schedule};
///
/// // Ten per cent of warm-up, then a straight line to zero.
/// let schedule = Schedule::new(Curve::of([(0.1, Piece::linear(0.0, 1.0)), (0.9, Piece::linear(1.0, 0.0))]));
/// assert!((schedule.rate(1e-3, 0.05) - 5e-4).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Schedule {
    rate: Curve,
    momentum: Option<Curve>,
    plateau: Option<Plateau>,
}

impl Schedule {
    /// The rate along `factor`, whose values multiply the highest rate; the momentum stays the optimizer's own.
    pub fn new(factor: Curve) -> Self {
        Self { rate: factor, momentum: None, plateau: None }
    }

    /// The rate and the momentum stay.
    pub fn constant() -> Self {
        Self::new(Curve::of([(1.0, Piece::flat(1.0))]))
    }

    /// The momentum along `momentum`.
    pub fn with_momentum(mut self, momentum: Curve) -> Self {
        self.momentum = Some(momentum);
        self
    }

    /// Lowers the rates further when a number no longer improves from epoch to epoch.
    pub fn with_plateau(mut self, plateau: Plateau) -> Self {
        self.plateau = Some(plateau);
        self
    }

    /// The rate at `position` of a group whose highest rate is `highest`, without what a plateau takes away.
    pub fn rate(&self, highest: f64, position: f64) -> f64 {
        highest * self.rate.at(position)
    }

    /// The momentum at `position`; `None` leaves it to the optimizer.
    pub fn momentum(&self, position: f64) -> Option<f64> {
        self.momentum.as_ref().map(|curve| curve.at(position))
    }

    /// What makes no sense in it: shares that are no shares, factors that are no factors. A fit refuses it.
    pub(crate) fn problem(&self) -> Option<String> {
        let rate = self.rate.problem("the rate", |factor| factor.is_finite() && factor >= 0.0);
        let momentum = || self.momentum.as_ref()?.problem("the momentum", |momentum| (0.0..1.0).contains(&momentum));
        rate.or_else(momentum).or_else(|| self.plateau.as_ref()?.problem())
    }

    /// What to do on a plateau.
    pub fn plateau(&self) -> Option<&Plateau> {
        self.plateau.as_ref()
    }
}

/// As a file has it, unchecked.
#[derive(Deserialize)]
struct Stored {
    rate: Curve,
    momentum: Option<Curve>,
    plateau: Option<Plateau>,
}

impl TryFrom<Stored> for Schedule {
    type Error = String;

    fn try_from(Stored { rate, momentum, plateau }: Stored) -> Result<Self, String> {
        let schedule = Self { rate, momentum, plateau };
        schedule.problem().map_or(Ok(schedule), |problem| Err(format!("a schedule with {problem}")))
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self::constant()
    }
}
