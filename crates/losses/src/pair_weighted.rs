use burn::tensor::{Int, Tensor};
use firelight_layers::weigh;
use firelight_vocab::Vocab;

use crate::constant::Uploaded;
use crate::describe::described;
use crate::meaning::Pair;
use crate::parts::{counted, scaled};
use crate::scores::{Scores, check_classes, wide};
use crate::{Loss, LossError, LossTraits, MatrixRows, PairWeights, Parts};

/// Multiplies the loss of each example by a factor for its true class and the class predicted for it.
///
/// Wraps any loss over class numbers. The factor is a plain number to the gradient, in both forms:
///
/// | form | factor of an example |
/// |---|---|
/// | default | `W[target][argmax]`, the first class among equals |
/// | [`expected`](Self::expected) | `Σ_j W[target][j] p_j` |
///
/// What to know before using it: the gradient keeps the direction of the loss inside, only its length changes,
/// so inside one example a near mistake is never preferred to a far one. It makes hard examples count more. The
/// default form jumps where the prediction flips and need not settle; the expected form is smooth. Where the
/// aim is that mistakes stay near, [`Decision::minimum_risk`](crate::Decision::minimum_risk) and
/// [`SoftLabelCrossEntropy`](crate::SoftLabelCrossEntropy) do more.
///
/// A mean divides as the loss inside says, by the batch size for plain cross entropy;
/// [`PairMean::Weights`] divides by the sum of the factors too, which takes them out of a batch of one.
///
/// ```
/// use firelight_losses::{Focal, Groups, PairWeighted, PairWeights, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
/// let weights = PairWeights::from_groups(&species, 1.0, 3.0);
/// let loss = PairWeighted::new(Focal::new(2.0)?, &weights, &vocab)?.expected();
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PairWeighted<L> {
    inner: L,
    weights: Uploaded<Pair>,
    expected: bool,
    mean: PairMean,
}

/// What a mean over pair-weighted losses divides by.
///
/// ```
/// use firelight_losses::{CrossEntropy, PairMean, PairWeighted, PairWeights, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let weights = PairWeights::from_fn(&vocab, |truth, predicted| if truth == predicted { 1.0 } else { 2.0 });
/// let loss = PairWeighted::new(CrossEntropy::new(), &weights, &vocab)?.with_mean(PairMean::Weights);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PairMean {
    /// What the loss inside divides by: the batch size unless it says otherwise.
    #[default]
    Batch,
    /// That, times the pair weight of each example.
    Weights,
}

impl<L> PairWeighted<L> {
    /// # Errors
    /// What the weights are refused for, or [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless they name exactly the classes of the
    /// vocab.
    pub fn new(inner: L, weights: &PairWeights, vocab: &Vocab) -> Result<Self, LossError> {
        Ok(Self { inner, weights: weights.align(vocab)?.into(), expected: false, mean: PairMean::Batch })
    }

    /// Weighs by what is expected under the predicted probabilities instead of the likeliest class.
    pub fn expected(mut self) -> Self {
        self.expected = true;
        self
    }

    /// What a mean divides by.
    pub fn with_mean(mut self, mean: PairMean) -> Self {
        self.mean = mean;
        self
    }

    /// `[batch]`, outside any graph.
    fn factors(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Tensor<1> {
        let [batch, classes] = output.dims();
        check_classes(output, self.weights.vocab().len());
        let output = wide(output.clone().inner());
        // A row that the loss inside ignores may hold any number; its factor does not matter.
        let targets = targets.clone().inner().clamp(0, classes as i64 - 1);
        let factors = if self.expected {
            let rows = self.weights.rows(targets, &output);
            let factors = weigh(Scores::of(output).probabilities, rows, None, f32::NEG_INFINITY);
            // A row that is not a number has no factor; the loss inside says so itself, or ignores the row.
            let without = factors.clone().is_nan();
            factors.mask_fill(without, 1.0)
        } else {
            let predicted = output.clone().argmax(1).reshape([batch]);
            self.weights.entries(targets * classes as i64 + predicted, &output)
        };
        factors.reshape([batch])
    }
}

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for PairWeighted<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.parts(output, targets).per_example()
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        let inner = self.inner.mean_weights(output, targets);
        if self.mean == PairMean::Batch || output.dims()[0] == 0 {
            return inner;
        }
        Some(counted(inner, &self.factors(output, targets)))
    }

    /// Those of the loss inside, each times the factors.
    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        if output.dims()[0] == 0 {
            return self.inner.parts(output, targets);
        }
        let factors = self.factors(&output, &targets);
        scaled(self.inner.parts(output, targets), &factors, self.mean == PairMean::Weights)
    }

    fn describe(&self) -> String {
        let mut settings = vec![format!("pair weights {}", self.weights.digest())];
        settings.extend(self.expected.then(|| "expected".to_owned()));
        settings.extend((self.mean == PairMean::Weights).then(|| "mean over the weights".to_owned()));
        format!("{} of {}", described("pair weighted", &settings), self.inner.describe())
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        self.inner.activation(output)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.weights.vocab())
    }

    fn traits(&self) -> LossTraits {
        LossTraits { pair_weights: true, ..self.inner.traits() }
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        std::iter::once(self.weights.matrix().into()).chain(self.inner.matrices()).collect()
    }
}
