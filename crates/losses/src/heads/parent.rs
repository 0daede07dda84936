use burn::tensor::{Int, Tensor};
use firelight_costs::ClassHead;
use firelight_vocab::{Groups, Vocab};

use super::row::{beyond_scores, probabilities};
use crate::combined::Weights;
use crate::constant::Constant;
use crate::scores::nothing;
use crate::{CrossEntropy, Loss, LossTraits, MatrixRows, Parts};

/// The loss of [`ClassHead::Parents`]: that of the classes, plain cross entropy unless told otherwise, plus the cross entropy of their groups, each
/// on scores of its own. On features that do not train that is two classifiers trained apart, as "hierarchical ensembles" have them (Jain, Karthik
/// and Gandhi, 2023, arXiv 2302.00368); the product of their probabilities is what the head predicts.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{Groups, Loss, ParentCrossEntropy, Reduction, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let loss = ParentCrossEntropy::new(&species);
/// let output = Tensor::<2>::zeros([1, 3 + 3 + 2], &Device::flex()); // of the product, of the classes, of the groups
/// let value = loss.forward(output, Tensor::<1, Int>::from_ints([2], &Device::flex()), Reduction::Mean);
/// assert!((value.into_scalar::<f32>() - (3.0_f32.ln() + 2.0_f32.ln())).abs() < 1e-6);
/// ```
#[derive(Debug, Clone)]
pub struct ParentCrossEntropy<L = CrossEntropy> {
    head: ClassHead,
    vocab: Vocab,
    /// Of each class its group: `[1, classes]`.
    group_of: Constant,
    classes: L,
}

impl ParentCrossEntropy {
    /// For classes and their groups, such as [`ClassTree::parents`](firelight_costs::ClassTree::parents).
    pub fn new(groups: &Groups) -> Self {
        let group_of: Vec<f64> = groups.of_classes().iter().map(|group| *group as f64).collect();
        let group_of = Constant::new(group_of, [1, groups.vocab().len()]);
        Self { head: ClassHead::parents(groups), vocab: groups.vocab().clone(), group_of, classes: CrossEntropy::new() }
    }
}

impl<L> ParentCrossEntropy<L> {
    /// The loss of the classes' own scores: with class weights, label smoothing, adjusted to rare classes.
    pub fn with_classes<K: Loss<Tensor<1, Int>>>(self, classes: K) -> ParentCrossEntropy<K> {
        let Self { head, vocab, group_of, .. } = self;
        ParentCrossEntropy { head, vocab, group_of, classes }
    }

    /// The scores of the classes, and those of the groups.
    fn split(&self, output: Tensor<2>) -> [Tensor<2>; 2] {
        let classes = self.vocab.len();
        let rest = beyond_scores(&output, &self.head);
        [output.clone().narrow(1, classes, classes), output.narrow(1, 2 * classes, rest - classes)]
    }
}

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for ParentCrossEntropy<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.parts(output, targets).per_example()
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        let [classes, _] = self.split(output.clone());
        self.classes.mean_weights(&classes, targets)
    }

    /// # Panics
    /// If a row is not of a parents head of these groups.
    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        let [classes, groups] = self.split(output);
        let group_of = self.group_of.numbers(&groups);
        let of =
            if nothing(&classes).is_some() { targets.clone() } else { group_of.select(0, targets.clone().inner()) };
        Weights::default().sum(self.classes.parts(classes, targets), CrossEntropy::new().parts(groups, of))
    }

    fn describe(&self) -> String {
        format!("{} beside {}", self.classes.describe(), self.head)
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        probabilities(output, self.vocab.len())
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }

    fn traits(&self) -> LossTraits {
        self.classes.traits()
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        self.classes.matrices()
    }

    fn head(&self) -> Option<&ClassHead> {
        Some(&self.head)
    }
}
