use burn::tensor::{Int, Tensor};
use firelight_layers::weigh;
use firelight_vocab::Vocab;

use crate::caution::owned;
use crate::matrix::AlignedCost;
use crate::scores::{Scores, check_classes, nothing};
use crate::{CostMatrix, Loss, LossError, LossTraits, MatrixRows};

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
    cost: AlignedCost,
}

impl ExpectedCost {
    /// # Errors
    /// What the costs are refused for, or [`LossError::NamesDiffer`] unless they name exactly the classes of the
    /// vocab.
    pub fn new(cost: &CostMatrix, vocab: &Vocab) -> Result<Self, LossError> {
        let cost = cost.align(vocab)?;
        Ok(Self { cost })
    }
}

impl Loss<Tensor<1, Int>> for ExpectedCost {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, self.cost.vocab().len());
        let scores = Scores::of(output);
        let costs = self.cost.rows(targets.inner(), &scores.log_norm);
        let value = weigh(scores.probabilities.clone(), costs.clone(), None, f32::NEG_INFINITY);
        scores.join(value.clone(), |probabilities| probabilities * (costs - value))
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
    /// [`LossError::NamesDiffer`] unless they name exactly the classes of the vocab.
    pub fn new(inner: L, cost: &CostMatrix, lambda: f64, vocab: &Vocab) -> Result<Self, LossError> {
        Ok(Self { inner, cost: ExpectedCost::new(cost, vocab)?, lambda: crate::error::finite("lambda", lambda)? })
    }
}

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for CostRegularized<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        let [batch, classes] = output.dims();
        if batch == 0 {
            return self.inner.per_example(output, targets);
        }
        let counted = self.inner.mean_weights(&output, &targets);
        let inside = targets.clone().clamp(0, classes as i64 - 1);
        let mut cost = self.cost.per_example(output.clone(), inside) * self.lambda;
        if let Some(weights) = counted {
            cost = cost * weights.greater_elem(0).float();
        }
        self.inner.per_example(output, targets) + cost
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        self.inner.mean_weights(output, targets)
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
