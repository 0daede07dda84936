use burn::tensor::{Int, Tensor};
use firelight_layers::weigh;
use firelight_vocab::Vocab;

use crate::caution::owned;
use crate::constant::Uploaded;
use crate::describe::described;
use crate::meaning::Cost;
use crate::scores::{Scores, check_classes, nothing};
use crate::targets::cleared;
use crate::{CostMatrix, Loss, LossError, LossTraits, MatrixRows, Parts};

/// What a random prediction from the model's probabilities costs: `Σ_j p_j C[target][j]`.
///
/// Bounded by the highest cost, and its gradient `p_k (C[target][k] - loss)` vanishes where the model is sure and
/// wrong. Alone it tends to get stuck on predicting one class: add it to another loss with
/// [`CostRegularized`], or use [`CostLog`](crate::CostLog), whose gradient stays.
///
/// With costs of 1 for every mistake it is `1 - p(target)`.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{CostMatrix, ExpectedCost, Loss, Reduction, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let loss = ExpectedCost::new(&CostMatrix::uniform(&vocab), &vocab)?;
/// let device = Device::flex();
/// let undecided = loss.forward(Tensor::zeros([1, 2], &device), Tensor::<1, Int>::from_ints([0], &device), Reduction::Mean);
/// assert_eq!(undecided.into_scalar::<f32>(), 0.5); // half the probability, at a cost of 1
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ExpectedCost {
    cost: Uploaded<Cost>,
}

impl ExpectedCost {
    /// # Errors
    /// What the costs are refused for, or [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless they name exactly the classes of the
    /// vocab.
    pub fn new(cost: &CostMatrix, vocab: &Vocab) -> Result<Self, LossError> {
        Ok(Self { cost: cost.align(vocab)?.into() })
    }
}

impl ExpectedCost {
    /// The costs of the rows, 0 for those that count nothing, whatever they hold.
    fn of(&self, output: Tensor<2>, targets: Tensor<1, Int>, counted: Option<&Tensor<1>>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, self.cost.vocab().len());
        let scores = Scores::of(output);
        let costs = self.cost.rows(targets.inner(), &scores.log_norm);
        let value = weigh(scores.probabilities.clone(), costs.clone(), None, f32::NEG_INFINITY);
        let ignored = counted.map(|counted| counted.clone().inner().equal_elem(0.0));
        let cleared = |rows: Tensor<2>| cleared(rows, ignored.as_ref());
        scores.join(cleared(value.clone()), |probabilities| cleared(probabilities * (costs - value)))
    }
}

impl Loss<Tensor<1, Int>> for ExpectedCost {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.of(output, targets, None)
    }

    fn describe(&self) -> String {
        described("expected cost", &[format!("costs {}", self.cost.digest())])
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.cost.vocab())
    }

    fn traits(&self) -> LossTraits {
        LossTraits { asymmetric: self.cost.matrix().asymmetric_pair().map(owned), ..LossTraits::default() }
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        vec![self.cost.matrix().into()]
    }
}

/// Another loss plus `lambda` times the [`ExpectedCost`].
///
/// With cross entropy inside and costs scaled to a highest of 1
/// ([`scaled_to_one`](CostMatrix::scaled_to_one)), `lambda` 10 is usual. A mean divides as the loss inside says, and
/// rows that it ignores cost nothing.
///
/// ```
/// use firelight_losses::{CostMatrix, CostRegularized, CrossEntropy, Vocab};
///
/// let vocab = Vocab::from_labels(["benign", "malignant"]);
/// let cost = CostMatrix::uniform(&vocab).with("malignant", "benign", 10.0)?;
/// let loss = CostRegularized::new(CrossEntropy::new(), &cost, 1.0, &vocab)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CostRegularized<L> {
    inner: L,
    cost: ExpectedCost,
    lambda: f64,
}

impl<L> CostRegularized<L> {
    /// # Errors
    /// [`LossError::NotFiniteParameter`] for `lambda`, what the costs are refused for, or
    /// [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless they name exactly the classes of the vocab.
    pub fn new(inner: L, cost: &CostMatrix, lambda: f64, vocab: &Vocab) -> Result<Self, LossError> {
        Ok(Self { inner, cost: ExpectedCost::new(cost, vocab)?, lambda: crate::error::finite("lambda", lambda)? })
    }
}

impl<L> CostRegularized<L> {
    /// `lambda` times the costs, 0 for the rows that count nothing: `[batch]`.
    fn costs(&self, output: Tensor<2>, targets: Tensor<1, Int>, counted: Option<&Tensor<1>>) -> Tensor<1> {
        let [_, classes] = output.dims();
        self.cost.of(output, targets.clamp(0, classes as i64 - 1), counted) * self.lambda
    }
}

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for CostRegularized<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        let counted = self.inner.mean_weights(&output, &targets);
        let costs = self.costs(output.clone(), targets.clone(), counted.as_ref());
        self.inner.per_example(output, targets) + costs
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        self.inner.mean_weights(output, targets)
    }

    /// Those of the loss inside, the costs beside its first term.
    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        let inner = self.inner.parts(output.clone(), targets.clone());
        let mut costs = Some(self.costs(output, targets, inner.terms()[0].denominators.as_ref()));
        inner.map(|mut term| {
            if let Some(costs) = costs.take() {
                term.numerators = term.numerators + costs;
            }
            term
        })
    }

    fn describe(&self) -> String {
        let settings = [format!("lambda {}", self.lambda), format!("costs {}", self.cost.cost.digest())];
        format!("{} of {}", described("cost regularised", &settings), self.inner.describe())
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        self.inner.activation(output)
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.cost.vocab()
    }

    fn traits(&self) -> LossTraits {
        LossTraits { asymmetric: self.cost.traits().asymmetric, ..self.inner.traits() }
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        self.cost.matrices().into_iter().chain(self.inner.matrices()).collect()
    }
}
