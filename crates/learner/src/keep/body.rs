//! A learner's weights for other programs.

use std::path::Path;

use burn::module::Module;
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
        written(self.state.model.as_ref(), path.as_ref(), names)
    }

    /// The same of the whole model: the head too, or the decoder, under the paths that the module has them by and in torch's layout.
    ///
    /// A head of [`vision_learner`](crate::vision_learner) is a chain in `PyTorch`: of each channel the maximum over the map and then the mean, and for each
    /// layer `head.layers.N` a `BatchNorm1d` (`norm`, where it has one) and a `Linear` (`linear`) with `ReLU` between the layers; `head.final_norm` and `head.end`
    /// where the head has them.
    ///
    /// # Errors
    ///
    /// As [`save_body`](Self::save_body).
    pub fn save_weights(&self, path: impl AsRef<Path>, names: Names) -> Result<(), LearnerError> {
        written(&self.state.model, path.as_ref(), names)
    }
}

fn written<M: Module + AsRef<Body>>(module: &M, path: &Path, names: Names) -> Result<(), LearnerError> {
    check_finite(module)?;
    let bytes = to_safetensors(module, names).map_err(|why| LearnerError::Unstorable { why })?;
    write_whole(path, &bytes).map_err(|why| LearnerError::Write { stage: "weights", path: path.to_path_buf(), why })
}
