//! From a learner to a file.

use std::path::Path;

use burn::tensor::{Int, Tensor};
use firelight_datablock::Categories;
use firelight_losses::Loss;

use super::manifest::FORMAT;
use super::{Manifest, Predictor};
use crate::models::{Model, VisionModel};
use crate::stored::{self, Versions};
use crate::{Learner, LearnerError, Prediction, keep};

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
        let weights = keep::to_bytes(&self.model)?;
        stored::write(path.as_ref(), FORMAT, &manifest, &[&weights])
    }

    /// A predictor with the model as it is now.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Unstorable`] if the model was not made by `vision_learner`.
    pub fn predictor(&self) -> Result<Predictor, LearnerError> {
        Ok(Predictor::new(self.manifest()?, self.model.for_inference(), self.data.device().clone().inner()))
    }

    /// The class of a picture file, by the model as it is now; for several files take a [`predictor`](Self::predictor).
    ///
    /// # Errors
    ///
    /// As [`predictor`](Self::predictor) and [`Predictor::predict`].
    pub fn predict(&self, file: impl AsRef<Path>) -> Result<Prediction, LearnerError> {
        self.predictor()?.predict(file)
    }

    fn manifest(&self) -> Result<Manifest, LearnerError> {
        let Some((arch, head)) = self.recipe.clone() else {
            let why = "the model was not made by `vision_learner`, so its architecture has no name".into();
            return Err(LearnerError::Unstorable { why });
        };
        let Versions { firelight, burn } = Versions::ours();
        Ok(Manifest {
            firelight,
            burn,
            arch,
            head,
            vocab: self.data.vocab().clone(),
            transforms: self.data.transforms().clone(),
            decision: self.decision.clone(),
        })
    }
}
