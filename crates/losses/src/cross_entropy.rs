use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::describe::described;
use crate::error::share;
use crate::scores::{Scores, add_at, check_classes, nothing, times, wide};
use crate::targets::Kept;
use crate::weighing::Weighing;
use crate::{ClassWeights, Loss, LossError, LossTraits, Parts, Term};

/// Cross entropy on logits: `-ln p(target)`.
///
/// Targets are class numbers (`Tensor<1, Int>`) or probabilities (`Tensor<2>`, one row an example; a row
/// of zeros counts nothing, smoothed or not). The defaults and the weighted means agree with `PyTorch`:
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`with_class_weights`](Self::with_class_weights) | none | multiplies by the weight of the target's class; a mean over class numbers divides by the sum of these weights, one over probabilities by the batch size |
/// | [`with_label_smoothing`](Self::with_label_smoothing) | 0 | mixes the target with the uniform distribution, whose classes are weighted, too |
/// | [`with_ignore_index`](Self::with_ignore_index) | none | rows with this target have loss 0, gradient 0, and no share in a mean |
/// | [`with_unweighted_smoothing`](Self::with_unweighted_smoothing) | off | fastai's `LabelSmoothingCrossEntropy` |
///
/// Targets outside the classes are undefined; [`check_targets`](crate::check_targets) finds them on the host.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{CrossEntropy, Loss, Reduction};
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_floats([[2.0, 0.0], [0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_ints([0, 1], &device);
/// let loss = CrossEntropy::new().forward(logits, targets, Reduction::None);
/// println!("{loss}"); // 0.127 and ln 2
/// ```
#[derive(Debug, Clone, Default)]
pub struct CrossEntropy {
    smoothing: f64,
    weighing: Weighing,
    unweighted_smoothing: bool,
}

impl CrossEntropy {
    /// Without weights, smoothing or ignored rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the share `smoothing` of each target to all classes alike; 0.1 is usual. Of probabilities it is a share of the
    /// row's sum, which is `PyTorch`'s smoothing for rows that sum to 1.
    ///
    /// # Errors
    /// [`LossError::OutsideUnit`] unless it is in 0..=1.
    pub fn with_label_smoothing(mut self, smoothing: f64) -> Result<Self, LossError> {
        self.smoothing = share("label smoothing", smoothing)?;
        Ok(self)
    }

    /// Weighs the examples by their class.
    ///
    /// # Errors
    /// [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless the weights name exactly the classes of the vocab.
    pub fn with_class_weights(mut self, weights: &ClassWeights, vocab: &Vocab) -> Result<Self, LossError> {
        self.weighing = self.weighing.with_class_weights(weights, vocab)?;
        Ok(self)
    }

    /// Leaves out the rows with this target; `PyTorch`'s usual number is -100.
    pub fn with_ignore_index(mut self, index: i64) -> Self {
        self.weighing = self.weighing.with_ignore_index(index);
        self
    }

    /// Leaves the smoothed part without class weights, and a mean divides that part by the batch size: what
    /// fastai's `LabelSmoothingCrossEntropy` does. Without class weights nothing changes. A mean over probabilities divides by
    /// the batch size anyway.
    pub fn with_unweighted_smoothing(mut self) -> Self {
        self.unweighted_smoothing = true;
        self
    }

    /// Whether the smoothed part is divided by itself.
    fn divides_twice(&self) -> bool {
        self.unweighted_smoothing && self.weighing.weights.is_some() && self.smoothing > 0.0
    }

    fn settings(&self) -> String {
        let smoothing = (self.smoothing > 0.0).then(|| {
            let unweighted = if self.divides_twice() { "unweighted " } else { "" };
            format!("{unweighted}label smoothing {}", self.smoothing)
        });
        described("cross entropy", &smoothing.into_iter().chain(self.weighing.settings()).collect::<Vec<_>>())
    }

    /// `on_target`: `1 - smoothing` of the target's class. `on_all`: `smoothing` spread over all classes.
    fn sum(&self, output: Tensor<2>, kept: &Kept, on_target: bool, on_all: bool) -> Tensor<1> {
        let [_, classes] = output.dims();
        let scores = Scores::of(output);
        let column = kept.column();
        // Per row and, for the spread part, per class: what stands before `-ln p`.
        let counted = kept.only(None);
        let own = on_target.then(|| {
            let weights = self.weighing.of_rows(kept, &scores.probabilities);
            weights.unwrap_or_else(|| scores.log_norm.ones_like()) * (1.0 - self.smoothing)
        });
        let spread = on_all.then(|| {
            let each = self.smoothing / classes as f64;
            match self.weighing.row(&scores.probabilities) {
                Some(weights) if !self.unweighted_smoothing => weights * each,
                _ => Tensor::full([1, classes], each, (&scores.log_norm.device(), scores.log_norm.dtype())),
            }
        });
        let mut value = scores.log_norm.zeros_like();
        let mut mass = scores.log_norm.zeros_like();
        if let Some(own) = &own {
            value = value - scores.log_probability(column.clone()) * own.clone();
            mass = mass + own.clone();
        }
        if let Some(spread) = &spread {
            let sum = spread.clone().sum_dim(1);
            let met = (scores.shifted() * spread.clone()).sum_dim(1);
            value = value + times(scores.log_norm.clone() * sum.clone() - met, counted.as_ref());
            mass = mass + times(scores.log_norm.ones_like() * sum, counted.as_ref());
        }
        let plain = self.smoothing == 0.0 && self.weighing.weights.is_none() && counted.is_none();
        scores.join(kept.cleared(value), |probabilities| {
            let mut gradient = if plain { probabilities } else { probabilities * mass };
            if let Some(spread) = spread {
                gradient = match &counted {
                    Some(counted) => gradient - spread * counted.clone(),
                    None => gradient - spread,
                };
            }
            kept.cleared(match own {
                Some(own) => add_at(gradient, column, own.neg()),
                None => gradient,
            })
        })
    }
}

impl Loss<Tensor<1, Int>> for CrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        if let Some(vocab) = self.weighing.vocab() {
            check_classes(&output, vocab.len());
        }
        let kept = self.weighing.kept(&output, &targets);
        self.sum(output, &kept, true, self.smoothing > 0.0)
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        let [batch, _] = output.dims();
        if batch == 0 {
            return None;
        }
        let like = wide(output.clone().inner());
        self.weighing.of_rows(&self.weighing.kept(output, targets), &like).map(|weights| weights.reshape([batch]))
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.weighing.vocab()
    }

    fn traits(&self) -> LossTraits {
        self.weighing.traits()
    }

    /// As provided, except that fastai's smoothing divides its two terms by different sums.
    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        let weights = self.mean_weights(&output, &targets);
        if !self.divides_twice() {
            return Parts::new(self.per_example(output, targets), weights);
        }
        if let Some(nothing) = nothing(&output) {
            return Parts::new(nothing.clone(), None).with_term(Term { numerators: nothing, denominators: None });
        }
        check_classes(&output, self.weighing.vocab().map_or(0, Vocab::len));
        let kept = self.weighing.kept(&output, &targets);
        let spread = self.sum(output.clone(), &kept, false, true);
        let own = self.sum(output, &kept, true, false);
        Parts::new(own, weights).with_term(Term { numerators: spread, denominators: kept.counted })
    }

    fn describe(&self) -> String {
        self.settings()
    }
}

