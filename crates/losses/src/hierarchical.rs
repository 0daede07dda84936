use burn::tensor::{Int, Tensor};
use firelight_vocab::{Taxonomy, Vocab};

use crate::constant::Constant;
use crate::describe::{described, digest_tree};
use crate::error::finite;
use crate::scores::{BELOW, Scores, add_at, check_classes, nothing};
use crate::{Loss, LossError};

/// Hierarchical cross entropy: `Σ_l λ_l (-ln p(node_l | parent_l))` over the path from the root to the target's leaf,
/// where a node's probability is the sum of its leaves' (Bertinetto et al., 2020).
///
/// Each step of the path has the weight `λ = exp(-alpha * depth)` of its lower node, so that a wrong turn near the
/// root counts more. `alpha` 0 is plain cross entropy; 0.1 to 0.4 are usual, and higher values give up accuracy.
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`by_height`](Self::by_height) | depth | `λ = exp(-alpha * height)`: leaves weigh 1 and upper nodes less |
/// | [`normalize`](Self::normalize) | off | divides the weights by their sum over all nodes, the root included, as the authors' code does |
///
/// Memory grows as classes times levels, never as classes squared. A level takes one log-sum-exp over the classes below
/// the target's node there, which stand side by side in the tree's order, so lower levels cost next to nothing; and the
/// loss stays finite and keeps its gradient where probabilities underflow.
///
/// ```
/// use firelight_losses::{HierarchicalCrossEntropy, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = Taxonomy::from_paths(["cat/Bengal", "dog/beagle", "dog/pug"])?;
/// let loss = HierarchicalCrossEntropy::new(&tree, &vocab, 0.1)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct HierarchicalCrossEntropy {
    vocab: Vocab,
    tree: Taxonomy,
    leaves: Vec<usize>,
    alpha: f64,
    height: bool,
    normalize: bool,
    levels: Vec<Option<Level>>,
    /// The class at each place of the tree's order, depth first: `[1, classes]`.
    order: Constant,
    /// `[classes, levels + 1]`: the factor of each level's log-sum-exp, and the weight of the leaf.
    factors: Constant,
}

/// One level of the tree that some target has a factor at; the root, which is everyone's, has none.
#[derive(Debug, Clone)]
struct Level {
    /// Where the classes below each class's node at this depth begin in the tree's order, and how many they are:
    /// `[classes, 2]`.
    ranges: Constant,
    /// Classes below the node that has most.
    widest: usize,
}

impl HierarchicalCrossEntropy {
    /// # Errors
    /// [`LossError::Vocab`] unless the leaves are exactly the classes of the vocab,
    /// [`LossError::NotFiniteParameter`] unless `alpha` is finite and at least 0.
    pub fn new(taxonomy: &Taxonomy, vocab: &Vocab, alpha: f64) -> Result<Self, LossError> {
        let made = Self {
            vocab: vocab.clone(),
            tree: taxonomy.clone(),
            leaves: taxonomy.align(vocab)?,
            alpha: finite("alpha", alpha)?,
            height: false,
            normalize: false,
            levels: Vec::new(),
            order: Constant::new([], [0, 0]),
            factors: Constant::new([], [0, 0]),
        };
        Ok(made.prepared())
    }

    /// Weighs a step by the height of its lower node instead of its depth.
    pub fn by_height(mut self) -> Self {
        self.height = true;
        self.prepared()
    }

    /// Divides the weights by their sum over all nodes.
    pub fn normalize(mut self) -> Self {
        self.normalize = true;
        self.prepared()
    }

    fn weight(&self, node: usize) -> f64 {
        let edges = if self.height { self.tree.height(node) } else { self.tree.depth(node) };
        (-self.alpha * edges as f64).exp()
    }

    fn prepared(mut self) -> Self {
        let all: f64 = (0..self.tree.len()).map(|node| self.weight(node)).sum();
        let unit = if self.normalize { all } else { 1.0 };
        let paths: Vec<Vec<usize>> = self.leaves.iter().map(|leaf| self.path(*leaf)).collect();
        let weight = |node: usize| self.weight(node) / unit;
        // The sum over steps, sorted by node: each inner node's log-sum-exp has the weight of the step below it
        // minus that of the step above it, the leaf's score minus the weight of the last step.
        let factor = |path: &[usize], depth: usize| {
            let above = if depth == 0 { 0.0 } else { weight(path[depth]) };
            path.get(depth + 1).map_or(0.0, |below| weight(*below) - above)
        };
        let deepest = paths.iter().map(Vec::len).max().unwrap_or(0);
        let used: Vec<usize> =
            (0..deepest).filter(|depth| paths.iter().any(|path| factor_at(path, *depth, factor) != 0.0)).collect();
        let mut factors = Vec::with_capacity(paths.len() * (used.len() + 1));
        for path in &paths {
            factors.extend(used.iter().map(|depth| factor_at(path, *depth, factor)));
            factors.push(match path.as_slice() {
                [_, .., leaf] => weight(*leaf),
                _ => 0.0,
            });
        }
        let mut order: Vec<usize> = (0..paths.len()).collect();
        // Nodes are numbered depth first.
        order.sort_by_key(|class| self.leaves[*class]);
        let level = |depth: &usize| (*depth > 0).then(|| Level::at(*depth, &paths, &order));
        let levels = used.iter().map(level).collect();
        self.order = Constant::new(order.iter().map(|class| *class as f64).collect::<Vec<_>>(), [1, order.len()]);
        self.factors = Constant::new(factors, [paths.len(), used.len() + 1]);
        self.levels = levels;
        self
    }

