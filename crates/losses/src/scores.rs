//! The shared core of the losses on logits: shifted scores, probabilities, and gradients in closed form.

use burn::tensor::{DType, IndexingUpdateOp, Int, Tensor};
use firelight_layers::{Softmax, softmax, weigh, with_gradient};

/// Stands for a logit of -inf. Finite, so that a weight of 0 times it is 0 and not NaN; so low that its
/// probability is 0 in f32.
const FLOOR: f32 = -1e37;

/// Takes a class out of a softmax: far enough below [`FLOOR`] that a floored class still wins. Added to a score it is the logarithm
/// of a weight of 0.
pub(crate) const BELOW: f32 = -1e38;

/// A loss beyond this came from a [`FLOOR`] with a weight, and is infinite.
const CEILING: f32 = 1e25;

/// Logits made safe, and their softmax outside the graph.
///
/// Every pass over `[batch, classes]` counts: it is what a loss costs.
#[derive(Debug, Clone)]
pub(crate) struct Scores {
    /// The output on its graph, in f32 or f64: `[batch, classes]`.
    output: Tensor<2>,
    /// The highest of each row: `[batch, 1]`.
    top: Tensor<2>,
    /// `[batch, classes]`.
    pub probabilities: Tensor<2>,
    /// `ln Σ exp(z - top)`: `[batch, 1]`.
    pub log_norm: Tensor<2>,
}

impl Scores {
    pub fn of(output: Tensor<2>) -> Self {
        let output = wide(output);
        let Softmax { probabilities, highest, log_sum } = softmax(output.clone().inner(), FLOOR);
        Self { output, top: highest, probabilities, log_norm: log_sum }
    }

    /// The logits with the highest of each row at 0, those of -inf at [`FLOOR`]: `[batch, classes]`.
    pub fn shifted(&self) -> Tensor<2> {
        (self.output.clone().inner() - self.top.clone()).clamp_min(FLOOR)
    }

    /// The logits as they are, those of -inf at [`FLOOR`]: for a softmax among some classes, which shifts them by the highest of these.
    /// Shifted by the highest of all, far below which they may be, they would have lost digits.
    pub fn floored(&self) -> Tensor<2> {
        self.output.clone().inner().clamp_min(FLOOR)
    }

    /// The [`floored`](Self::floored) logits of some classes, `[batch, n]`, without a pass over the others.
    pub fn floored_at(&self, classes: Tensor<2, Int>) -> Tensor<2> {
        self.output.clone().inner().gather(1, classes).clamp_min(FLOOR)
    }

    /// Softmax over rows of [`floored`](Self::floored) scores, some of them changed, from which `shift` (`[batch, 1]`) was taken, and
    /// `ln Σ exp(score + shift - top)` with the highest of all classes as `top`: `[batch, n]`, `[batch, 1]`.
    pub fn among(&self, scores: Tensor<2>, shift: Option<Tensor<2>>) -> (Tensor<2>, Tensor<2>) {
        let Softmax { probabilities, highest, log_sum } = softmax(scores, f32::NEG_INFINITY);
        let highest = match shift {
            Some(shift) => (shift - self.top.clone()) + highest,
            None => highest - self.top.clone(),
        };
        (probabilities, highest + log_sum)
    }

    /// The shifted logits weighed by rows of the same shape, summed: `[batch, 1]`.
    pub fn weighed(&self, rows: Tensor<2>) -> Tensor<2> {
        weigh(self.output.clone().inner(), rows, Some(self.top.clone()), FLOOR)
    }

    /// The shifted logits of some classes, `[batch, n]`.
    pub fn shifted_at(&self, classes: Tensor<2, Int>) -> Tensor<2> {
        (self.output.clone().inner().gather(1, classes) - self.top.clone()).clamp_min(FLOOR)
    }

    /// The logarithm of the probability of one class an example: `[batch, 1]`.
    pub fn log_probability(&self, classes: Tensor<2, Int>) -> Tensor<2> {
        self.shifted_at(classes) - self.log_norm.clone()
    }

    /// Joins a value (`[batch, 1]`, no graph) and its gradient with respect to the logits (`[batch, classes]`, no
    /// graph), made of the probabilities, to the graph of the output.
    ///
    /// Closed forms are exact where a chain of recorded operations meets `0 * inf` or cancels, and need one
    /// tensor of the size of the logits where the chain keeps several. The gradient is made only if it is wanted.
    pub fn join(self, value: Tensor<2>, gradient: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Tensor<1> {
        let Self { output, probabilities, .. } = self;
        join(output, value, || gradient(probabilities))
    }

    /// Cross entropy against rows of any mass, `[batch, classes]`: `-Σ T ln p`, whose gradient is `p ΣT - T`.
    pub fn against(self, targets: Tensor<2>) -> Tensor<1> {
        let mass = targets.clone().sum_dim(1);
        let met = self.weighed(targets.clone());
        let value = self.log_norm.clone() * mass.clone() - met;
        self.join(value, |probabilities| probabilities * mass - targets)
    }
}

/// Joins a value, `[batch, 1]`, and its gradient with respect to an output in f32 or f64, both outside the graph, to the graph of
/// the output: see [`Scores::join`].
pub(crate) fn join(output: Tensor<2>, value: Tensor<2>, gradient: impl FnOnce() -> Tensor<2>) -> Tensor<1> {
    let [batch, _] = output.dims();
    let beyond = value.clone().greater_elem(CEILING);
    let value = value.mask_fill(beyond, f32::INFINITY).reshape([batch]);
    if output.is_tracked() { with_gradient(output, value, gradient()) } else { value }
}

/// f16 and bf16 become f32: a batch of 256 with losses of 300 overflows f16.
pub(crate) fn wide<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    let dtype = wide_dtype(&tensor);
    if tensor.dtype() == dtype { tensor } else { tensor.cast(dtype) }
}

/// What a loss of such an output is in: f64 as its output, or f32.
pub(crate) fn wide_dtype<const D: usize>(output: &Tensor<D>) -> DType {
    if output.dtype() == DType::F64 { DType::F64 } else { DType::F32 }
}

/// An empty batch has no loss: `[0]`. Checked first, so that no kernel runs over nothing.
pub(crate) fn nothing(output: &Tensor<2>) -> Option<Tensor<1>> {
    (output.dims()[0] == 0).then(|| Tensor::zeros([0], (&output.device(), wide_dtype(output))))
}

/// `tensor` with `values` (`[batch, n]`) added at `n` classes an example.
pub(crate) fn add_at(tensor: Tensor<2>, classes: Tensor<2, Int>, values: Tensor<2>) -> Tensor<2> {
    tensor.scatter(1, classes, values, IndexingUpdateOp::Add)
}

/// `tensor` times a column, if there is one.
pub(crate) fn times(tensor: Tensor<2>, column: Option<&Tensor<2>>) -> Tensor<2> {
    match column {
        Some(column) => tensor * column.clone(),
        None => tensor,
    }
}

/// # Panics
/// If the model has another number of classes than the matrix.
pub(crate) fn check_classes(output: &Tensor<2>, matrix: usize) {
    let [_, logits] = output.dims();
    assert!(logits == matrix, "{}", crate::LossError::LogitsDiffer { logits, matrix });
}
