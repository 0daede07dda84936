use std::fmt;

use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use super::ClassTree;
use crate::error::{finite, single};
use crate::{CostError, CostMatrix};

/// The node of a tree whose answer has the least expected cost: "a beagle" where a model is sure, "a dog" where it knows no more.
///
/// Like [`Decision::MinimumRisk`](crate::Decision::MinimumRisk), and like it in need of calibrated probabilities ([`Calibrator`](crate::Calibrator)),
/// but over all nodes: `argmin_n Σ_j p_j C[n][j]` (Plaud et al., "To Each Metric Its Decoding", 2025, optimal for whatever the costs measure).
///
/// | costs | `C` of node `n` for class `j`, `d` a depth with that of the root 0, `m` where they meet |
/// |---|---|
/// | [`path_length`](Self::path_length) | edges between them, `d(n) + d(j) − 2 d(m)`: the optimum is the lowest node likelier than ½ |
/// | [`f_beta`](Self::f_beta) | `1 − (1 + β²)(d(m) + 1) / (d(n) + 1 + β² (d(j) + 1))`, of hierarchical precision and recall |
/// | [`wu_palmer`](Self::wu_palmer) | `1 − 2 (d(m) + 1) / (d(n) + d(j) + 2)`, which is that of β = 1 |
/// | [`or_unknown`](Self::or_unknown) | of a class those of a matrix, of "I do not know" one number |
/// | [`from_fn`](Self::from_fn) | your own |
///
/// ```
/// use firelight_costs::{ClassTree, NodeDecision, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let decision = NodeDecision::path_length(&tree);
/// let name = |row| decision.decide(row).map(|node| tree.taxonomy().name(node));
/// assert_eq!(name(&[0.05, 0.9, 0.05]), Some("beagle"));
/// assert_eq!(name(&[0.1, 0.45, 0.45]), Some("dog"));
/// assert_eq!(name(&[0.5, 0.25, 0.25]), Some("animal"));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct NodeDecision {
    tree: ClassTree,
    measure: Measure,
    /// Of each node the costs for each class.
    costs: Vec<f64>,
}

/// What costs measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Measure {
    PathLength,
    FBeta(f64),
    WuPalmer,
    /// Not of the tree, but given, with a name.
    Given(String),
}

impl NodeDecision {
    /// Costs are edges: above the class each step left unsaid, beside it the way there and back.
    pub fn path_length(tree: &ClassTree) -> Self {
        Self::measured(tree.clone(), Measure::PathLength)
    }

    /// Costs are what is lacking to a hierarchical F score of 1: the nodes from the root to the answer are compared with those from the root
    /// to the class. `beta` below 1 favours answers that are right, above 1 those that say much. The root counts, as in Plaud et al. (2025).
    ///
    /// # Errors
    /// [`CostError::NotFiniteParameter`] unless `beta` is finite and at least 0.
    pub fn f_beta(tree: &ClassTree, beta: f64) -> Result<Self, CostError> {
        Ok(Self::measured(tree.clone(), Measure::FBeta(finite("beta", beta)?)))
    }

    /// Costs are 1 minus the similarity of Wu and Palmer (1994), with a root of depth 1: for single nodes the same as
    /// [`f_beta`](Self::f_beta) with 1.
    pub fn wu_palmer(tree: &ClassTree) -> Self {
        Self::measured(tree.clone(), Measure::WuPalmer)
    }

    fn measured(tree: ClassTree, measure: Measure) -> Self {
        let f_beta = |node: usize, class: usize, beta: f64| {
            let (taxonomy, leaf, weight) = (&tree.taxonomy, tree.leaf(class), beta * beta);
            let nodes = |node: usize| taxonomy.depth(node) as f64 + 1.0;
            1.0 - (1.0 + weight) * nodes(taxonomy.meet(node, leaf)) / (nodes(node) + weight * nodes(leaf))
        };
        let costs = match measure {
            Measure::FBeta(beta) => costs(&tree, |node, class| f_beta(node, class, beta)),
            Measure::WuPalmer => costs(&tree, |node, class| f_beta(node, class, 1.0)),
            Measure::PathLength | Measure::Given(_) => {
                costs(&tree, |node, class| tree.taxonomy.path_length(node, tree.leaf(class)) as f64)
            }
        };
        Self { tree, measure, costs }
    }

    /// A class with the least expected cost, or "I do not know" where that costs less (Chow, 1970): the root of a flat tree,
    /// named `unknown`.
    ///
    /// ```
    /// use firelight_costs::{CostMatrix, NodeDecision, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["healthy", "ill"]);
    /// let cost = CostMatrix::uniform(&vocab).with("ill", "healthy", 10.0)?;
    /// let decision = NodeDecision::or_unknown(&cost, &vocab, 0.3)?;
    /// let name = |row| decision.decide(row).map(|node| decision.tree().taxonomy().name(node));
    /// assert_eq!(name(&[0.98, 0.02]), Some("healthy"));
    /// assert_eq!(name(&[0.9, 0.1]), Some("unknown"));
    /// assert_eq!(name(&[0.1, 0.9]), Some("ill"));
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Errors
    /// What the costs are refused for, [`CostError::NamesDiffer`] unless they name exactly the classes of the vocab,
    /// [`CostError::NotFiniteParameter`] for the cost of not knowing, [`CostError::Vocab`] for a class called `unknown`.
    pub fn or_unknown(cost: &CostMatrix, vocab: &Vocab, unknown: f64) -> Result<Self, CostError> {
        let unknown = finite("unknown", unknown)?;
        let (cost, tree) = (cost.align(vocab)?, ClassTree::flat(vocab, "unknown")?);
        let mut class_of = vec![None; tree.taxonomy.len()];
        (0..vocab.len()).for_each(|class| class_of[tree.leaf(class)] = Some(class));
        let costs =
            costs(&tree, |node, class| class_of[node].map_or(unknown, |answer| cost.matrix().value(class, answer)));
        Ok(Self { tree, measure: Measure::Given(format!("classes, or unknown at {unknown}")), costs })
    }

