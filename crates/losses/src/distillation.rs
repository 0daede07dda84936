use burn::tensor::Tensor;

use crate::describe::described;
use crate::error::within;
use crate::scores::{Scores, check_classes, nothing, wide};
use crate::{Loss, LossError};

/// Distillation from a teacher: `τ² KL(softmax(teacher / τ) ‖ softmax(logits / τ))` (Hinton et al., 2015).
///
/// Targets are the teacher's logits, `[batch, classes]`; no gradient goes to them. The factor `τ²` keeps the gradients
/// of the same size whatever the temperature. The divergence is summed over the classes, so a mean divides
/// by the batch size alone (`PyTorch`'s `KLDivLoss` with its default reduction divides by the classes, too).
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Distillation, Loss, Reduction};
///
/// let device = Device::flex();
/// let teacher = Tensor::<2>::from_data([[2.0, 0.0, -1.0]], &device);
/// let loss = Distillation::new(4.0)?.forward(teacher.clone(), teacher, Reduction::Mean);
/// assert!(loss.into_scalar::<f32>().abs() < 1e-6); // nothing left to learn
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distillation {
    temperature: f64,
}

impl Distillation {
    /// A temperature of 2 to 8 is usual.
    ///
    /// # Errors
    /// [`LossError::NotPositive`] unless it is above 0, [`LossError::OutsideRange`] unless it is in 1e-6..=1e6, beyond which
    /// single precision has no room for its square times a logit.
    pub fn new(temperature: f64) -> Result<Self, LossError> {
        Ok(Self { temperature: within("temperature", temperature, [1e-6, 1e6])? })
    }
}

impl Loss<Tensor<2>> for Distillation {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&targets, output.dims()[1]);
        // With the cooled logits on the graph, the gradient of the uncooled ones has one factor less.
        let student = Scores::of(wide(output) / self.temperature);
        let teacher = Scores::of(wide(targets.inner()).cast(student.log_norm.dtype()) / self.temperature);
        let gap = (teacher.shifted() - teacher.log_norm) - (student.shifted() - student.log_norm.clone());
        let square = self.temperature * self.temperature;
        let value = (teacher.probabilities.clone() * gap).sum_dim(1) * square;
        student.join(value, |probabilities| (probabilities - teacher.probabilities) * square)
    }

    fn describe(&self) -> String {
        described("distillation", &[format!("temperature {}", self.temperature)])
    }
}
