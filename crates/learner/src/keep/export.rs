//! A learner's model as one file that predicts without the library that trained it.

use std::path::Path;
use std::sync::Arc;

use firelight_datablock::{Categories, FittedTarget, InputBlock, Item};
use firelight_files::Versions;
use firelight_losses::Loss;
use firelight_models::Model;
use firelight_predict::{
    Answer, FORMAT, Manifest, Network, NetworkConfig, Outputs, OwnModel, Prediction, Predictor, TargetKind,
};
use firelight_transforms::{InputReader, TransformError};

use crate::error::guarded;
use crate::readings::host;
use crate::tensors::to_bytes;
use crate::{Learner, LearnerError, TargetDefaults};

impl<F: FittedTarget, M: Model> Learner<F, M> {
    /// Writes the model to one file: weights, architecture, target, transforms, normalisation, reading of the pictures, decision rule, and the
    /// calibration, sets and rule of nodes that are in place, with a checksum. [`Predictor::load`] reads it without the training data.
    ///
    /// The file is complete or not there at all: it is written beside its place and renamed. Its folder is made if it is not there.
    ///
    /// Targets without [`TargetDefaults`], those of your own and [`LabelledBoxes`](firelight_datablock::LabelledBoxes), do not compile here: what
    /// the numbers of a model say of them is known to your code alone. [`save`](Self::save) keeps their weights.
    ///
    /// ```compile_fail,E0277
    /// use firelight_datablock::LabelledBoxes;
    /// use firelight_learner::models::Model;
    /// use firelight_learner::{Learner, LearnerError};
    ///
    /// fn keep<M: Model>(learn: &Learner<LabelledBoxes, M>) -> Result<(), LearnerError> {
    ///     learn.export("objects.firelight") // no file holds a model of them
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LearnerError::Unstorable`] if a transform is a closure, the input block one of its own, the model not made by
    /// `vision_learner`, `unet_learner` or `position_learner` (see [`export_own`](Self::export_own)), the loss one whose outputs mean something else than the
    /// target's usual ones, or a weight not a finite number, and [`LearnerError::Write`].
    pub fn export(&self, path: impl AsRef<Path>) -> Result<(), LearnerError>
    where
        F: TargetDefaults,
    {
        self.write_export(path.as_ref(), self.network()?)
    }

    /// The same of a model of your own, which the program that loads the file knows by a name: see
    /// [`Registry`](firelight_predict::Registry).
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::{Learner, LearnerError};
    /// use firelight_learner::OwnModel;
    ///
    /// # fn keep<M: firelight_learner::models::Model>(learn: Learner<Categories, M>) -> Result<(), LearnerError> {
    /// learn.export_own("colours.firelight", OwnModel::new("mean-colour", &serde_json::json!({ "classes": 3 })))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`export`](Self::export).
    pub fn export_own(&self, path: impl AsRef<Path>, model: OwnModel) -> Result<(), LearnerError>
    where
        F: TargetDefaults,
    {
        self.write_export(path.as_ref(), NetworkConfig::Own(model))
    }
}

impl<F: TargetDefaults, M: Model> Learner<F, M> {
    fn write_export(&self, path: &Path, network: NetworkConfig) -> Result<(), LearnerError> {
        let Some(input) = self.input_block().reader() else {
            let block = self.input_block();
            let why = format!(
                "the input block {block:?} is code, which a file does not hold; export a model of `ImageBlock`"
            );
            return Err(LearnerError::Unstorable { why });
        };
        let manifest = self.manifest(network, input)?;
        let weights = to_bytes(&self.state.model)?;
        if let Some(folder) = path.parent() {
            let failed = |why| LearnerError::Write { stage: "export", path: folder.to_path_buf(), why };
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        Ok(FORMAT.write(path, &manifest, &[&weights])?)
    }

    fn input_block(&self) -> &Arc<dyn InputBlock<F::Item>> {
        self.task.data.valid().dataset().input()
    }

    fn network(&self) -> Result<NetworkConfig, LearnerError> {
        self.task.network.clone().ok_or_else(|| {
            let why = "the model was not made by `vision_learner`, `unet_learner` or `position_learner`, so its architecture has no name; make it there, or \
                       give it one (`export_own`)";
            LearnerError::Unstorable { why: why.into() }
        })
    }

    fn manifest(&self, network: NetworkConfig, input: InputReader) -> Result<Manifest, LearnerError> {
        let Versions { firelight, burn } = Versions::ours();
        let target = guarded(|| "the target's kind".into(), || self.task.data.train().dataset().fitted().kind())?;
        self.check_activation(&target)?;
        let trust = self.trust().clone();
        self.task.check_trust(&trust)?;
        Ok(Manifest {
            firelight,
            burn,
            network,
            target,
            // As validation and its figures have them.
            transforms: self.task.data.valid().dataset().transforms().as_ref().clone(),
            input,
            decision: self.task.decision.clone(),
            trust,
        })
    }

    /// A predictor activates outputs as the kind of target says, and has no loss: one that does otherwise would be told otherwise.
    fn check_activation(&self, target: &TargetKind) -> Result<(), LearnerError> {
        let columns = target.columns() * if target.is_map() { 2 } else { 1 };
        let probe: Vec<f32> = (0..columns).map(|column| 0.7 * (column % 5) as f32 - 1.0).collect();
        let probe = burn::tensor::Tensor::<1>::from_floats(probe.as_slice(), &self.task.plain_device());
        let probe = probe.reshape([1, columns]);
        let theirs = || (host(self.task.loss.activation(probe.clone())), host(target.activate(probe.clone())));
        let (theirs, ours) = guarded(|| "the loss's activation".into(), theirs)?;
        if theirs.len() == ours.len() && theirs.iter().zip(&ours).all(|(a, b)| (a - b).abs() <= 1e-5) {
            return Ok(());
        }
        let why = format!(
            "outputs of the loss {} mean something else than a predictor of {target} takes them for; give the learner a loss of the usual \
             activation (`Loss::activation`)",
            self.task.loss.describe()
        );
        Err(LearnerError::Unstorable { why })
    }
}

impl<F: TargetDefaults, M: Model + Into<Network>> Learner<F, M> {
    /// A predictor with the model as it is now, which reads files as the loaders do, by their input block.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Unstorable`] as for [`export`](Self::export), but for transforms and blocks that are code; where an input block of
    /// your own reads items that are not files.
    pub fn predictor(&self) -> Result<Predictor, LearnerError> {
        self.predictor_of(self.network()?, self.state.model.for_inference().into())
    }

    /// What the model says of a picture file, whatever its target is: fastai's `learn.predict`.
    ///
    /// # Errors
    ///
    /// As [`predictor`](Self::predictor), and as [`Predictor::answer`].
    pub fn answer(&self, file: impl AsRef<Path>) -> Result<Answer, LearnerError> {
        Ok(self.predictor()?.answer(file)?)
    }
}

