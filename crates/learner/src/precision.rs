//! The numbers that training calculates with.

use burn::tensor::{Device, FloatDType, Tensor};

use crate::LearnerError;
use firelight_models::{Model, Noise};

/// What the body of a model calculates with in training steps; chosen by [`Learner::with_precision`](crate::Learner::with_precision).
///
/// Weights, their updates, batch norms, the head and the loss are `f32` in all three, and so is validation. In half precision
/// feature maps take half the memory, and devices with units for it multiply several times as fast.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, Precision};
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// learn.with_precision(Precision::BF16).fine_tune(4, 2e-3)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Precision {
    /// Single precision, the default.
    #[default]
    F32,
    /// Half precision: 11 bits, up to 65 504. The loss is scaled, so that small gradients do not become 0; a step whose gradients overflow
    /// is left out and the scale halved, as `PyTorch`'s `GradScaler` does (fastai's `to_fp16`).
    F16,
    /// 8 bits over the range of `f32`, which needs no scale (fastai's `to_bf16`).
    BF16,
}

impl Precision {
    fn dtype(self) -> FloatDType {
        match self {
            Self::F32 => FloatDType::F32,
            Self::F16 => FloatDType::F16,
            Self::BF16 => FloatDType::BF16,
        }
    }

    /// A training step from pictures to scores.
    pub(crate) fn forward<M: Model>(self, model: &M, pictures: Tensor<4>, noise: &mut Noise) -> Tensor<2> {
        let features = model.features_in_training(pictures.cast(self.dtype()), noise);
        model.classify_in_training(features, noise)
    }

    /// Whether a model and all devices can do it.
    pub(crate) fn check<'a, M: Model>(
        self,
        model: &M,
        devices: impl IntoIterator<Item = &'a Device>,
    ) -> Result<(), LearnerError> {
        let refused = |value, remedy| Err(LearnerError::Setting { setting: "precision", value, remedy });
        if self == Self::F32 {
            return Ok(());
        }
        if !model.mixes_precision() {
            let remedy = "implement Model::mixes_precision, or train in single precision";
            return refused(format!("{self:?} with a model that takes f32"), remedy);
        }
        match devices.into_iter().find(|device| !device.supports_dtype(self.dtype())) {
            Some(device) => {
                refused(format!("{self:?} on {device:?}"), "train in single precision, or on another device")
            }
            None => Ok(()),
        }
    }
}
