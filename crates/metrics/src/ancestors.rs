//! Mistakes seen from the nodes of a tree that a pick and the actual class have in common.

use firelight_costs::{ClassTree, digest};

use crate::mean::with_settings;
use crate::{Better, ClassMetric, Example};

/// Hierarchical precision: of all nodes above the picks, and these themselves, the share that is above the actual classes too, 0 to 1
/// (Kiritchenko et al., 2005, summed over examples as Silla and Freitas, 2011). The root is above everything and does not count.
///
/// [`hierarchical_precision`](crate::hierarchical_precision) is another number, of the first `k` classes and their distances.
///
/// ```
/// use firelight_metrics::{ClassTree, Decision, Vocab, ancestor_precision, measure};
/// use firelight_vocab::Taxonomy;
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(ancestor_precision(&tree), &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert_eq!(value, Some((2.0 + 2.0 + 1.0 + 0.0) / 8.0));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn ancestor_precision(tree: &ClassTree) -> ClassMetric {
    of_overlap("ancestor_precision", tree, |overlap| (overlap.both, overlap.picked))
}

/// Hierarchical recall: of all nodes above the actual classes, and these themselves, the share that is above the picks too; see
/// [`ancestor_precision`]. The same number where all classes are equally deep.
///
/// ```
/// use firelight_metrics::{ClassTree, Decision, Vocab, ancestor_recall, measure};
/// use firelight_vocab::Taxonomy;
///
/// let vocab = Vocab::from_labels(["beagle", "goldfish", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/goldfish", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let value = measure(ancestor_recall(&tree), &[[0.1, 0.8, 0.1], [0.2, 0.1, 0.7]], &[0, 0], &Decision::Argmax);
/// assert_eq!(value, Some((0.0 + 1.0) / 4.0));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn ancestor_recall(tree: &ClassTree) -> ClassMetric {
    of_overlap("ancestor_recall", tree, |overlap| (overlap.both, overlap.actual))
}

/// Hierarchical F: the weighted harmonic mean of [`ancestor_precision`] and [`ancestor_recall`], `(1 + β²) P R / (β² P + R)`.
///
/// ```
/// use firelight_metrics::{ClassTree, Decision, Vocab, ancestor_f_beta, measure};
/// use firelight_vocab::Taxonomy;
///
/// let vocab = Vocab::from_labels(["beagle", "goldfish", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/goldfish", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let value = measure(ancestor_f_beta(&tree, 1.0), &[[0.1, 0.8, 0.1], [0.2, 0.1, 0.7]], &[0, 0], &Decision::Argmax);
/// assert_eq!(value, Some(2.0 / 7.0)); // P = 1/3, R = 1/4
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn ancestor_f_beta(tree: &ClassTree, beta: f64) -> ClassMetric {
    let weight = beta * beta;
    of_overlap(&format!("ancestor_f{beta}"), tree, move |overlap| {
        ((1.0 + weight) * overlap.both, overlap.picked + weight * overlap.actual)
    })
}

/// Share of examples that are right on every level: the likeliest node of each depth, a node being as likely as its classes together, is above
/// the actual class (full-path accuracy). A class above a depth stands there for itself; of equals the first node is picked.
///
/// It is below accuracy where [`path_consistency`] is below 1. The same under every decision.
///
/// ```
/// use firelight_metrics::{ClassTree, Decision, Vocab, full_path_accuracy, measure};
/// use firelight_vocab::Taxonomy;
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// // The second is a cat, and yet a dog is likelier than a cat.
/// let value = measure(full_path_accuracy(&tree), &[[0.8, 0.1, 0.1], [0.4, 0.3, 0.3]], &[0, 0], &Decision::Argmax);
/// assert_eq!(value, Some(0.5));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn full_path_accuracy(tree: &ClassTree) -> ClassMetric {
    of_levels("full_path_accuracy", tree, |tree, picks, target| picks.iter().all(|pick| tree.holds(*pick, target)))
}

/// Share of examples whose likeliest nodes of all depths, as [`full_path_accuracy`] picks them, are one path.
///
/// ```
/// use firelight_metrics::{ClassTree, Decision, Vocab, measure, path_consistency};
/// use firelight_vocab::Taxonomy;
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let value = measure(path_consistency(&tree), &[[0.1, 0.1, 0.8], [0.4, 0.3, 0.3]], &[0, 0], &Decision::Argmax);
/// assert_eq!(value, Some(0.5));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn path_consistency(tree: &ClassTree) -> ClassMetric {
    of_levels("path_consistency", tree, |tree, picks, _| {
        let taxonomy = tree.taxonomy();
        picks.windows(2).all(|pair| taxonomy.up_from(pair[1]).any(|above| above == pair[0]))
    })
}

/// Nodes without the root: of the pick and above, of the actual class and above, in both.
pub(crate) struct Overlap {
    pub picked: f64,
    pub actual: f64,
    pub both: f64,
}

impl Overlap {
    /// No pick has no nodes.
    pub fn of(tree: &ClassTree, picked: Option<usize>, class: usize) -> Self {
        let (taxonomy, leaf) = (tree.taxonomy(), tree.leaf(class));
        let depth = |node: usize| taxonomy.depth(node) as f64;
        let both = picked.map_or(0.0, |node| depth(taxonomy.meet(node, leaf)));
        Self { picked: picked.map_or(0.0, depth), actual: depth(leaf), both }
    }
}

fn of_overlap(name: &str, tree: &ClassTree, of: impl Fn(Overlap) -> (f64, f64) + Send + Sync + 'static) -> ClassMetric {
    let own = tree.clone();
    with_settings(name, Better::More, Some(tree.vocab()), settings(tree), move |example| {
        of(Overlap::of(&own, example.decided.map(|class| own.leaf(class)), *example.target))
    })
}

fn of_levels(
    name: &str,
    tree: &ClassTree,
    holds: impl Fn(&ClassTree, &[usize], usize) -> bool + Send + Sync + 'static,
) -> ClassMetric {
    let (own, taxonomy) = (tree.clone(), tree.taxonomy());
    let at = |depth: usize| {
        let nodes = (0..taxonomy.len()).filter(move |node| {
            let (own, is_leaf) = (taxonomy.depth(*node), taxonomy.children(*node).is_empty());
            own == depth || (own < depth && is_leaf)
        });
        nodes.collect::<Vec<_>>()
    };
    let levels: Vec<Vec<usize>> = (1..=taxonomy.height(0)).map(at).collect();
    with_settings(name, Better::More, Some(tree.vocab()), settings(tree), move |example: &Example<usize>| {
        if example.decided.is_none() {
            return (0.0, 1.0);
        }
        let nodes = own.probabilities(example.row);
        let likeliest = |level: &Vec<usize>| {
            level.iter().copied().reduce(|best, node| if nodes[node] > nodes[best] { node } else { best })
        };
        let picks: Vec<usize> = levels.iter().filter_map(likeliest).collect();
        (f64::from(holds(&own, &picks, *example.target)), 1.0)
    })
}

/// What a tree is, for the description of a metric.
fn settings(tree: &ClassTree) -> String {
    let paths = (0..tree.vocab().len()).flat_map(|class| tree.path(class));
    digest(tree.vocab(), paths.map(|node| node as f64))
}