impl<F: TargetDefaults, M: Model + Send + Sync + 'static> Learner<F, M> {
    /// [`predictor`](Self::predictor) of a model of your own.
    ///
    /// # Errors
    ///
    /// As [`predictor`](Self::predictor).
    pub fn predictor_own(&self, model: OwnModel) -> Result<Predictor, LearnerError> {
        let network: Arc<dyn Outputs> = Arc::new(self.state.model.for_inference());
        self.predictor_of(NetworkConfig::Own(model), Network::Own(network))
    }
}

impl<F: TargetDefaults, M: Model> Learner<F, M> {
    fn predictor_of(&self, config: NetworkConfig, network: Network) -> Result<Predictor, LearnerError> {
        let block = self.input_block();
        let manifest =
            self.manifest(config, block.reader().unwrap_or_else(|| InputReader::of_channels(&block.channels())))?;
        let predictor = Predictor::new(manifest, network, self.task.plain_device())?;
        if block.reader().is_some() {
            return Ok(predictor);
        }
        if F::Item::of_file("".as_ref()).is_none() {
            let why = format!(
                "the input block {block:?} reads items that are not files, and files are what a predictor reads; predict with a \
                 loader (`DataLoaders::test`), or use `ImageBlock::with_file`"
            );
            return Err(LearnerError::Unstorable { why });
        }
        let block = block.clone();
        let no_file = || TransformError::Input { reason: "the item is no file".into() };
        Ok(predictor.with_reader(move |path| block.read(F::Item::of_file(path).ok_or_else(no_file)?)))
    }
}

impl<I: Item + ?Sized> Learner<Categories<I>> {
    /// The class of a picture file, by the model as it is now. For many files make the [`predictor`](Self::predictor) once.
    ///
    /// # Errors
    ///
    /// As [`predictor`](Self::predictor), and as [`Predictor::predict`].
    pub fn predict(&self, file: impl AsRef<Path>) -> Result<Prediction, LearnerError> {
        Ok(self.predictor()?.predict(file)?)
    }
}
