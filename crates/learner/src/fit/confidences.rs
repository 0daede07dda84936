//! Whether probabilities that a decision weighs mean what they say.

use std::any::Any;

use firelight_costs::{Binning, NodeRule, Reliability};
use firelight_losses::{Caution, Decision};
use firelight_metrics::Outcomes;
use firelight_predict::Trust;

/// Of each example that has one class the probability of the likeliest, and whether it is right.
#[derive(Debug, Default)]
pub(super) struct Confidences(Vec<(f64, bool)>);

impl Confidences {
    /// To be gathered where costs are weighed by probabilities that are not calibrated.
    pub fn weighed(decision: &Decision, trust: &Trust) -> Option<Self> {
        let by_cost =
            matches!(decision, Decision::MinimumRisk(_)) || matches!(trust.nodes, Some(NodeRule::Cheapest(_)));
        (by_cost && trust.calibration.is_none()).then(Self::default)
    }

    pub fn add<T: 'static>(&mut self, outcomes: &Outcomes<T>) {
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            // Of other targets than one class nothing is gathered.
            let class = (target as &dyn Any).downcast_ref::<usize>();
            let likeliest = Decision::Argmax.best(row);
            if let (Some(class), Some(likeliest)) = (class, likeliest) {
                self.0.push((f64::from(row[likeliest]), likeliest == *class));
            }
        }
    }

    /// What there is to say of them.
    pub fn caution(self) -> Option<Caution> {
        Reliability::of_pairs(self.0, Binning::Width(15)).error().and_then(Caution::uncalibrated)
    }
}
