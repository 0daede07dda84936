use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::error::share;
use crate::matrix::Constant;
use crate::scores::{Scores, add_at, check_classes, join, nothing, wide};
use crate::targets::Kept;
use crate::{ClassWeights, Loss, LossError, Reduction};

/// Cross entropy on logits: `-ln p(target)`.
///
/// Targets are class numbers (`Tensor<1, Int>`) or probabilities (`Tensor<2>`, one row an example; a row
/// of zeros counts nothing). The defaults and the weighted means agree with `PyTorch`:
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
    weights: Option<(Constant, Vocab)>,
    ignore_index: Option<i64>,
    unweighted_smoothing: bool,
}

impl CrossEntropy {
    /// Without weights, smoothing or ignored rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the share `smoothing` of each target to all classes alike; 0.1 is usual.
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
    /// [`LossError::NamesDiffer`] unless the weights name exactly the classes of the vocab.
    pub fn with_class_weights(mut self, weights: &ClassWeights, vocab: &Vocab) -> Result<Self, LossError> {
        self.weights = Some((weights.constant(vocab)?, vocab.clone()));
        Ok(self)
    }

    /// Leaves out the rows with this target; `PyTorch`'s usual number is -100.
    pub fn with_ignore_index(mut self, index: i64) -> Self {
        self.ignore_index = Some(index);
        self
    }

    /// Leaves the smoothed part without class weights, and a mean divides that part by the batch size: what
    /// fastai's `LabelSmoothingCrossEntropy` does. Without class weights nothing changes.
    pub fn with_unweighted_smoothing(mut self) -> Self {
        self.unweighted_smoothing = true;
        self
    }

    fn weights_like(&self, like: &Tensor<2>) -> Option<Tensor<2>> {
        self.weights.as_ref().map(|(weights, _)| weights.like(like))
    }

    /// The weight of each row, `[batch, 1]`, 0 for an ignored one.
    fn row_weights(&self, kept: &Kept, like: &Tensor<2>) -> Option<Tensor<2>> {
        let of_class = self.weights_like(like).map(|weights| {
            let [batch] = kept.classes.dims();
            weights.select(1, kept.classes.clone()).reshape([batch, 1])
        });
        kept.only(of_class)
    }

    /// `1 - smoothing` on the target's class.
    fn on_target(&self, output: Tensor<2>, kept: &Kept) -> Tensor<1> {
        let scores = Scores::of(&output);
        let weights = self.row_weights(kept, &scores.shifted);
        let factor = move |column: Tensor<2>| match weights.clone() {
            Some(weights) => column * weights,
            None => column,
        };
        let kept_share = 1.0 - self.smoothing;
        let nll = scores.log_probability(kept.column()).neg() * kept_share;
        join(output, factor(nll), || {
            let ones = Tensor::full_like(&scores.log_norm, -1.0);
            factor_rows(add_at(scores.probabilities, kept.column(), ones), &factor, kept_share)
        })
    }

    /// `smoothing` spread over all classes.
    fn on_all(&self, output: Tensor<2>, kept: &Kept) -> Tensor<1> {
        let [batch, classes] = output.dims();
        let scores = Scores::of(&output);
        let each = self.smoothing / classes as f64;
        let weights = match self.weights_like(&scores.shifted) {
            Some(weights) if !self.unweighted_smoothing => weights * each,
            _ => Tensor::full([1, classes], each, (&scores.shifted.device(), scores.shifted.dtype())),
        };
        let sum = weights.clone().sum_dim(1);
        let counted = kept.only(None);
        let only = move |tensor: Tensor<2>| match counted.clone() {
            Some(counted) => tensor * counted,
            None => tensor,
        };
        let spread = (scores.shifted * weights.clone()).sum_dim(1).neg();
        let value = only(spread + scores.log_norm * sum.clone());
        join(output, value.reshape([batch, 1]), || only(scores.probabilities * sum - weights))
    }
}

fn factor_rows(tensor: Tensor<2>, factor: impl Fn(Tensor<2>) -> Tensor<2>, share: f64) -> Tensor<2> {
    let tensor = factor(tensor);
    if share < 1.0 { tensor * share } else { tensor }
}

impl Loss<Tensor<1, Int>> for CrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        if let Some((_, vocab)) = &self.weights {
            check_classes(&output, vocab.len());
        }
        let kept = Kept::of(&targets, self.ignore_index);
        if self.smoothing == 0.0 {
            return self.on_target(output, &kept);
        }
        self.on_target(output.clone(), &kept) + self.on_all(output, &kept)
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        if output.dims()[0] == 0 {
            return None;
        }
        let kept = Kept::of(targets, self.ignore_index);
        let like = wide(output.clone().inner());
        let [batch] = kept.classes.dims();
        self.row_weights(&kept, &like).map(|weights| weights.reshape([batch]))
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.weights.as_ref().map(|(_, vocab)| vocab)
    }

    /// As provided, except that fastai's smoothing divides its two parts by different sums.
    fn forward(&self, output: Tensor<2>, targets: Tensor<1, Int>, reduction: Reduction) -> Tensor<1> {
        let weights = match reduction {
            Reduction::Mean => self.mean_weights(&output, &targets),
            Reduction::None | Reduction::Sum => None,
        };
        let apart = self.unweighted_smoothing && self.weights.is_some() && self.smoothing > 0.0;
        if !apart || reduction != Reduction::Mean || output.dims()[0] == 0 {
            return reduction.apply(self.per_example(output, targets), weights);
        }
        let kept = Kept::of(&targets, self.ignore_index);
        reduction.apply(self.on_target(output.clone(), &kept), weights)
            + reduction.apply(self.on_all(output, &kept), kept.counted)
    }
}

impl Loss<Tensor<2>> for CrossEntropy {
    /// # Panics
    /// With an ignore index, which has no meaning for probabilities, or if the shapes differ.
    fn per_example(&self, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        assert!(self.ignore_index.is_none(), "{}", LossError::IgnoreWithSoftTargets);
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let [_, classes] = output.dims();
        check_classes(&targets, classes);
        let scores = Scores::of(&output);
        let mut targets = wide(targets.inner()).cast(scores.shifted.dtype());
        if self.smoothing > 0.0 {
            targets = targets * (1.0 - self.smoothing) + self.smoothing / classes as f64;
        }
        if let Some(weights) = self.weights_like(&scores.shifted) {
            check_classes(&output, weights.dims()[1]);
            targets = targets * weights;
        }
        scores.against(output, targets)
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.weights.as_ref().map(|(_, vocab)| vocab)
    }
}
