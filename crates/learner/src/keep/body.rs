//! A learner's body for other programs.

use std::path::Path;

use firelight_datablock::FittedTarget;
use firelight_files::write_whole;
use firelight_models::weights::{Names, to_safetensors};
use firelight_models::{Body, Model};

use crate::tensors::check_finite;
use crate::{Learner, LearnerError};

impl<F: FittedTarget, M: Model + AsRef<Body>> Learner<F, M> {
    /// Writes the body's weights as a safetensors file that `PyTorch` programs load, under torchvision's or timm's names (see [`Names`]), whole or
    /// not at all. Head and decoder have no counterpart there and stay out; [`export`](Self::export) has all of the model.
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::{Learner, LearnerError};
    /// use firelight_models::weights::Names;
    ///
    /// # fn keep(learn: Learner<Categories>) -> Result<(), LearnerError> {
    /// learn.save_body("body.safetensors", Names::Timm)?; // timm.create_model("resnet18", num_classes=0, checkpoint_path="body.safetensors")
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`], and [`LearnerError::Unstorable`] if a weight is not a finite number.
    pub fn save_body(&self, path: impl AsRef<Path>, names: Names) -> Result<(), LearnerError> {
        let path = path.as_ref();
        let body = self.state.model.as_ref();
        check_finite(body)?;
        let bytes = to_safetensors(body, names).map_err(|why| LearnerError::Unstorable { why })?;
        write_whole(path, &bytes).map_err(|why| LearnerError::Write { stage: "body", path: path.to_path_buf(), why })
    }
}
