use firelight_costs::{Calibration, Calibrator, Climb, Limit, NodeRule, SetRule, Sets};
use firelight_predict::Trust;

use crate::Part;

/// What is in place to make answers worth trusting, and how it was fitted: by that it is judged anew on examples that it was fitted on.
#[derive(Debug, Clone, Default)]
pub struct Trusted {
    trust: Trust,
    calibrator: Option<(Calibrator, Part)>,
    sets: Option<(SetRule, Limit, Part)>,
    climb: Option<(Limit, Part)>,
}

/// What to say where it goes.
pub(crate) const GONE: &str = "what was fitted on the probabilities of the model before (calibration, sets, climbs) is gone with them; fit it again";

impl Trusted {
    /// What is in place.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// How the calibration was fitted, if it was on this part.
    pub(crate) fn calibrator_on(&self, part: Part) -> Option<&Calibrator> {
        self.calibrator.as_ref().filter(|fitted| fitted.1 == part).map(|fitted| &fitted.0)
    }

    /// How the sets were fitted, if they were on this part.
    pub(crate) fn sets_on(&self, part: Part) -> Option<(&SetRule, Limit)> {
        self.sets.as_ref().filter(|fitted| fitted.2 == part).map(|fitted| (&fitted.0, fitted.1))
    }

    /// How the climb was fitted, if it was on this part.
    pub(crate) fn climb_on(&self, part: Part) -> Option<Limit> {
        self.climb.filter(|fitted| fitted.1 == part).map(|fitted| fitted.0)
    }

    /// Sets and climbs that were fitted on other probabilities go.
    pub(crate) fn with_calibration(
        &self,
        calibration: Option<Calibration>,
        fitted: Option<(Calibrator, Part)>,
    ) -> Self {
        let left = self.unfitted();
        if self.trust.sets.is_some() || self.trust.nodes != left.trust.nodes {
            tracing::warn!("{GONE}");
        }
        Self { trust: Trust { calibration, ..left.trust }, calibrator: fitted, ..left }
    }

    pub(crate) fn with_sets(self, sets: Option<Sets>, fitted: Option<(SetRule, Limit, Part)>) -> Self {
        Self { trust: Trust { sets, ..self.trust }, sets: fitted, ..self }
    }

    pub(crate) fn with_nodes(self, nodes: Option<NodeRule>, fitted: Option<(Limit, Part)>) -> Self {
        Self { trust: Trust { nodes, ..self.trust }, climb: fitted, ..self }
    }

    /// A climb that was fitted on a part.
    pub(crate) fn with_climb(self, climb: Climb, part: Part) -> Self {
        let limit = climb.limit();
        self.with_nodes(Some(climb.into()), Some((limit, part)))
    }

    /// What of it is still right of other probabilities: what was decided, and not what was fitted.
    pub(crate) fn unfitted(&self) -> Self {
        let nodes = self.trust.nodes.clone().filter(|nodes| matches!(nodes, NodeRule::Cheapest(_)));
        Self { trust: Trust { nodes, ..Trust::default() }, ..Self::default() }
    }

    /// Whether anything of it was fitted.
    pub(crate) fn is_fitted(&self) -> bool {
        self.trust != self.unfitted().trust
    }
}
