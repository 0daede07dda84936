use std::fmt;

use firelight_costs::ClassTree;
use serde::Serialize;

use crate::ancestors::Overlap;
use crate::ratio;
use crate::text::number;

/// How good answers are that may be any node of a tree: how often they are right, and how much they say.
///
/// The one is easily had without the other: "an animal" is always right, and a class always says all. Compare answers by F, or at one share of
/// right ones.
///
/// ```
/// use firelight_metrics::{ClassTree, NodeReport, Vocab};
/// use firelight_vocab::Taxonomy;
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// // Pairs of an actual class and an answer.
/// let report = NodeReport::of(&tree, [(0, tree.find("cat")), (1, tree.find("beagle")), (2, tree.find("Bengal"))]);
/// println!("{report}");
/// assert_eq!((report.right, report.exact), (Some(2.0 / 3.0), Some(1.0 / 3.0)));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NodeReport {
    /// How many examples there are.
    pub examples: usize,
    /// Share whose answer is above the actual class, or is it. No answer is not right.
    pub right: Option<f64>,
    /// Share whose answer is the actual class itself.
    pub exact: Option<f64>,
    /// Share whose answer is the root, or none: nothing is said.
    pub nothing: Option<f64>,
    /// Hierarchical precision, as [`ancestor_precision`](crate::ancestor_precision); `None` where every answer is the root.
    pub precision: Option<f64>,
    /// Hierarchical recall, as [`ancestor_recall`](crate::ancestor_recall).
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
}

impl NodeReport {
    /// From pairs of an actual class and the node that was answered for it, if one was.
    ///
    /// # Panics
    ///
    /// If there is no such class or node.
    pub fn of(tree: &ClassTree, pairs: impl IntoIterator<Item = (usize, Option<usize>)>) -> Self {
        let (mut examples, mut right, mut exact, mut nothing) = (0, 0.0, 0.0, 0.0);
        let mut sums = Overlap { picked: 0.0, actual: 0.0, both: 0.0 };
        for (class, node) in pairs {
            examples += 1;
            right += f64::from(node.is_some_and(|node| tree.holds(node, class)));
            exact += f64::from(node == Some(tree.leaf(class)));
            nothing += f64::from(node.is_none_or(|node| node == 0));
            let overlap = Overlap::of(tree, node, class);
            sums.picked += overlap.picked;
            sums.actual += overlap.actual;
            sums.both += overlap.both;
        }
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        Self {
            examples,
            right: ratio(right, examples),
            exact: ratio(exact, examples),
            nothing: ratio(nothing, examples),
            precision: share(sums.both, sums.picked),
            recall: share(sums.both, sums.actual),
            f1: share(2.0 * sums.both, sums.picked + sums.actual),
        }
    }
}

/// One line.
impl fmt::Display for NodeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value| number(value, 3);
        let Self { examples, right, exact, nothing, precision, recall, f1 } = self;
        let [right, exact, nothing] = [right, exact, nothing].map(|share| text(*share));
        let [precision, recall, f1] = [precision, recall, f1].map(|share| text(*share));
        write!(f, "right {right}, exact {exact}, nothing said {nothing}; ")?;
        write!(f, "precision {precision}, recall {recall}, F1 {f1} ({examples} examples)")
    }
}
