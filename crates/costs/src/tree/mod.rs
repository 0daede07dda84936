//! Answers that are nodes of a tree over the classes.

mod climb;
mod cover;
mod decide;
mod rule;

use std::collections::HashMap;

use firelight_vocab::{Groups, Taxonomy, Vocab};
use serde::{Deserialize, Serialize};

pub use climb::Climb;
pub use decide::NodeDecision;
pub use rule::NodeRule;

use crate::{CostError, digest};

/// A taxonomy whose leaves are the classes of a vocab: which classes are below which node, and how likely each node is.
///
/// Nodes have the taxonomy's numbers, the root is 0; classes have the vocab's.
///
/// ```
/// use firelight_costs::{ClassTree, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let nodes = tree.probabilities(&[0.5, 0.3, 0.2]);
/// let dog = tree.find("dog").expect("a node");
/// assert!((nodes[0] - 1.0).abs() < 1e-6 && (nodes[dog] - 0.5).abs() < 1e-6);
/// assert!(tree.holds(dog, vocab.o2i("pug")?));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct ClassTree {
    taxonomy: Taxonomy,
    vocab: Vocab,
    /// The leaf of each class.
    leaves: Vec<usize>,
}

impl ClassTree {
    /// The tree of these classes.
    ///
    /// # Errors
    /// [`CostError::Vocab`] unless the leaves are exactly the classes: [`Taxonomy::pruned_to`] and [`Taxonomy::with_leaves_for`] mend that.
    pub fn new(taxonomy: &Taxonomy, vocab: &Vocab) -> Result<Self, CostError> {
        let leaves = taxonomy.align(vocab)?;
        Ok(Self { taxonomy: taxonomy.clone(), vocab: vocab.clone(), leaves })
    }

    /// No groups: each class right below a root of this name, which is the answer that says nothing.
    ///
    /// # Errors
    /// [`CostError::Vocab`] if a class has the root's name.
    pub fn flat(vocab: &Vocab, root: &str) -> Result<Self, CostError> {
        Self::new(&Taxonomy::from_parent_child(vocab.iter().map(|class| (root, class)))?, vocab)
    }

    /// The tree.
    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// The classes, in the order of the probabilities.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// The first node of this name, the root first.
    pub fn find(&self, name: &str) -> Option<usize> {
        (0..self.taxonomy.len()).find(|node| self.taxonomy.name(*node) == name)
    }

    /// The leaf of a class.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn leaf(&self, class: usize) -> usize {
        self.leaves[class]
    }

    /// The nodes from a class's leaf up to the root.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn path(&self, class: usize) -> impl Iterator<Item = usize> + '_ {
        self.taxonomy.up_from(self.leaves[class])
    }

    /// Whether a class is below a node, or is it.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn holds(&self, node: usize, class: usize) -> bool {
        self.path(class).any(|above| above == node)
    }

    /// The classes in groups by the node right above them.
    pub fn parents(&self) -> Groups {
        let above = |class: &str| {
            let leaf = self.vocab.find(class).map_or(0, |class| self.leaves[class]);
            self.taxonomy.name(self.taxonomy.parent(leaf).unwrap_or(leaf)).to_owned()
        };
        Groups::by(&self.vocab, above)
    }

    /// How many nodes there are but the root: the axes of [`ClassHead::Subspaces`](crate::ClassHead::Subspaces), where node `n` has axis `n − 1`.
    pub fn axes(&self) -> usize {
        self.taxonomy.len() - 1
    }

    /// Eight digits for the tree, whatever its inner nodes are called and in whatever order they were said.
    pub fn digest(&self) -> String {
        let mut numbers = HashMap::new();
        let mut paths = Vec::new();
        for class in 0..self.vocab.len() {
            for node in self.path(class) {
                let next = numbers.len() as f64;
                paths.push(*numbers.entry(node).or_insert(next));
            }
            paths.push(-1.0);
        }
        digest(&self.vocab, paths)
    }

    /// Eight digits for the classes and the numbers of the nodes above them, which go by the names of inner nodes too.
    pub fn digest_of_axes(&self) -> String {
        let path = |class| self.path(class).map(|node| node as f64).chain([-1.0]);
        digest(&self.vocab, (0..self.vocab.len()).flat_map(path))
    }

    /// The probability of each node, the sum of its classes': that of the root first.
    ///
    /// # Panics
    /// If there is not one probability for each class.
    pub fn probabilities(&self, probabilities: &[f32]) -> Vec<f64> {
        let (given, classes) = (probabilities.len(), self.vocab.len());
        assert!(given == classes, "there are {given} probabilities and a tree of {classes} classes");
        let mut nodes = vec![0.0; self.taxonomy.len()];
        for (class, probability) in probabilities.iter().enumerate() {
            for node in self.path(class) {
                nodes[node] += f64::from(*probability);
            }
        }
        nodes
    }
}

/// A tree in a file, which may be anything.
#[derive(Serialize, Deserialize)]
#[serde(rename = "ClassTree")]
struct Stored {
    taxonomy: Taxonomy,
    vocab: Vocab,
}

impl From<ClassTree> for Stored {
    fn from(ClassTree { taxonomy, vocab, .. }: ClassTree) -> Self {
        Self { taxonomy, vocab }
    }
}

impl TryFrom<Stored> for ClassTree {
    type Error = CostError;

    fn try_from(Stored { taxonomy, vocab }: Stored) -> Result<Self, CostError> {
        Self::new(&taxonomy, &vocab)
    }
}
