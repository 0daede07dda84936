//! From a learner to a file.

use std::path::Path;

use burn::store::{ModuleSnapshot, SafetensorsStore};
use firelight_datablock::Categories;
use firelight_losses::Loss;

use super::{Manifest, Predictor, file};
use crate::models::{Model, VisionModel};
use crate::{Learner, LearnerError};
use burn::module::Module;
use burn::tensor::{Int, Tensor};

impl<L: Loss<Tensor<1, Int>>> Learner<Categories, L, VisionModel> {
    /// Writes the model to one file: weights, architecture, vocab, transforms, normalisation and decision rule, with a
    /// checksum. [`Predictor::load`] reads it without the training data.
    ///
    /// The file is complete or not there at all: it is written beside its place and renamed.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Unstorable`] if a transform is a closure or the model was not made by `vision_learner`, and
    /// [`LearnerError::Write`].
    pub fn export(&self, path: impl AsRef<Path>) -> Result<(), LearnerError> {
        let manifest = self.manifest()?;
        // The plain copy has the running statistics of the last step; the training model's would be a step behind.
        let model = self.model.valid();
        let mut store = SafetensorsStore::from_bytes(None);
        let weights = model.save_into(&mut store).and_then(|()| store.get_bytes());
        let weights = weights.map_err(|error| LearnerError::Unstorable { why: error.to_string() })?;
        file::write(path.as_ref(), &manifest, &weights)
    }

    /// A predictor with the model as it is now.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Unstorable`] if the model was not made by `vision_learner`.
    pub fn predictor(&self) -> Result<Predictor, LearnerError> {
        Ok(Predictor::new(self.manifest()?, self.model.for_inference(), self.data.device().clone().inner()))
    }

    fn manifest(&self) -> Result<Manifest, LearnerError> {
        let Some((arch, head)) = self.recipe.clone() else {
            let why = "the model was not made by `vision_learner`, so its architecture has no name".into();
            return Err(LearnerError::Unstorable { why });
        };
        Ok(Manifest {
            firelight: env!("CARGO_PKG_VERSION").into(),
            arch,
            head,
            vocab: self.data.vocab().clone(),
            transforms: self.data.transforms().clone(),
            decision: self.decision.clone(),
        })
    }
}
