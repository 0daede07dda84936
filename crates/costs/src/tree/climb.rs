use std::fmt;

use serde::{Deserialize, Serialize};

use super::ClassTree;
use crate::logs::likeliest;
use crate::sets::SLACK;
use crate::{CostError, HeldOut, Limit};

/// From the likeliest class up the tree until a node is likely enough: an answer that is wrong as seldom as was promised, however little
/// it says.
///
/// An answer is wrong where the actual class is not below it; the root is never wrong. How likely is enough is found on held-out examples (climbing
/// with a threshold that is guaranteed, after "Hierarchical Selective Classification", Goren et al., 2024, with the quantile of conformal
/// prediction or the binomial tail of [`Limit`]).
///
/// ```
/// use firelight_costs::{ClassTree, Climb, HeldOut, Limit, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let rows = [[0.9, 0.05, 0.05], [0.1, 0.5, 0.4], [0.1, 0.3, 0.6], [0.2, 0.7, 0.1]];
/// let held = HeldOut::of_probabilities(&vocab, &rows, &[0, 2, 2, 1])?;
/// let climb = Climb::fit(&tree, &held, Limit::on_average(0.2)?)?;
/// println!("{climb}");
/// let name = |row| climb.decide(row).map(|node| tree.taxonomy().name(node));
/// assert_eq!((name(&[0.1, 0.2, 0.7]), name(&[0.1, 0.45, 0.45])), (Some("pug"), Some("dog")));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Climb {
    tree: ClassTree,
    limit: Limit,
    examples: usize,
    /// Up to which probability it climbs on; `None` where the examples were too few: up to the root.
    highest: Option<f64>,
}

impl Climb {
    /// Climbs as high as the limit on wrong answers asks for, and no higher.
    ///
    /// # Errors
    /// [`CostError::NamesDiffer`] unless the tree has exactly the classes of the examples, in their order.
    pub fn fit(tree: &ClassTree, held: &HeldOut, limit: Limit) -> Result<Self, CostError> {
        crate::matrix::same_names(tree.vocab(), held.vocab())?;
        let tree = ClassTree::new(tree.taxonomy(), held.vocab())?;
        // An answer is right once the climb has left the last node on the way that is wrong.
        let last_wrong = |(row, target): (&[f32], usize)| {
            let nodes = tree.probabilities(row);
            let wrong = way(&tree, row).take_while(|node| !tree.holds(*node, target)).last();
            wrong.map_or(-1.0, |node| nodes[node])
        };
        let mut thresholds: Vec<f64> = held.examples().map(last_wrong).collect();
        thresholds.sort_by(f64::total_cmp);
        let highest = limit.place(thresholds.len()).and_then(|place| thresholds.get(place).copied());
        Ok(Self { tree, limit, examples: held.len(), highest })
    }

    /// The node that is answered. `None` where a probability is not a number, or there are no classes.
    ///
    /// # Panics
    /// If there is not one probability for each class.
    pub fn decide(&self, probabilities: &[f32]) -> Option<usize> {
        let nodes = self.tree.probabilities(probabilities);
        if probabilities.is_empty() || nodes.iter().any(|node| node.is_nan()) {
            return None;
        }
        let enough = |node: &usize| self.highest.is_some_and(|highest| nodes[*node] > highest + SLACK);
        Some(way(&self.tree, probabilities).find(enough).unwrap_or(0))
    }

    /// The tree whose nodes are the answers.
    pub fn tree(&self) -> &ClassTree {
        &self.tree
    }

    /// How often an answer may be wrong.
    pub fn limit(&self) -> Limit {
        self.limit
    }
}

/// From the likeliest class, the first among equals, up to the root.
fn way<'a>(tree: &'a ClassTree, row: &[f32]) -> impl Iterator<Item = usize> + use<'a> {
    tree.path(likeliest(row))
}

impl fmt::Display for Climb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, examples, .. } = self;
        match self.highest {
            Some(highest) if highest < 0.0 => write!(f, "never climbs: wrong {limit} ({examples} examples)"),
            Some(highest) => {
                write!(f, "climbs up to a node likelier than {highest:.4}: wrong {limit} ({examples} examples)")
            }
            None => write!(f, "always climbs to the root, since {examples} examples are too few: wrong {limit}"),
        }
    }
}

/// A climb in a file, which may be anything.
#[derive(Deserialize)]
#[serde(rename = "Climb")]
struct Stored {
    tree: ClassTree,
    limit: Limit,
    examples: usize,
    highest: Option<f64>,
}

impl TryFrom<Stored> for Climb {
    type Error = CostError;

    fn try_from(Stored { tree, limit, examples, highest }: Stored) -> Result<Self, CostError> {
        if highest.is_some_and(|highest| !highest.is_finite()) {
            return Err(CostError::NotFiniteParameter { name: "threshold" });
        }
        Ok(Self { tree, limit, examples, highest })
    }
}
