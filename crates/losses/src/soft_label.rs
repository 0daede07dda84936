use burn::tensor::{Int, Tensor};
use firelight_costs::digest;
use firelight_vocab::Vocab;

use crate::constant::Constant;
use crate::describe::described;
use crate::meaning::Soft;
use crate::scores::{Scores, check_classes, nothing};
use crate::weighing::Weighing;
use crate::{ClassWeights, Loss, LossError, LossTraits, MatrixRows, Meaning, SoftLabels};

/// Cross entropy against the soft label of each example's class: `-Σ_j T[target][j] ln p_j`.
///
/// Targets stay class numbers, so accuracy, sampling and pictures of batches work as ever. The gradient is
/// `p - T[target]`: as strong as cross entropy's where the model is wrong, and weaker towards a class that the
/// labels call near.
///
/// The loss cannot fall below the entropy of the rows (0.64 for `[0.1, 0.1, 0.8]`);
/// [`kl`](Self::kl) subtracts it, so that a perfect model has loss 0, with the same gradients.
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`kl`](Self::kl) | off | subtracts the entropy of the row |
/// | [`with_class_weights`](Self::with_class_weights) | none | weighs each class in the sum; a mean divides by the batch size, as `PyTorch` does for probabilities |
/// | [`with_ignore_index`](Self::with_ignore_index) | none | rows with this target have loss 0 and no share in a mean |
///
/// ```
/// use firelight_losses::{CostMatrix, SoftLabelCrossEntropy, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog", "tiger"]);
/// let cost = CostMatrix::from_fn(&vocab, |truth, predicted| match (truth, predicted) {
///     _ if truth == predicted => 0.0,
///     ("dog", _) | (_, "dog") => 1.0,
///     _ => 0.25,
/// });
/// let loss = SoftLabelCrossEntropy::new(&cost.soft_labels(4.0, 0.3)?, &vocab)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SoftLabelCrossEntropy {
    vocab: Vocab,
    labels: Vec<f64>,
    class_weights: Option<Vec<f64>>,
    kl: bool,
    weighing: Weighing,
    /// Whether the rows sum to 1, as they do without class weights.
    unit: bool,
    rows: Constant,
    /// For each class the sum of its row and what is subtracted: `[classes, 2]`.
    sums: Constant,
}

impl SoftLabelCrossEntropy {
    /// # Errors
    /// What the labels are refused for, or [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless they name exactly the classes of the
    /// vocab.
    pub fn new(labels: &impl AsRef<SoftLabels>, vocab: &Vocab) -> Result<Self, LossError> {
        let aligned = labels.as_ref().align(vocab)?;
        let empty = Constant::new([], [0, 0]);
        Ok(Self {
            vocab: vocab.clone(),
            labels: aligned.matrix().rows().flatten().copied().collect(),
            class_weights: None,
            kl: false,
            weighing: Weighing::default(),
            unit: false,
            rows: empty.clone(),
            sums: empty,
        }
        .prepared())
    }

    /// Subtracts the entropy of the row: the Kullback-Leibler divergence from the label to the prediction.
    pub fn kl(mut self) -> Self {
        self.kl = true;
        self.prepared()
    }

    /// Weighs the terms of the sum by their class.
    ///
    /// # Errors
    /// [`CostError::NamesDiffer`](crate::CostError::NamesDiffer) unless the weights name exactly the classes of the vocab.
    pub fn with_class_weights(mut self, weights: &ClassWeights) -> Result<Self, LossError> {
        self.class_weights = Some(weights.aligned(&self.vocab)?);
        Ok(self.prepared())
    }

    /// Leaves out the rows with this target.
    pub fn with_ignore_index(mut self, index: i64) -> Self {
        self.weighing = self.weighing.with_ignore_index(index);
        self
    }

    fn prepared(mut self) -> Self {
        let classes = self.vocab.len();
        let (mut rows, mut sums) = (Vec::with_capacity(self.labels.len()), Vec::new());
        for row in self.labels.chunks(classes.max(1)) {
            let weight = |class: usize| self.class_weights.as_ref().map_or(1.0, |all| all[class]);
            let weighted = row.iter().enumerate().map(|(class, label)| label * weight(class));
            let start = rows.len();
            rows.extend(weighted);
            let terms = row.iter().zip(&rows[start..]);
            let entropy: f64 = terms.filter(|(label, _)| **label > 0.0).map(|(label, mass)| -mass * label.ln()).sum();
            sums.push(rows[start..].iter().sum());
            sums.push(if self.kl { entropy } else { 0.0 });
        }
        self.unit = sums.iter().step_by(2).all(|sum: &f64| (sum - 1.0).abs() < 1e-9);
        self.rows = Constant::new(rows, [classes, classes]);
        self.sums = Constant::new(sums, [classes, 2]);
        self
    }
}

impl Loss<Tensor<1, Int>> for SoftLabelCrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, self.vocab.len());
        let kept = self.weighing.kept(&output, &targets);
        let scores = Scores::of(output);
        let rows = self.rows.like(&scores.log_norm).select(0, kept.classes.clone());
        let sums = self.sums.like(&scores.log_norm).select(0, kept.classes.clone());
        let (mass, floor) = (sums.clone().narrow(1, 0, 1), sums.narrow(1, 1, 1));
        let met = scores.weighed(rows.clone());
        let value = scores.log_norm.clone() * mass.clone() - met - floor;
        scores.join(kept.cleared(value), |probabilities| {
            let reached = if self.unit { probabilities } else { probabilities * mass };
            kept.cleared(reached - rows)
        })
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        self.weighing.counted(output, targets)
    }

    fn describe(&self) -> String {
        let number = |numbers: &[f64]| digest(&self.vocab, numbers.iter().copied());
        let labels = format!("labels {}", number(&self.labels));
        let kl = self.kl.then(|| "less their entropy".to_owned());
        let weights = self.class_weights.as_ref().map(|weights| format!("class weights {}", number(weights)));
        let settings = [labels].into_iter().chain(kl).chain(weights).chain(self.weighing.settings());
        described("soft label cross entropy", &settings.collect::<Vec<_>>())
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }

    fn traits(&self) -> LossTraits {
        LossTraits { class_weights: self.class_weights.is_some(), soft_labels: true, ..LossTraits::default() }
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        let rows = self.labels.chunks(self.vocab.len().max(1)).map(<[f64]>::to_vec).collect();
        vec![MatrixRows { title: <Soft as Meaning>::TITLE, rows }]
    }
}
