use burn::tensor::{IndexingUpdateOp, Int, Tensor};
use firelight_costs::{ClassHead, ClassTree};
use firelight_vocab::Vocab;

use super::row::{beyond_scores, probabilities};
use crate::constant::Constant;
use crate::describe::described;
use crate::error::finite;
use crate::scores::{Scores, join, nothing, wide};
use crate::{Loss, LossError, Parts, Term};

/// The loss of [`ClassHead::Subspaces`]: Hier-COS (Sani and Anand, 2025, arXiv 2503.07853).
///
/// Of an example's numbers `x`, one for each node of the tree but the root, the softmax of `|x|` is to be the distribution over the nodes on the
/// class's path that has `exp(2 / k)` for the node that is the `k`-th from the leaf on, divided by their sum: the leaf has most. To this
/// Kullback–Leibler divergence a regulariser is added, `alpha` times: at each depth, the sum over its nodes of how far `|x|` over the length of
/// that depth's numbers is from 1 at the class's own node and from 0 at the others; and where a class has no node at a depth, the sum of `|x|`
/// there.
///
/// `alpha`, 0.05 unless told otherwise, is that of the authors for CIFAR-100 (0.1 for aircraft, 0.001 for iNaturalist, 0.00001 for tieredImageNet).
///
/// A mean of the divergence is over all examples, and one of the regulariser at a depth over those that have a node there, or have none, as the
/// authors' code does it. Two things are not as there. That code leaves out a depth in a batch whose classes are all below the depth's first node,
/// which depends on how nodes are numbered. (The weights of levels that it makes, it does not use.) And it turns the last layer's numbers by a
/// fixed rotation at random, which the layer before learns anyway.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_costs::ClassTree;
/// use firelight_losses::{Loss, Reduction, SubspaceCrossEntropy, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["cat/Bengal", "dog/beagle", "dog/pug"])?, &vocab)?;
/// let loss = SubspaceCrossEntropy::new(&tree);
/// // Scores of the classes, then a number for cat, Bengal, dog, beagle and pug.
/// let of = |numbers: [f32; 5]| {
///     let row = Tensor::<1>::from_floats([[0.0; 3].as_slice(), &numbers].concat().as_slice(), &Device::flex()).reshape([1, 8]);
///     loss.forward(row, Tensor::<1, Int>::from_ints([2], &Device::flex()), Reduction::Mean).into_scalar::<f32>()
/// };
/// let [pug, beagle, bengal] = [of([0., 0., 4., 0., 5.]), of([0., 0., 4., 5., 0.]), of([4., 5., 0., 0., 0.])];
/// assert!(pug < beagle && beagle < bengal);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SubspaceCrossEntropy {
    tree: ClassTree,
    head: ClassHead,
    alpha: f64,
    /// `[classes, axes]`: what the softmax is to be, and 1 on the class's path.
    wanted: Constant,
    path: Constant,
    /// `[classes, 1]`: `Σ p ln p` of that.
    certainty: Constant,
    /// `[1, axes]`: the depth of each, from 0.
    depths: Constant,
    /// `[classes, depths]`: 1 where a class has a node.
    reach: Constant,
    /// Whether every class has a node, by depth.
    complete: Vec<bool>,
}

impl SubspaceCrossEntropy {
    /// The loss for the subspaces of a tree.
    pub fn new(tree: &ClassTree) -> Self {
        let (taxonomy, classes, axes) = (tree.taxonomy(), tree.vocab().len(), tree.axes());
        let depth = |axis: usize| taxonomy.depth(axis + 1) - 1;
        let deepest = (0..axes).map(|axis| depth(axis) + 1).max().unwrap_or(0);
        let (mut wanted, mut path) = (vec![0.0; classes * axes], vec![0.0; classes * axes]);
        let (mut reach, mut certainty) = (vec![0.0; classes * deepest], vec![0.0; classes]);
        for class in 0..classes {
            let own: Vec<usize> = tree.path(class).filter(|node| *node > 0).map(|node| node - 1).collect();
            let mass = |place: usize| (2.0 / (place + 1) as f64).exp();
            let all: f64 = (0..own.len()).map(mass).sum();
            for (place, axis) in own.into_iter().enumerate() {
                let share = mass(place) / all;
                wanted[class * axes + axis] = share;
                path[class * axes + axis] = 1.0;
                reach[class * deepest + depth(axis)] = 1.0;
                certainty[class] += share * share.ln();
            }
        }
        let has = |depth: usize| (0..classes).all(|class| reach[class * deepest + depth] > 0.0);
        Self {
            tree: tree.clone(),
            head: ClassHead::subspaces(tree),
            alpha: 0.05,
            complete: (0..deepest).map(has).collect(),
            wanted: Constant::new(wanted, [classes, axes]),
            path: Constant::new(path, [classes, axes]),
            certainty: Constant::new(certainty, [classes, 1]),
            depths: Constant::new((0..axes).map(|axis| depth(axis) as f64).collect::<Vec<_>>(), [1, axes]),
            reach: Constant::new(reach, [classes, deepest]),
        }
    }

    /// The weight of the regulariser.
    ///
    /// # Errors
    /// [`LossError::NotFiniteParameter`] unless it is finite and at least 0.
    pub fn with_alpha(self, alpha: f64) -> Result<Self, LossError> {
        Ok(Self { alpha: finite("alpha", alpha)?, ..self })
    }
}

