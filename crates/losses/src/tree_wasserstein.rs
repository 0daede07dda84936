use burn::tensor::{IndexingUpdateOp, Int, Tensor};
use firelight_vocab::{Taxonomy, Vocab};

use crate::constant::Constant;
use crate::describe::{described, digest_tree};
use crate::scores::{Scores, add_at, check_classes, nothing};
use crate::{Loss, LossError, SoftLabels};

/// How far probability has to travel in a tree to become the label: the Wasserstein distance
/// `Σ_edges w |P(below) - Q(below)|` with `w` half the difference in height, a closed form without iterations.
///
/// Against single classes, the default, it is the [`ExpectedCost`](crate::ExpectedCost) of meeting heights (in a tree
/// whose leaves are all reached through every height; an edge that skips heights counts for those it skips), and
/// like it the gradient vanishes where the model is sure and wrong. It has kinks where `P` and `Q` meet.
///
/// Memory grows as classes times levels; only [`with_labels`](Self::with_labels) keeps what it is given, a row a class.
///
/// ```
/// use firelight_losses::{Taxonomy, TreeWasserstein, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = Taxonomy::from_paths(["cat/Bengal", "dog/beagle", "dog/pug"])?;
/// let loss = TreeWasserstein::new(&tree, &vocab)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TreeWasserstein {
    vocab: Vocab,
    /// A digest of the tree.
    tree: String,
    /// For each level the number of the inner node above each class, counted among inner nodes; one more than there are
    /// where there is none: `[1, classes]`.
    levels: Vec<Constant>,
    /// The weights of the edges above inner nodes, and a 0: `[1, inner + 1]`.
    inner_weights: Constant,
    /// `[1, classes]`.
    leaf_weights: Constant,
    /// The label of each class, `[classes, classes]`; without them a class is its own label.
    labels: Option<Constant>,
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
        let deepest = inner.iter().map(|node| taxonomy.depth(*node)).max().unwrap_or(0);
        let above = |depth: usize| {
            let of = |leaf: &usize| {
                let node = taxonomy.up_from(*leaf).find(|node| taxonomy.depth(*node) == depth);
                node.and_then(|node| inner.binary_search(&node).ok()).unwrap_or(inner.len()) as f64
            };
            Constant::new(leaves.iter().map(of).collect::<Vec<_>>(), [1, leaves.len()])
        };
        let row = |weights: Vec<f64>| {
            let length = weights.len();
            Constant::new(weights, [1, length])
        };
        Ok(Self {
            vocab: vocab.clone(),
            tree: digest_tree(taxonomy, &leaves, vocab),
            levels: (1..=deepest).map(above).collect(),
            inner_weights: row(inner.iter().map(|node| weight(*node)).chain([0.0]).collect()),
            leaf_weights: row(leaves.iter().map(|leaf| weight(*leaf)).collect()),
            labels: None,
        })
    }

    /// Measures the way to soft labels instead of single classes.
    ///
    /// # Errors
    /// What the labels are refused for, or [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless they name exactly the classes.
    pub fn with_labels(mut self, labels: &impl AsRef<SoftLabels>) -> Result<Self, LossError> {
        self.labels = Some(Constant::from(&labels.as_ref().align(&self.vocab)?));
        Ok(self)
    }
}

impl Loss<Tensor<1, Int>> for TreeWasserstein {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let [batch, _] = output.dims();
        check_classes(&output, self.vocab.len());
        let targets = targets.inner();
        let scores = Scores::of(output);
        let like = &scores.log_norm;
        let gap = match &self.labels {
            Some(labels) => scores.probabilities.clone() - labels.like(like).select(0, targets),
            None => add_at(scores.probabilities.clone(), targets.unsqueeze_dim(1), like.ones_like().neg()),
        };
        let (inner_weights, leaf_weights) = (self.inner_weights.like(like), self.leaf_weights.like(like));
        let levels: Vec<Tensor<1, Int>> = self.levels.iter().map(|level| level.numbers(like)).collect();
        // What is below each inner node, too much or too little.
        let mut below = Tensor::<2>::zeros([batch, inner_weights.dims()[1]], (&like.device(), like.dtype()));
        for level in &levels {
            below = below.select_assign(1, level.clone(), gap.clone(), IndexingUpdateOp::Add);
        }
        let value = (gap.clone().abs() * leaf_weights.clone()).sum_dim(1)
            + (below.clone().abs() * inner_weights.clone()).sum_dim(1);
        scores.join(value, |probabilities| {
            let inner = below.sign() * inner_weights;
            let leaves = gap.sign() * leaf_weights;
            let slope = levels.into_iter().fold(leaves, |slope, level| slope + inner.clone().select(1, level));
            let mean = (probabilities.clone() * slope.clone()).sum_dim(1);
            probabilities * (slope - mean)
        })
    }

    fn describe(&self) -> String {
        let labels = self.labels.as_ref().map(|labels| format!("labels {}", labels.digest(&self.vocab)));
        let settings = [format!("tree {}", self.tree)].into_iter().chain(labels);
        described("tree Wasserstein distance", &settings.collect::<Vec<_>>())
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }
}
