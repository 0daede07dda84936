use burn::tensor::{Int, Tensor};
use firelight_costs::ClassFrame;
use firelight_vocab::Vocab;

use crate::constant::Constant;
use crate::describe::described;
use crate::error::share;
use crate::scores::{Scores, add_at, check_classes, nothing};
use crate::{Loss, LossError};

/// Cross entropy, and how far the cosines between an example's vector and the vectors of all classes are from those between the classes themselves:
/// `(1 − alpha)(−ln p_t) + alpha Σ_c (cos(h, w_c) − cos(w_t, w_c))²`, the loss of a [`ClassFrame`] (Liang and Davis, 2023, arXiv 2303.05689).
///
/// Examples are drawn to their class's vector, and so to the vectors of near classes: a wrong class is then a near one, at about the same accuracy.
/// `alpha`, from 0 to 1, is 0.4 unless told otherwise, which the authors have for CIFAR-100 and iNaturalist; 0.5 for aircraft and tieredImageNet.
///
/// The vector `h` has no place in a row of scores `s`, and needs none: as the frame has as many dimensions as classes, it is `W⁻¹ s`. So this is a
/// loss of scores as any other, of a head that ends in the frame and of a linear one too.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_costs::{ClassFrame, ClassTree};
/// use firelight_losses::{FrameCrossEntropy, Loss, Reduction, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let frame = ClassFrame::new(&tree, 2.0)?;
/// let loss = FrameCrossEntropy::new(&frame).with_alpha(1.0)?;
/// // The scores of a pug's own vector, whatever its length.
/// let own: Vec<f32> = (0..3).map(|class| 7.0 * frame.cosine(2, class) as f32).collect();
/// let output = Tensor::<1>::from_floats(own.as_slice(), &Device::flex()).reshape([1, 3]);
/// let value = loss.forward(output, Tensor::<1, Int>::from_ints([2], &Device::flex()), Reduction::Mean);
/// assert!(value.into_scalar::<f32>() < 1e-9);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone)]
pub struct FrameCrossEntropy {
    frame: ClassFrame,
    alpha: f64,
    /// Both `[classes, classes]`.
    cosines: Constant,
    inverse: Constant,
}

impl FrameCrossEntropy {
    /// The loss of a frame.
    pub fn new(frame: &ClassFrame) -> Self {
        let classes = frame.tree().vocab().len();
        let square = |numbers: &[f64]| Constant::new(numbers, [classes, classes]);
        let (cosines, inverse) = (square(frame.cosines()), square(frame.inverse()));
        Self { frame: frame.clone(), alpha: 0.4, cosines, inverse }
    }

    /// The share of the cosines; the rest is of the cross entropy.
    ///
    /// # Errors
    /// [`LossError::OutsideUnit`] unless it is in 0..=1.
    pub fn with_alpha(self, alpha: f64) -> Result<Self, LossError> {
        Ok(Self { alpha: share("alpha", alpha)?, ..self })
    }
}

impl Loss<Tensor<1, Int>> for FrameCrossEntropy {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, self.frame.tree().vocab().len());
        let targets = targets.inner();
        let column: Tensor<2, Int> = targets.clone().unsqueeze_dim(1);
        let scores = Scores::of(output);
        let raw = scores.floored();
        // Cosines do not depend on the length: rows whose largest number is 1 neither overflow nor vanish.
        let highest = raw.clone().abs().max_dim(1);
        let empty = highest.clone().equal_elem(0.0);
        let highest = highest.clamp_min(f32::MIN_POSITIVE);
        let row = raw / highest.clone();
        let inverse = self.inverse.like(&row);
        let vector = row.clone().matmul(inverse.clone().transpose());
        let length = vector.clone().square().sum_dim(1).sqrt().mask_fill(empty.clone(), 1.0);
        let gap = row.clone() / length.clone() - self.cosines.like(&row).select(0, targets);
        let entropy = scores.log_probability(column.clone()).neg();
        let value = entropy * (1.0 - self.alpha) + gap.clone().square().sum_dim(1) * self.alpha;
        scores.join(value, |probabilities| {
            let along = (gap.clone() * row).sum_dim(1) / length.clone().powi_scalar(3);
            let shape = gap.dims();
            let slope = (gap / length - vector.matmul(inverse) * along) / highest * (2.0 * self.alpha);
            // A vector of length 0 has no direction.
            let slope = slope.mask_fill(empty.expand(shape), 0.0);
            let one = Tensor::ones_like(&probabilities.clone().narrow(1, 0, 1));
            slope + add_at(probabilities, column, one.neg()) * (1.0 - self.alpha)
        })
    }

    fn describe(&self) -> String {
        let (tree, gamma) = (self.frame.tree().digest(), self.frame.gamma());
        let settings = [format!("tree {tree}"), format!("gamma {gamma}"), format!("alpha {}", self.alpha)];
        described("frame cross entropy", &settings)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.frame.tree().vocab())
    }
}
