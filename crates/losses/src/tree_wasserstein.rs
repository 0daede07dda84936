use burn::tensor::{Int, Tensor};
use firelight_vocab::{Taxonomy, Vocab};

use crate::matrix::Constant;
use crate::scores::{Scores, check_classes, join, nothing};
use crate::{Loss, LossError, SoftLabels};

/// How far probability has to travel in a tree to become the label: the Wasserstein distance
/// `Σ_edges w |P(below) - Q(below)|` with `w` half the difference in height, a closed form without iterations.
///
/// Against single classes, the default, it is the [`ExpectedCost`](crate::ExpectedCost) of meeting heights (in a tree
/// whose leaves are all reached through every height; an edge that skips heights counts for those it skips), and
/// like it the gradient vanishes where the model is sure and wrong. It has kinks where `P` and `Q` meet.
#[derive(Debug, Clone)]
pub struct TreeWasserstein {
    vocab: Vocab,
    /// `[classes, inner]`: 1 where the class is below the inner node.
    below: Constant,
    /// `[1, inner]` and `[1, classes]`: the weights of the edges above inner nodes and leaves.
    inner_weights: Constant,
    leaf_weights: Constant,
    /// `[classes, classes + inner]`: the label of each class on leaves and inner nodes.
    labels: Constant,
    members: Vec<Vec<f64>>,
}

impl TreeWasserstein {
    /// # Errors
    /// [`LossError::Vocab`] unless the leaves are exactly the classes of the vocab.
    pub fn new(taxonomy: &Taxonomy, vocab: &Vocab) -> Result<Self, LossError> {
        let leaves = taxonomy.align(vocab)?;
        let inner: Vec<usize> = (1..taxonomy.len()).filter(|node| !taxonomy.children(*node).is_empty()).collect();
        let weight = |node: usize| {
            let above = taxonomy.parent(node).map_or(0, |parent| taxonomy.height(parent));
            above.saturating_sub(taxonomy.height(node)) as f64 / 2.0
        };
        let is_below = |leaf: usize, node: usize| taxonomy.up_from(leaf).any(|above| above == node);
        let members: Vec<Vec<f64>> =
            leaves.iter().map(|leaf| inner.iter().map(|node| f64::from(is_below(*leaf, *node))).collect()).collect();
        let mut made = Self {
            vocab: vocab.clone(),
            below: Constant::new(members.concat(), [leaves.len(), inner.len()]),
            inner_weights: Constant::new(inner.iter().map(|node| weight(*node)).collect::<Vec<_>>(), [1, inner.len()]),
            leaf_weights: Constant::new(leaves.iter().map(|leaf| weight(*leaf)).collect::<Vec<_>>(), [1, leaves.len()]),
            labels: Constant::new([], [0, 0]),
            members,
        };
        made.labels = made.spread(|truth, class| f64::from(truth == class));
        Ok(made)
    }

    /// Measures the way to soft labels instead of single classes.
    ///
    /// # Errors
    /// What the labels are refused for, or [`LossError::NamesDiffer`] unless they name exactly the classes.
    pub fn with_labels(mut self, labels: &impl AsRef<SoftLabels>) -> Result<Self, LossError> {
        let labels = labels.as_ref().align(&self.vocab)?;
        self.labels = self.spread(|truth, class| labels.matrix().value(truth, class));
        Ok(self)
    }

    fn spread(&self, label: impl Fn(usize, usize) -> f64) -> Constant {
        let classes = self.vocab.len();
        let inner = self.members.first().map_or(0, Vec::len);
        let mut values = Vec::with_capacity(classes * (classes + inner));
        for truth in 0..classes {
            values.extend((0..classes).map(|class| label(truth, class)));
            values
                .extend((0..inner).map(|node| {
                    (0..classes).map(|class| label(truth, class) * self.members[class][node]).sum::<f64>()
                }));
        }
        Constant::new(values, [classes, classes + inner])
    }
}

impl Loss<Tensor<1, Int>> for TreeWasserstein {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let classes = self.vocab.len();
        check_classes(&output, classes);
        let inner = self.members.first().map_or(0, Vec::len);
        let probabilities = Scores::of(&output).probabilities;
        let labels = self.labels.like(&probabilities).select(0, targets.inner());
        let leaf_gap = probabilities.clone() - labels.clone().narrow(1, 0, classes);
        let leaf_weights = self.leaf_weights.like(&probabilities);
        let mut value = (leaf_gap.clone().abs() * leaf_weights.clone()).sum_dim(1);
        let mut slope = leaf_gap.sign() * leaf_weights;
        if inner > 0 {
            let below = self.below.like(&probabilities);
            let weights = self.inner_weights.like(&probabilities);
            let gap = probabilities.clone().matmul(below.clone()) - labels.narrow(1, classes, inner);
            value = value + (gap.clone().abs() * weights.clone()).sum_dim(1);
            slope = slope + (gap.sign() * weights).matmul(below.transpose());
        }
        join(output, value, || {
            let mean = (probabilities.clone() * slope.clone()).sum_dim(1);
            probabilities * (slope - mean)
        })
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }
}
