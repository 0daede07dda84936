use burn::tensor::{Int, Tensor};
use firelight_costs::ClassHead;
use firelight_vocab::Vocab;

use crate::constant::Constant;
use crate::describe::described;
use crate::parts::{counted, scaled};
use crate::scores::{check_classes, wide};
use crate::{ClassWeights, Loss, LossError, LossTraits, MatrixRows, Parts};

/// Any loss over class numbers, each example times the weight of its class.
///
/// A mean divides by the sum of these weights, as `PyTorch`'s weighted cross entropy does; with
/// [`over_examples`](Self::over_examples) by what the loss inside divides by, so that a rare class also counts more in the whole. An
/// example of weight 0 costs nothing, whatever the loss inside makes of it, unless that is not a number. For cross entropy without
/// smoothing [`CrossEntropy::with_class_weights`](crate::CrossEntropy::with_class_weights) is the same; a loss inside that has class
/// weights too multiplies both.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{ClassWeights, CostLog, CostMatrix, Groups, Loss, Reduction, Vocab, Weighted};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let costly = CostLog::new(&CostMatrix::from_groups(&species, 0.25, 1.0), &vocab)?;
/// let rare = ClassWeights::balanced([("Bengal", 50), ("beagle", 100), ("pug", 200)])?;
/// let loss = Weighted::new(costly, &rare, &vocab)?;
/// let logits = Tensor::<2>::zeros([3, 3], &Device::flex());
/// let targets = Tensor::<1, Int>::from_ints([0, 1, 2], &Device::flex());
/// assert!(loss.forward(logits, targets, Reduction::Mean).into_scalar::<f32>() > 0.0);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Weighted<L> {
    inner: L,
    weights: Constant,
    vocab: Vocab,
    over_examples: bool,
}

impl<L> Weighted<L> {
    /// # Errors
    /// [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless the weights name exactly the classes of the vocab.
    pub fn new(inner: L, weights: &ClassWeights, vocab: &Vocab) -> Result<Self, LossError> {
        let weights = Constant::new(weights.aligned(vocab)?, [1, vocab.len()]);
        Ok(Self { inner, weights, vocab: vocab.clone(), over_examples: false })
    }

    /// A mean divides by what the loss inside divides by.
    pub fn over_examples(self) -> Self {
        Self { over_examples: true, ..self }
    }

    /// The weight of each example's class: `[batch]`, outside any graph. An ignored target may be any number; its weight does not matter.
    fn factors(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Tensor<1> {
        let ([batch, _], classes) = (output.dims(), self.vocab.len());
        let targets = targets.clone().inner().clamp(0, classes as i64 - 1);
        self.weights.like(&wide(output.clone().inner())).select(1, targets).reshape([batch])
    }
}

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for Weighted<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.parts(output, targets).per_example()
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        let inner = self.inner.mean_weights(output, targets);
        if self.over_examples || output.dims()[0] == 0 {
            return inner;
        }
        Some(counted(inner, &self.factors(output, targets)))
    }

    /// Those of the loss inside, each times the weights.
    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        if output.dims()[0] == 0 {
            return self.inner.parts(output, targets);
        }
        if self.inner.head().is_none() {
            check_classes(&output, self.vocab.len());
        }
        let factors = self.factors(&output, &targets);
        scaled(self.inner.parts(output, targets), &factors, !self.over_examples)
    }

    fn describe(&self) -> String {
        let mut settings = vec![format!("class weights {}", self.weights.digest(&self.vocab))];
        settings.extend(self.over_examples.then(|| "over examples".to_owned()));
        format!("{} of {}", described("weighted", &settings), self.inner.describe())
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        self.inner.activation(output)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }

    fn head(&self) -> Option<&ClassHead> {
        self.inner.head()
    }

    fn traits(&self) -> LossTraits {
        LossTraits { class_weights: true, ..self.inner.traits() }
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        self.inner.matrices()
    }
}
