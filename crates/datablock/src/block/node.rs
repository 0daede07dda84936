//! One class an item, of which a label may say less.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Bool, Device, Tensor, TensorData};
use firelight_vocab::{Taxonomy, Vocab, VocabError};

use super::cautions::{alike_names, one_target};
use super::targets::{read_targets, unknown};
use super::{FittedTarget, TargetBlock, WithTargets};
use crate::item::Item;
use crate::{DataError, Labeller};

/// Every item belongs to one class, and its label names the class or any node above it: "a beagle" where somebody knew, "a dog" where not.
///
/// The classes are the leaves of a tree, sorted by code point; a model of such labels tells classes, and its files are those of one. Labels of
/// mixed levels need no care: each teaches what it says ([`firelight_losses::MarginalCrossEntropy`](https://docs.rs/firelight-losses)). An inner
/// node of the same name as a leaf is what the label means where both are there.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, NodeBlock, TargetBlock, parent_label};
/// use firelight_vocab::Taxonomy;
///
/// let tree = Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?;
/// let block = NodeBlock::new(&tree, parent_label)?;
/// let (nodes, targets) = block.fit(&[Path::new("pug/1.jpg"), Path::new("dog/2.jpg")])?;
/// assert_eq!(nodes.vocab().names(), ["Bengal", "beagle", "pug"]);
/// assert_eq!(targets[1].classes(), [1, 2]);
/// assert_eq!(nodes.describe(&targets[1]), "dog");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct NodeBlock<I: ?Sized = Path>(Nodes<I>);

impl<I: ?Sized> NodeBlock<I> {
    /// Nodes of `tree` as `labeller` names them; a label that no node has is an error of the data.
    ///
    /// # Errors
    ///
    /// None for a tree that could be made: the classes are its own leaves.
    pub fn new(tree: &Taxonomy, labeller: impl Labeller<String, I> + 'static) -> Result<Self, VocabError> {
        let vocab = Vocab::from_labels(tree.leaves().map(|leaf| tree.name(leaf)));
        let leaves = tree.align(&vocab)?;
        let mut below = vec![Vec::new(); tree.len()];
        for (class, leaf) in leaves.into_iter().enumerate() {
            tree.up_from(leaf).for_each(|node| below[node].push(class));
        }
        let labels = below.into_iter().enumerate();
        let labels: Vec<NodeLabel> =
            labels.map(|(node, classes)| NodeLabel { node, classes: classes.into() }).collect();
        let numbers = (0..tree.len()).rev().map(|node| (tree.name(node).to_owned(), node)).collect();
        let of =
            Arc::new(Tree { names: (0..tree.len()).map(|node| tree.name(node).to_owned()).collect(), numbers, labels });
        Ok(Self(Nodes { labeller: Arc::new(labeller), vocab, of }))
    }
}

impl<I: ?Sized> Clone for NodeBlock<I> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<I: ?Sized> fmt::Debug for NodeBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NodeBlock").field(&self.0.of.names).finish()
    }
}

impl<I: Item + ?Sized> TargetBlock for NodeBlock<I> {
    type Fitted = Nodes<I>;

    fn given(&self) -> Option<Nodes<I>> {
        Some(self.0.clone())
    }

    fn fit(&self, train: &[&I]) -> Result<WithTargets<Nodes<I>>, DataError> {
        Ok((self.0.clone(), read_targets(&self.0, train)?))
    }
}

/// What a label says: a node of the tree, and so the classes below it, of which one is the item's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeLabel {
    node: usize,
    classes: Arc<[usize]>,
}

impl NodeLabel {
    /// The number of the node in the tree, whose root is 0.
    pub fn node(&self) -> usize {
        self.node
    }

    /// The classes below it, in the order of the vocab; of a leaf its own.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }
}

impl AsRef<[usize]> for NodeLabel {
    fn as_ref(&self) -> &[usize] {
        &self.classes
    }
}

/// Nodes of a tree whose leaves are the vocab. A batch of targets tells for each item which classes are below its node, `[batch, classes]`.
pub struct Nodes<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<String, I>>,
    vocab: Vocab,
    of: Arc<Tree>,
}

struct Tree {
    names: Vec<String>,
    /// Of each name its first node.
    numbers: HashMap<String, usize>,
    labels: Vec<NodeLabel>,
}

impl<I: ?Sized> Nodes<I> {
    /// The classes: the leaves of the tree.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// What labels can say: every node, the root first.
    pub fn labels(&self) -> &[NodeLabel] {
        &self.of.labels
    }

    /// What a label says that is the class itself.
    pub fn leaf(&self, class: usize) -> Option<&NodeLabel> {
        // The last, as an inner node with the same single class may be above it.
        self.of.labels.iter().rfind(|label| *label.classes == [class])
    }
}

impl<I: ?Sized> Clone for Nodes<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), vocab: self.vocab.clone(), of: self.of.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for Nodes<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nodes").field("vocab", &self.vocab).field("nodes", &self.of.names).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> FittedTarget for Nodes<I> {
    type Item = I;
    type Target = NodeLabel;
    type Tensor = (Tensor<2, Bool>,);

    fn target(&self, item: &I) -> Result<NodeLabel, DataError> {
        let label = self.labeller.label(item)?;
        let node = self.of.numbers.get(&label);
        node.map(|node| self.of.labels[*node].clone()).ok_or_else(|| unknown([label], item))
    }

    fn collate(&self, targets: &[NodeLabel], device: &Device) -> (Tensor<2, Bool>,) {
        let (rows, classes) = (targets.len(), self.vocab.len());
        let mut below = vec![false; rows * classes];
        for (row, target) in targets.iter().enumerate() {
            target.classes.iter().for_each(|class| below[row * classes + class] = true);
        }
        (Tensor::from_data(TensorData::new(below, [rows, classes]), device),)
    }

    fn describe(&self, target: &NodeLabel) -> String {
        self.of.names.get(target.node).map_or("?", String::as_str).to_owned()
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }

    fn cautions(&self, train: &[NodeLabel]) -> Vec<String> {
        let mut cautions = Vec::from_iter(one_target(train, |label| format!("{:?}", self.describe(label))));
        let itself = |class: usize| train.iter().any(|label| *label.classes == [class]);
        let never: Vec<String> = self
            .vocab
            .iter()
            .enumerate()
            .filter(|(class, _)| !itself(*class))
            .map(|(_, name)| format!("{name:?}"))
            .collect();
        if !never.is_empty() {
            cautions.push(format!(
                "labels: no training item is labelled {} itself, so nothing tells these classes from those beside them; label some of each",
                never.join(", ")
            ));
        }
        cautions.extend(alike_names(&self.vocab));
        cautions
    }
}