impl Loss<Tensor<2>> for CrossEntropy {
    /// # Panics
    /// With an ignore index, which has no meaning for probabilities, or if the shapes differ.
    fn per_example(&self, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        assert!(self.weighing.ignore_index.is_none(), "{}", LossError::IgnoreWithSoftTargets);
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let [_, classes] = output.dims();
        check_classes(&targets, classes);
        if let Some(vocab) = self.weighing.vocab() {
            check_classes(&output, vocab.len());
        }
        let scores = Scores::of(output);
        let targets = wide(targets.inner()).cast(scores.log_norm.dtype());
        let weights = self.weighing.row(&scores.log_norm);
        let weigh = |rows: Tensor<2>| match &weights {
            Some(weights) => rows * weights.clone(),
            None => rows,
        };
        if self.smoothing == 0.0 {
            return scores.against(weigh(targets));
        }
        // A share of what the row has, so that a row of zeros has none.
        let spread = targets.clone().sum_dim(1) * (self.smoothing / classes as f64);
        let kept = targets * (1.0 - self.smoothing);
        let smoothed = if self.unweighted_smoothing { weigh(kept) + spread } else { weigh(kept + spread) };
        scores.against(smoothed)
    }

    fn describe(&self) -> String {
        self.settings()
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.weighing.vocab()
    }

    fn traits(&self) -> LossTraits {
        self.weighing.traits()
    }
}