impl Loss<Tensor<1, Int>> for SubspaceCrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.parts(output, targets).per_example()
    }

    /// The divergence with the depths that all classes have; then, for each other depth, what those pay that have a node there and those that have
    /// none.
    ///
    /// # Panics
    /// If a row is not of a subspaces head of this tree.
    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        let lacking: Vec<usize> = (0..self.complete.len()).filter(|depth| !self.complete[*depth]).collect();
        if let Some(nothing) = nothing(&output) {
            let term = || Term { numerators: nothing.clone(), denominators: None };
            return (0..2 * lacking.len()).fold(Parts::new(nothing.clone(), None), |parts, _| parts.with_term(term()));
        }
        let classes = self.tree.vocab().len();
        let axes = beyond_scores(&output, &self.head);
        let (output, targets) = (wide(output), targets.inner());
        let x = output.clone().inner().narrow(1, classes, axes);
        let signs = x.clone().sign();
        let scores = Scores::of(x.abs());
        let pick = |constant: &Constant| constant.like(&scores.log_norm).select(0, targets.clone());
        let (wanted, path, reach) = (pick(&self.wanted), pick(&self.path), pick(&self.reach));
        let level = Levels::of(&self.depths, scores.floored(), self.complete.len());

        // Away from the class's own node, and towards it.
        let pull = path * -2.0 + 1.0;
        let cosines = level.over(scores.floored());
        let misses = level.sums(cosines.clone() * pull.clone());
        let slopes = level.over(pull - cosines * level.spread(misses.clone()));
        let strays = level.sums(scores.floored());

        let entropy = scores.log_norm.clone() - scores.weighed(wanted.clone()) + pick(&self.certainty);
        let slope = scores.probabilities.clone() - wanted;
        let joined = |value: Tensor<2>, slope: Tensor<2>| {
            let slope = slope * signs.clone();
            let none = Tensor::zeros([slope.dims()[0], classes], (&slope.device(), slope.dtype()));
            join(output.clone(), value, || Tensor::cat(vec![none, slope], 1))
        };
        let among = |depth: usize| level.only(depth) * self.alpha;
        let misses = misses + reach.clone();
        let (mut value, mut whole) = (entropy, slope);
        for depth in (0..self.complete.len()).filter(|depth| self.complete[*depth]) {
            value = value + misses.clone().narrow(1, depth, 1) * self.alpha;
            whole = whole + slopes.clone() * among(depth);
        }
        let mut parts = Parts::new(joined(value, whole), None);
        for depth in lacking {
            let has = reach.clone().narrow(1, depth, 1);
            let lacks = has.clone().neg() + 1.0;
            let mut add = |value: Tensor<2>, slope: Tensor<2>, counted: Tensor<2>| {
                let value = value.narrow(1, depth, 1) * counted.clone() * self.alpha;
                let numerators = joined(value, slope * counted.clone() * among(depth));
                let denominators = Some(counted.squeeze_dim(1));
                parts = parts.clone().with_term(Term { numerators, denominators });
            };
            add(misses.clone(), slopes.clone(), has);
            add(strays.clone(), slopes.ones_like(), lacks);
        }
        parts
    }

    fn describe(&self) -> String {
        let settings = [format!("tree {}", self.tree.digest_of_axes()), format!("alpha {}", self.alpha)];
        described("subspace cross entropy", &settings)
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        probabilities(output, self.tree.vocab().len())
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.tree.vocab())
    }

    fn head(&self) -> Option<&ClassHead> {
        Some(&self.head)
    }
}

/// The axes of a tree by their depth, with the lengths of a batch's numbers at each.
struct Levels {
    depths: Tensor<1, Int>,
    count: usize,
    /// `[batch, axes]`.
    lengths: Tensor<2>,
}

impl Levels {
    fn of(depths: &Constant, numbers: Tensor<2>, count: usize) -> Self {
        let plain = Self { depths: depths.numbers(&numbers), count, lengths: numbers.ones_like() };
        // A depth of nothing but 0 has no direction: its cosines are 0.
        let lengths = plain.sums(numbers.square()).sqrt().clamp_min(f32::MIN_POSITIVE);
        Self { lengths: plain.spread(lengths), ..plain }
    }

    /// Of the numbers of each depth the sum: `[batch, depths]`.
    fn sums(&self, numbers: Tensor<2>) -> Tensor<2> {
        let [batch, _] = numbers.dims();
        let none = Tensor::zeros([batch, self.count], (&numbers.device(), numbers.dtype()));
        none.select_assign(1, self.depths.clone(), numbers, IndexingUpdateOp::Add)
    }

    /// A number for each depth at each of its axes: `[batch, axes]`.
    fn spread(&self, numbers: Tensor<2>) -> Tensor<2> {
        numbers.select(1, self.depths.clone())
    }

    /// Divided by the lengths.
    fn over(&self, numbers: Tensor<2>) -> Tensor<2> {
        numbers / self.lengths.clone()
    }

    /// 1 at the axes of one depth: `[1, axes]`.
    fn only(&self, depth: usize) -> Tensor<2> {
        let like = self.lengths.clone().narrow(0, 0, 1);
        let here = self.depths.clone().equal_elem(depth as i64).float().cast(like.dtype());
        here.unsqueeze_dim(0)
    }
}