    /// Costs of your own: `cost(node, class)` of answering a node where a class is true. A node that must not be answered costs much.
    ///
    /// # Errors
    /// [`CostError::NodeCost`] unless all are finite and at least 0.
    pub fn from_fn(tree: &ClassTree, cost: impl Fn(usize, usize) -> f64) -> Result<Self, CostError> {
        let measure = Measure::Given("own costs".into());
        Self { tree: tree.clone(), measure, costs: costs(tree, cost) }.checked()
    }

    /// The node of the least expected cost, the one nearer to the root among equals. `None` where a probability is not a number, or there are
    /// no classes.
    ///
    /// # Panics
    /// If there is not one probability for each class.
    pub fn decide(&self, probabilities: &[f32]) -> Option<usize> {
        let expected = self.expected(probabilities);
        let depth = |node: usize| self.tree.taxonomy.depth(node);
        let key = |node: usize| (expected[node], depth(node));
        let nodes = (0..expected.len()).filter(|node| !expected[*node].is_nan() && !probabilities.is_empty());
        nodes.reduce(|best, node| if key(node) < key(best) { node } else { best })
    }

    /// The expected cost of answering each node, that of the root first.
    ///
    /// # Panics
    /// If there is not one probability for each class.
    pub fn expected(&self, probabilities: &[f32]) -> Vec<f64> {
        let (given, classes) = (probabilities.len(), self.tree.vocab.len());
        assert!(given == classes, "there are {given} probabilities and costs of {classes} classes");
        let risk = |costs: &[f64]| costs.iter().zip(probabilities).map(|(cost, p)| cost * f64::from(*p)).sum();
        match classes {
            0 => vec![0.0; self.tree.taxonomy.len()],
            classes => self.costs.chunks(classes).map(risk).collect(),
        }
    }

    /// What it costs to answer a node where a class is true.
    ///
    /// # Panics
    /// If there is no such node or class.
    pub fn cost(&self, node: usize, class: usize) -> f64 {
        self.costs[node * self.tree.vocab.len()..][..self.tree.vocab.len()][class]
    }

    /// The tree whose nodes are the answers.
    pub fn tree(&self) -> &ClassTree {
        &self.tree
    }

    fn checked(self) -> Result<Self, CostError> {
        let (nodes, classes) = (self.tree.taxonomy.len(), self.tree.vocab.len());
        if self.costs.len() != nodes * classes {
            return Err(CostError::NodeCostCount { costs: self.costs.len(), nodes, classes });
        }
        match self.costs.iter().position(|cost| !single(*cost) || *cost < 0.0) {
            None => Ok(self),
            Some(at) => Err(CostError::NodeCost {
                node: self.tree.taxonomy.name(at / classes).to_owned(),
                class: self.tree.vocab[at % classes].to_owned(),
                value: self.costs[at],
            }),
        }
    }
}

/// Of each node the costs for each class.
fn costs(tree: &ClassTree, cost: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let pairs = (0..tree.taxonomy.len()).flat_map(|node| (0..tree.vocab.len()).map(move |class| (node, class)));
    pairs.map(|(node, class)| cost(node, class)).collect()
}

impl fmt::Display for NodeDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = self.tree.taxonomy.len();
        match &self.measure {
            Measure::PathLength => write!(f, "the least expected cost (path length) of {nodes} nodes"),
            Measure::FBeta(beta) => write!(f, "the highest expected hierarchical F{beta} of {nodes} nodes"),
            Measure::WuPalmer => write!(f, "the highest expected similarity of Wu and Palmer of {nodes} nodes"),
            Measure::Given(name) => write!(f, "the least expected cost ({name}) of {nodes} nodes"),
        }
    }
}

/// A decision in a file, which may be anything. Costs that the tree says are not in it.
#[derive(Serialize, Deserialize)]
#[serde(rename = "NodeDecision")]
struct Stored {
    tree: ClassTree,
    measure: Measure,
    costs: Option<Vec<f64>>,
}

impl From<NodeDecision> for Stored {
    fn from(NodeDecision { tree, measure, costs }: NodeDecision) -> Self {
        let given = matches!(measure, Measure::Given(_));
        Self { tree, measure, costs: given.then_some(costs) }
    }
}

impl TryFrom<Stored> for NodeDecision {
    type Error = CostError;

    fn try_from(Stored { tree, measure, costs }: Stored) -> Result<Self, CostError> {
        match measure {
            Measure::Given(_) => Self { tree, measure, costs: costs.unwrap_or_default() }.checked(),
            Measure::FBeta(beta) => Self::f_beta(&tree, beta),
            Measure::PathLength | Measure::WuPalmer => Ok(Self::measured(tree, measure)),
        }
    }
}