    /// From the root to a leaf.
    fn path(&self, leaf: usize) -> Vec<usize> {
        let mut path: Vec<usize> = self.tree.up_from(leaf).collect();
        path.reverse();
        path
    }
}

fn factor_at(path: &[usize], depth: usize, factor: impl Fn(&[usize], usize) -> f64) -> f64 {
    if depth < path.len() { factor(path, depth) } else { 0.0 }
}

impl Level {
    fn at(depth: usize, paths: &[Vec<usize>], order: &[usize]) -> Self {
        // A class that ends above this depth is alone; its factor here is 0.
        let node = |class: usize| paths[class].get(depth).copied().ok_or(class);
        let mut ranges = vec![0.0; 2 * paths.len()];
        let (mut start, mut widest) = (0, 1);
        for below in order.chunk_by(|a, b| node(*a) == node(*b)) {
            for class in below {
                (ranges[2 * class], ranges[2 * class + 1]) = (start as f64, below.len() as f64);
            }
            start += below.len();
            widest = widest.max(below.len());
        }
        Self { ranges: Constant::new(ranges, [paths.len(), 2]), widest }
    }

    /// The classes below the target's node, `[batch, widest]`, the probabilities among them, and their log-sum-exp. Rows
    /// with fewer are filled up with some class whose probability is 0.
    fn among(
        &self,
        scores: &Scores,
        order: &Constant,
        targets: &Tensor<1, Int>,
    ) -> (Tensor<2, Int>, Tensor<2>, Tensor<2>) {
        let [batch, classes] = scores.probabilities.dims();
        let size = [batch, self.widest];
        let ranges = self.ranges.like(&scores.log_norm).select(0, targets.clone());
        let (start, count) = (ranges.clone().narrow(1, 0, 1), ranges.narrow(1, 1, 1));
        let steps = Tensor::<1, Int>::arange(0..self.widest as i64, &start.device()).reshape([1, self.widest]);
        let places = (start.int().expand(size) + steps.clone().expand(size)).clamp_max(classes as i64 - 1);
        let order = order.numbers(&scores.log_norm);
        let below = order.select(0, places.reshape([batch * self.widest])).reshape(size);
        let beyond = steps.expand(size).greater_equal(count.int().expand(size));
        let (among, log_sum) = scores.among(scores.floored_at(below.clone()).mask_fill(beyond, BELOW), None);
        (below, among, log_sum)
    }
}

impl Loss<Tensor<1, Int>> for HierarchicalCrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, self.vocab.len());
        let targets = targets.inner();
        let column: Tensor<2, Int> = targets.clone().unsqueeze_dim(1);
        let scores = Scores::of(output);
        let factors = self.factors.like(&scores.log_norm).select(0, targets.clone());
        let leaf = factors.clone().narrow(1, self.levels.len(), 1).neg();
        let mut value = scores.shifted_at(column.clone()) * leaf.clone();
        let mut root = scores.log_norm.zeros_like();
        let mut parts = vec![(column, leaf)];
        for (number, level) in self.levels.iter().enumerate() {
            let factor = factors.clone().narrow(1, number, 1);
            let Some(level) = level else {
                value = value + scores.log_norm.clone() * factor.clone();
                root = factor;
                continue;
            };
            let (below, among, log_sum) = level.among(&scores, &self.order, &targets);
            value = value + log_sum * factor.clone();
            parts.push((below, among * factor));
        }
        scores.join(value, |probabilities| {
            parts.into_iter().fold(probabilities * root, |gradient, (classes, part)| add_at(gradient, classes, part))
        })
    }

    fn describe(&self) -> String {
        let tree = digest_tree(&self.tree, &self.leaves, &self.vocab);
        let mut settings = vec![format!("tree {tree}"), format!("alpha {}", self.alpha)];
        settings.extend(self.height.then(|| "by height".to_owned()));
        settings.extend(self.normalize.then(|| "normalised".to_owned()));
        described("hierarchical cross entropy", &settings)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }
}
