use burn::tensor::{Int, Tensor};
use firelight_vocab::{Taxonomy, Vocab};

use crate::error::finite;
use crate::matrix::Constant;
use crate::scores::{BELOW, Scores, add_at, check_classes, join, normalised, nothing};
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
/// Memory grows as classes times levels, never as classes squared; a level takes one masked log-sum-exp
/// over the logits, so the loss stays finite and keeps its gradient where probabilities underflow.
#[derive(Debug, Clone)]
pub struct HierarchicalCrossEntropy {
    vocab: Vocab,
    tree: Taxonomy,
    leaves: Vec<usize>,
    alpha: f64,
    height: bool,
    normalize: bool,
    levels: Vec<Level>,
    /// `[classes, levels + 1]`: the factor of each level's log-sum-exp, and the weight of the leaf.
    factors: Constant,
}

/// One level of the tree that some target has a factor at.
#[derive(Debug, Clone)]
struct Level {
    /// `[1, classes]`: the ancestor of each class at this depth, a number of its own where there is none. `None`
    /// for the root, which is everyone's.
    ancestors: Option<Constant>,
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
        let ancestors = |depth: usize| {
            let of = |(class, path): (usize, &Vec<usize>)| match path.get(depth) {
                Some(node) => *node as f64,
                None => -1.0 - class as f64,
            };
            paths.iter().enumerate().map(of).collect::<Vec<f64>>()
        };
        let level = |depth: &usize| Level {
            ancestors: (*depth > 0).then(|| Constant::new(ancestors(*depth), [1, paths.len()])),
        };
        let levels = used.iter().map(level).collect();
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
    /// The probabilities among the classes below the target's ancestor, and their log-sum-exp.
    fn among(&self, scores: &Scores, targets: &Tensor<1, Int>) -> (Tensor<2>, Tensor<2>) {
        let Some(ancestors) = &self.ancestors else {
            return (scores.probabilities.clone(), scores.log_norm.clone());
        };
        let [batch, classes] = scores.shifted.dims();
        let ancestors = ancestors.like(&scores.shifted);
        let own = ancestors.clone().select(1, targets.clone()).reshape([batch, 1]);
        let elsewhere = ancestors.expand([batch, classes]).not_equal(own.expand([batch, classes]));
        normalised(scores.shifted.clone().mask_fill(elsewhere, BELOW))
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
        let scores = Scores::of(&output);
        let factors = self.factors.like(&scores.shifted).select(0, targets.clone());
        let leaf = factors.clone().narrow(1, self.levels.len(), 1).neg();
        let mut value = scores.shifted.clone().gather(1, column.clone()) * leaf.clone();
        let mut gradient: Option<Tensor<2>> = None;
        for (number, level) in self.levels.iter().enumerate() {
            let (among, log_sum) = level.among(&scores, &targets);
            let factor = factors.clone().narrow(1, number, 1);
            value = value + log_sum * factor.clone();
            if output.is_tracked() {
                let part = among * factor;
                gradient = Some(match gradient {
                    Some(sum) => sum + part,
                    None => part,
                });
            }
        }
        join(output, value, || {
            let gradient = gradient.unwrap_or_else(|| scores.probabilities.zeros_like());
            add_at(gradient, column, leaf)
        })
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }
}
