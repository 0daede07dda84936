use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::constant::Constant;
use crate::describe::described;
use crate::error::finite;
use crate::scores::{check_classes, nothing, wide};
use crate::{ClassWeights, CostError, Loss, LossError, LossTraits, MatrixRows, Parts};

/// Any loss of class scores, with `tau · ln(share of the class in training)` added to each score: "logit adjustment" for classes of very different
/// sizes (Menon and others, 2021, arXiv 2007.07314).
///
/// The scores themselves, without the addition, are what predicts. They then rank classes as if all were as frequent, which makes the mean recall
/// of the classes high, and accuracy where all are as frequent; `tau` 1, the usual one, is that exactly, and 0 changes nothing. Class weights aim
/// at the same, and adjusted scores reach it for rare classes that are learned by heart. Use one of the two.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{CrossEntropy, LogitAdjusted, Loss, Reduction, Vocab};
///
/// let vocab = Vocab::from_labels(["rare", "usual"]);
/// let loss = LogitAdjusted::new(CrossEntropy::new(), [("usual", 90), ("rare", 10)], 1.0, &vocab)?;
/// // Scores that say nothing are right about how frequent the classes are.
/// let output = || Tensor::<2>::zeros([1, 2], &Device::flex());
/// let value = loss.forward(output(), Tensor::<1, Int>::from_ints([0], &Device::flex()), Reduction::Mean);
/// assert!((value.into_scalar::<f32>() + 0.1_f32.ln()).abs() < 1e-6);
/// assert_eq!(loss.activation(output()).into_data().to_vec::<f32>().unwrap(), [0.5, 0.5]);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LogitAdjusted<L> {
    inner: L,
    /// `[1, classes]`.
    shifts: Constant,
    tau: f64,
    vocab: Vocab,
}

impl<L> LogitAdjusted<L> {
    /// With the number of examples of each class by name, as [`ClassWeights::balanced`] takes them: of the training part.
    ///
    /// # Errors
    /// [`CostError::NoExamples`] for a count of 0, [`CostError::NamesDiffer`] unless the counts name exactly the classes of the vocab,
    /// [`LossError::NotFiniteParameter`] unless `tau` is finite and at least 0.
    pub fn new<S: Into<String>>(
        inner: L,
        counts: impl IntoIterator<Item = (S, usize)>,
        tau: f64,
        vocab: &Vocab,
    ) -> Result<Self, LossError> {
        let tau = finite("tau", tau)?;
        let counts = ClassWeights::new(counts.into_iter().map(|(class, count)| (class, count as f64)))?;
        if let Some((class, _)) = counts.iter().find(|(_, count)| *count == 0.0) {
            return Err(CostError::NoExamples { class: class.to_owned() }.into());
        }
        let counts = counts.aligned(vocab)?;
        let all: f64 = counts.iter().sum();
        let shifts: Vec<f64> = counts.iter().map(|count| tau * (count / all).ln()).collect();
        Ok(Self { inner, shifts: Constant::new(shifts, [1, vocab.len()]), tau, vocab: vocab.clone() })
    }

    fn adjusted(&self, output: Tensor<2>) -> Tensor<2> {
        if nothing(&output).is_some() {
            return output;
        }
        check_classes(&output, self.vocab.len());
        let output = wide(output);
        let shifts = self.shifts.like(&output);
        output.clone() + if output.device().is_autodiff() { Tensor::from_inner(shifts) } else { shifts }
    }
}

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for LogitAdjusted<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.inner.per_example(self.adjusted(output), targets)
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        self.inner.mean_weights(&self.adjusted(output.clone()), targets)
    }

    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        self.inner.parts(self.adjusted(output), targets)
    }

    fn describe(&self) -> String {
        let settings = [format!("tau {}", self.tau), format!("shares {}", self.shifts.digest(&self.vocab))];
        format!("{} of {}", described("logit adjusted", &settings), self.inner.describe())
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        self.inner.activation(output)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }

    fn traits(&self) -> LossTraits {
        self.inner.traits()
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        self.inner.matrices()
    }
}
