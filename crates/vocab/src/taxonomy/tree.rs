use std::collections::HashMap;
use std::fmt;

use crate::{Groups, Vocab, VocabError};

/// A tree whose leaves are classes: how near two classes are is how low they meet.
///
/// Nodes are numbered; node 0 is the root. Children are kept sorted by name, so two taxonomies with the same
/// edges are the same, however they were written. Trees without a common root get one, named `root`.
///
/// ```
/// use firelight_vocab::{Taxonomy, Vocab};
///
/// let tree = Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/hound/beagle", "animal/dog/pug"])?;
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let leaves = tree.align(&vocab)?;
/// assert_eq!(tree.name(tree.meet(leaves[1], leaves[2])), "dog");
/// assert_eq!(tree.meeting_height(leaves[1], leaves[2]), 2);
/// assert_eq!(tree.path_length(leaves[1], leaves[2]), 3);
/// # Ok::<(), firelight_vocab::VocabError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    name: String,
    parent: Option<usize>,
    children: Vec<usize>,
    depth: usize,
    height: usize,
}

impl Taxonomy {
    /// From names and the position of each parent; several roots are put under one.
    pub(super) fn from_parents(names: &[String], parents: &[Option<usize>]) -> Result<Self, VocabError> {
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
        let mut roots = Vec::new();
        for (node, parent) in parents.iter().enumerate() {
            match parent {
                Some(parent) => below[*parent].push(node),
                None => roots.push(node),
            }
        }
        let by_name = |nodes: &mut Vec<usize>| nodes.sort_by(|a, b| names[*a].cmp(&names[*b]));
        below.iter_mut().for_each(by_name);
        let mut tree = Self { nodes: Vec::new() };
        by_name(&mut roots);
        let root = match roots.as_slice() {
            [only] => tree.push(&names[*only], None),
            _ => tree.push("root", None),
        };
        let mut rest: Vec<(usize, usize)> = match roots.as_slice() {
            [only] => below[*only].iter().rev().map(|child| (*child, root)).collect(),
            several => several.iter().rev().map(|child| (*child, root)).collect(),
        };
        let mut seen = vec![false; names.len()];
        if let [only] = roots.as_slice() {
            seen[*only] = true;
        }
        while let Some((node, parent)) = rest.pop() {
            seen[node] = true;
            let number = tree.push(&names[node], Some(parent));
            rest.extend(below[node].iter().rev().map(|child| (*child, number)));
        }
        if let Some(apart) = seen.iter().position(|seen| !seen) {
            let node = names[on_cycle(parents, apart)].clone();
            return Err(VocabError::Cycle { node });
        }
        for node in (1..tree.nodes.len()).rev() {
            if let Some(parent) = tree.nodes[node].parent {
                let height = tree.nodes[node].height + 1;
                let parent = &mut tree.nodes[parent];
                parent.height = parent.height.max(height);
            }
        }
        Ok(tree)
    }

    fn push(&mut self, name: &str, parent: Option<usize>) -> usize {
        let number = self.nodes.len();
        let depth = parent.map_or(0, |parent| self.nodes[parent].depth + 1);
        self.nodes.push(Node { name: name.to_owned(), parent, children: Vec::new(), depth, height: 0 });
        if let Some(parent) = parent {
            self.nodes[parent].children.push(number);
        }
        number
    }

    /// The leaf of each class of a vocab, which must be all the leaves there are.
    ///
    /// # Errors
    /// [`VocabError::ClassNotALeaf`], mended by [`with_leaves_for`](Self::with_leaves_for) if the class is an inner
    /// node; [`VocabError::LeafNotInVocab`], mended by [`pruned_to`](Self::pruned_to).
    pub fn align(&self, vocab: &Vocab) -> Result<Vec<usize>, VocabError> {
        let leaves: HashMap<&str, usize> = self.leaves().map(|leaf| (self.name(leaf), leaf)).collect();
        for leaf in self.leaves() {
            let name = self.name(leaf);
            if vocab.find(name).is_none() && !self.is_bare() {
                let leaf = name.to_owned();
                return Err(VocabError::LeafNotInVocab { leaf });
            }
        }
        let leaf_of = |class: &str| {
            let leaf = leaves.get(class).copied();
            let class = class.to_owned();
            leaf.ok_or(VocabError::ClassNotALeaf { class })
        };
        vocab.iter().map(leaf_of).collect()
    }

    /// The tree with a leaf of its own below each inner node that is itself a class of the vocab.
    ///
    /// # Errors
    /// None for a tree that could be made; the checks are those of making one.
    pub fn with_leaves_for(&self, vocab: &Vocab) -> Result<Self, VocabError> {
        let (mut names, mut parents) = self.rows();
        for node in 0..self.nodes.len() {
            if !self.nodes[node].children.is_empty() && vocab.find(self.name(node)).is_some() {
                names.push(self.name(node).to_owned());
                parents.push(Some(node));
            }
        }
        Self::from_parents(&names, &parents)
    }

