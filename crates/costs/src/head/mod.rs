//! What a classifier's last layer is, where it knows of a tree.

mod ensemble;
mod frame;

use std::fmt;

use firelight_vocab::{Groups, Vocab};
use serde::{Deserialize, Serialize};

pub use ensemble::Ensemble;
pub use frame::ClassFrame;

use crate::{ClassTree, CostError, digest};

/// What the last layer of a classifier is, and so what its row of numbers holds.
///
/// | head | last layer | row |
/// |---|---|---|
/// | [`Linear`](Self::Linear) | a score for each class | the scores |
/// | [`Frame`](Self::Frame) | a vector, and its products with fixed vectors of the classes, near each other where the classes are (`HAFrame`) | the scores |
/// | [`Subspaces`](Self::Subspaces) | a number for each node of a tree; a class's score is the length of the part that lies on its path (Hier-COS) | the scores, then the numbers of nodes 1, 2, … |
/// | [`Parents`](Self::Parents) | scores of the classes and, by layers of their own, of groups of them; the probabilities are multiplied (`HiE`) | the scores of the product, those of the classes, those of the groups |
///
/// In every row the first numbers are a score for each class, whose softmax is the probabilities. What follows is for the loss, which a learner
/// chooses with the head.
///
/// ```
/// use firelight_costs::{ClassHead, ClassTree, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// assert_eq!(ClassHead::frame(&tree)?.outputs(3), 3);
/// assert_eq!(ClassHead::subspaces(&tree).outputs(3), 3 + 5); // all nodes but the root
/// assert_eq!(ClassHead::parents(&tree.parents()).outputs(3), 3 + 3 + 2); // cat and dog
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClassHead {
    /// A score for each class, all learned: the usual one.
    #[default]
    Linear,
    /// A fixed vector for each class.
    Frame(ClassFrame),
    /// An axis for each node, a subspace for each class.
    Subspaces(ClassTree),
    /// Classes and groups side by side.
    Parents(Groups),
}

impl ClassHead {
    /// A frame whose cosines follow a tree, with a `gamma` of 2; [`ClassFrame::new`] takes another one.
    ///
    /// # Errors
    /// [`CostError::FlatFrame`] for a tree that is so deep that its nearest classes would have nearly the same vector.
    pub fn frame(tree: &ClassTree) -> Result<Self, CostError> {
        ClassFrame::new(tree, ClassFrame::GAMMA).map(Self::Frame)
    }

    /// Subspaces of a tree.
    pub fn subspaces(tree: &ClassTree) -> Self {
        Self::Subspaces(tree.clone())
    }

    /// Classes beside groups of them: those of [`ClassTree::parents`], or any others.
    pub fn parents(groups: &Groups) -> Self {
        Self::Parents(groups.clone())
    }

    /// Numbers of a row for so many classes.
    pub fn outputs(&self, classes: usize) -> usize {
        match self {
            Self::Linear | Self::Frame(_) => classes,
            Self::Subspaces(tree) => classes + tree.axes(),
            Self::Parents(groups) => 2 * classes + groups.len(),
        }
    }

    /// The classes that it is made for; none of the usual one, which is for any.
    pub fn vocab(&self) -> Option<&Vocab> {
        match self {
            Self::Linear => None,
            Self::Frame(frame) => Some(frame.tree().vocab()),
            Self::Subspaces(tree) => Some(tree.vocab()),
            Self::Parents(groups) => Some(groups.vocab()),
        }
    }

    /// Whether it is the usual one.
    pub fn is_linear(&self) -> bool {
        matches!(self, Self::Linear)
    }
}

/// In words, with eight digits for the tree: two heads with one text are one.
impl fmt::Display for ClassHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear => f.write_str("linear"),
            Self::Frame(frame) => write!(f, "frame (tree {}, gamma {})", frame.tree().digest(), frame.gamma()),
            Self::Subspaces(tree) => write!(f, "subspaces (tree {})", tree.digest_of_axes()),
            Self::Parents(groups) => {
                let numbers = groups.of_classes().iter().map(|group| *group as f64);
                write!(f, "parents (groups {})", digest(groups.vocab(), numbers))
            }
        }
    }
}

/// As text: a tree has many lines.
impl fmt::Debug for ClassHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
