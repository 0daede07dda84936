//! From a learner to a file.

use std::path::Path;
use std::sync::Arc;

use firelight_datablock::{Categories, InputBlock, Item};
use firelight_files::Versions;
use firelight_models::Model;
use firelight_predict::{FORMAT, Manifest, Prediction, Predictor};
use firelight_transforms::{Limits, TransformError};

use crate::tensors::to_bytes;
use crate::{Learner, LearnerError};

impl<I: Item + ?Sized> Learner<Categories<I>> {
    /// Writes the model to one file: weights, architecture, vocab, transforms, normalisation, limits of the pictures and decision rule,
    /// with a checksum. [`Predictor::load`] reads it without the training data.
    ///
    /// The file is complete or not there at all: it is written beside its place and renamed. Its folder is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Unstorable`] if a transform is a closure, the input block one of its own, the model not made by
    /// `vision_learner`, or a weight not a finite number, and [`LearnerError::Write`].
    pub fn export(&self, path: impl AsRef<Path>) -> Result<(), LearnerError> {
        let path = path.as_ref();
        let Some(limits) = self.input_block().limits() else {
            let block = self.input_block();
            let why = format!(
                "the input block {block:?} is code, which a file does not hold; export a model of `ImageBlock`"
            );
            return Err(LearnerError::Unstorable { why });
        };
        let manifest = self.manifest(limits)?;
        let weights = to_bytes(&self.state.model)?;
        if let Some(folder) = path.parent() {
            let failed = |why| LearnerError::Write { stage: "export", path: folder.to_path_buf(), why };
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        Ok(FORMAT.write(path, &manifest, &[&weights])?)
    }

    /// A predictor with the model as it is now, which reads files as the loaders do, by their input block.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Unstorable`] if the model was not made by `vision_learner`, or an input block of your own reads items that are
    /// not files.
    pub fn predictor(&self) -> Result<Predictor, LearnerError> {
        let block = self.input_block();
        let manifest = self.manifest(block.limits().unwrap_or_default())?;
        let predictor = Predictor::new(manifest, self.state.model.for_inference(), self.task.plain_device())?;
        if block.limits().is_some() {
            return Ok(predictor);
        }
        if I::of_file("".as_ref()).is_none() {
            let why = format!(
                "the input block {block:?} reads items that are not files, and files are what a predictor reads; predict with a \
                 loader (`DataLoaders::test`), or use `ImageBlock::with_file`"
            );
            return Err(LearnerError::Unstorable { why });
        }
        let block = block.clone();
        let no_file = || TransformError::Input { reason: "the item is no file".into() };
        Ok(predictor.with_reader(move |path| block.read(I::of_file(path).ok_or_else(no_file)?)))
    }

    /// The class of a picture file, by the model as it is now; for several files take a [`predictor`](Self::predictor).
    ///
    /// # Errors
    ///
    /// As [`predictor`](Self::predictor) and [`Predictor::predict`].
    pub fn predict(&self, file: impl AsRef<Path>) -> Result<Prediction, LearnerError> {
        Ok(self.predictor()?.predict(file)?)
    }

    /// What turns an item into a picture, in validation.
    fn input_block(&self) -> &Arc<dyn InputBlock<I>> {
        self.task.data.valid().dataset().input()
    }

    fn manifest(&self, limits: Limits) -> Result<Manifest, LearnerError> {
        let Some((arch, head)) = self.task.recipe.clone() else {
            let why =
                "the model was not made by `vision_learner`, so its architecture has no name; make it there".into();
            return Err(LearnerError::Unstorable { why });
        };
        let Versions { firelight, burn } = Versions::ours();
        Ok(Manifest {
            firelight,
            burn,
            arch,
            head,
            vocab: self.task.data.vocab().clone(),
            // As validation and its figures have them.
            transforms: self.task.data.valid().dataset().transforms().as_ref().clone(),
            limits,
            decision: self.task.decision.clone(),
        })
    }
}