    /// The tree without the leaves that are no class of the vocab, and without the branches this leaves bare:
    /// for a large taxonomy of which a task uses a part.
    ///
    /// # Errors
    /// [`VocabError::ClassNotALeaf`] for a class that no leaf is left for.
    pub fn pruned_to(&self, vocab: &Vocab) -> Result<Self, VocabError> {
        let mut kept = vec![false; self.nodes.len()];
        for leaf in self.leaves().filter(|leaf| vocab.find(self.name(*leaf)).is_some()) {
            self.up_from(leaf).for_each(|node| kept[node] = true);
        }
        kept[0] = true;
        let numbers: Vec<usize> = (0..kept.len()).filter(|node| kept[*node]).collect();
        let place = |node: usize| numbers.binary_search(&node).ok();
        let names: Vec<String> = numbers.iter().map(|node| self.name(*node).to_owned()).collect();
        let parents: Vec<_> = numbers.iter().map(|node| self.parent(*node).and_then(place)).collect();
        let pruned = Self::from_parents(&names, &parents)?;
        pruned.align(vocab)?;
        Ok(pruned)
    }

    /// The groups that the nodes `depth` edges below the root make of a vocab; a class above that depth is a
    /// group of its own.
    ///
    /// # Errors
    /// Those of [`align`](Self::align).
    pub fn groups_at(&self, depth: usize, vocab: &Vocab) -> Result<Groups, VocabError> {
        let leaves = self.align(vocab)?;
        let at = |class: &str| {
            let leaf = vocab.find(class).map_or(0, |class| leaves[class]);
            let node = self.up_from(leaf).find(|node| self.depth(*node) <= depth);
            self.name(node.unwrap_or(0)).to_owned()
        };
        Ok(Groups::by(vocab, at))
    }

    /// How many nodes there are, the root included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: there is always a root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The name of a node. This and the methods below panic if there is no such node.
    pub fn name(&self, node: usize) -> &str {
        &self.nodes[node].name
    }

    /// The node above, none for the root.
    pub fn parent(&self, node: usize) -> Option<usize> {
        self.nodes[node].parent
    }

    /// The nodes below, by name.
    pub fn children(&self, node: usize) -> &[usize] {
        &self.nodes[node].children
    }

    /// Edges up to the root: 0 for the root.
    pub fn depth(&self, node: usize) -> usize {
        self.nodes[node].depth
    }

    /// Edges down to the furthest leaf below: 0 for a leaf.
    pub fn height(&self, node: usize) -> usize {
        self.nodes[node].height
    }

    /// The node itself, the one above, and so on to the root.
    pub fn up_from(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(node), |node| self.parent(*node))
    }

    /// The leaves, depth first and by name: an order in which near classes stand together.
    pub fn leaves(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|node| self.nodes[*node].children.is_empty())
    }

    /// The lowest node above both (or one of them, if it is above the other).
    pub fn meet(&self, mut a: usize, mut b: usize) -> usize {
        while a != b {
            if self.depth(a) >= self.depth(b) {
                a = self.parent(a).unwrap_or(0);
            } else {
                b = self.parent(b).unwrap_or(0);
            }
        }
        a
    }

    /// The height of the node where both meet.
    pub fn meeting_height(&self, a: usize, b: usize) -> usize {
        self.height(self.meet(a, b))
    }

    /// Edges on the way from one to the other.
    pub fn path_length(&self, a: usize, b: usize) -> usize {
        self.depth(a) + self.depth(b) - 2 * self.depth(self.meet(a, b))
    }

    /// Names and parents, parents first.
    pub(super) fn rows(&self) -> (Vec<String>, Vec<Option<usize>>) {
        let rows = self.nodes.iter().map(|node| (node.name.clone(), node.parent));
        rows.unzip()
    }

    /// Nothing but a root that stands for no class.
    fn is_bare(&self) -> bool {
        self.nodes.len() == 1 && self.nodes[0].name == "root"
    }
}

/// The first node of the cycle that is met going up from `node`, which is below no root.
fn on_cycle(parents: &[Option<usize>], node: usize) -> usize {
    let up = |node: usize| parents[node].unwrap_or(node);
    let inside = (0..parents.len()).fold(node, |node, _| up(node));
    let others = std::iter::successors(Some(up(inside)), |node| Some(up(*node)));
    others.take_while(|node| *node != inside).fold(inside, usize::min)
}

/// One node a line, indented by its depth.
impl fmt::Display for Taxonomy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, node) in self.nodes.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}{:indent$}{}", "", node.name, indent = 2 * node.depth)?;
        }
        Ok(())
    }
}
