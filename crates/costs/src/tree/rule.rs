use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ClassTree, Climb, NodeDecision};
use crate::Limit;

/// Which node of a tree a model answers, where it may answer any.
///
/// ```
/// use firelight_costs::{ClassTree, NodeDecision, NodeRule, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let rule = NodeRule::from(NodeDecision::path_length(&tree));
/// assert_eq!(rule.decide(&[0.1, 0.45, 0.45]), rule.tree().find("dog"));
/// assert!(rule.limit().is_none()); // it is cheap, and nothing is promised
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NodeRule {
    /// The node of the least expected cost, or "I do not know".
    Cheapest(NodeDecision),
    /// The lowest node that is likely enough.
    Climb(Climb),
}

impl NodeRule {
    /// The node that is answered. `None` where a probability is not a number, or there are no classes.
    ///
    /// # Panics
    /// If there is not one probability for each class.
    pub fn decide(&self, probabilities: &[f32]) -> Option<usize> {
        match self {
            Self::Cheapest(decision) => decision.decide(probabilities),
            Self::Climb(climb) => climb.decide(probabilities),
        }
    }

    /// The tree whose nodes are the answers.
    pub fn tree(&self) -> &ClassTree {
        match self {
            Self::Cheapest(decision) => decision.tree(),
            Self::Climb(climb) => climb.tree(),
        }
    }

    /// How often an answer may be wrong, where that is promised.
    pub fn limit(&self) -> Option<Limit> {
        match self {
            Self::Cheapest(_) => None,
            Self::Climb(climb) => Some(climb.limit()),
        }
    }
}

impl From<NodeDecision> for NodeRule {
    fn from(decision: NodeDecision) -> Self {
        Self::Cheapest(decision)
    }
}

impl From<Climb> for NodeRule {
    fn from(climb: Climb) -> Self {
        Self::Climb(climb)
    }
}

impl fmt::Display for NodeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cheapest(decision) => decision.fmt(f),
            Self::Climb(climb) => climb.fmt(f),
        }
    }
}
