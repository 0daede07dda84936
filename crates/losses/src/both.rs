use burn::tensor::Tensor;
use firelight_vocab::Vocab;

use crate::combined::{Weights, either};
use crate::describe::described;
use crate::{Loss, LossError, LossTraits, MatrixRows, Parts};

/// A loss for two targets an example, such as a breed and where the head is: one loss on the first outputs, another on the rest.
///
/// Targets are pairs, `(TA, TB)`, of what the two losses are of. Outputs are rows of the first target's numbers, then the second's. Each
/// mean divides as its own loss does, so that an example without a known second target still counts whole in the first.
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`with_weights`](Self::with_weights) | 1 and 1 | multiplies each loss |
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{Both, CrossEntropy, Loss, MeanSquared, Reduction};
///
/// let loss = Both::new(CrossEntropy::new(), 2, MeanSquared).with_weights(1.0, 0.25)?;
/// let device = Device::flex();
/// let output = Tensor::<2>::from_floats([[0.0, 0.0, 3.0]], &device);
/// let targets = (Tensor::<1, Int>::from_ints([1], &device), Tensor::<2>::from_floats([[1.0]], &device));
/// let value = loss.forward(output, targets, Reduction::Mean).into_scalar::<f32>();
/// assert!((value - (2.0_f32.ln() + 1.0)).abs() < 1e-6);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Both<A, B> {
    first: A,
    columns: usize,
    second: B,
    weights: Weights,
}

impl<A, B> Both<A, B> {
    /// `first` on as many outputs as `columns` says, `second` on the rest.
    pub fn new(first: A, columns: usize, second: B) -> Self {
        Self { first, columns, second, weights: Weights::default() }
    }

    /// The factor of each.
    ///
    /// # Errors
    /// [`LossError::NotFiniteParameter`] unless both are finite and at least 0.
    pub fn with_weights(self, first: f64, second: f64) -> Result<Self, LossError> {
        Ok(Self { weights: Weights::new(first, second)?, ..self })
    }

    fn split(&self, output: Tensor<2>) -> [Tensor<2>; 2] {
        let [_, numbers] = output.dims();
        let rest = numbers.saturating_sub(self.columns);
        assert!(self.columns > 0 && rest > 0, "{}", LossError::NotTwoTargets { numbers, columns: self.columns });
        [output.clone().narrow(1, 0, self.columns), output.narrow(1, self.columns, rest)]
    }
}

impl<TA, TB, A, B> Loss<(TA, TB)> for Both<A, B>
where
    A: Loss<TA>,
    B: Loss<TB>,
{
    /// # Panics
    /// If there are no outputs for one of the two, besides what the losses panic for.
    fn per_example(&self, output: Tensor<2>, targets: (TA, TB)) -> Tensor<1> {
        self.parts(output, targets).per_example()
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &(TA, TB)) -> Option<Tensor<1>> {
        let [first, _] = self.split(output.clone());
        self.first.mean_weights(&first, &targets.0)
    }

    /// One term where both losses divide by the batch size alone, otherwise the terms of both.
    fn parts(&self, output: Tensor<2>, targets: (TA, TB)) -> Parts {
        let [first, second] = self.split(output);
        self.weights.sum(self.first.parts(first, targets.0), self.second.parts(second, targets.1))
    }

    fn describe(&self) -> String {
        let [first, second] = self.weights.describe([self.first.describe(), self.second.describe()]);
        described("both", &[format!("{first} on {} outputs", self.columns), format!("{second} on the rest")])
    }

    /// Each loss's on its own outputs, side by side.
    ///
    /// # Panics
    /// If there are no outputs for one of the two.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        let [first, second] = self.split(output);
        Tensor::cat(vec![self.first.activation(first), self.second.activation(second)], 1)
    }

    /// The first target's, or the second's if that has none.
    fn vocab(&self) -> Option<&Vocab> {
        self.first.vocab().or(self.second.vocab())
    }

    fn traits(&self) -> LossTraits {
        either(self.first.traits(), self.second.traits())
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        self.first.matrices().into_iter().chain(self.second.matrices()).collect()
    }
}
