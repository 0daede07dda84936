//! Saving a learner's weights and loading them again.

use std::path::Path;

use firelight_datablock::FittedTarget;
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::optim::GroupOptimizer;
use crate::task::other_classes;
use crate::tensors::{from_bytes, to_bytes};
use crate::{Learner, LearnerError};
use firelight_files::{Format, Versions};
use firelight_models::{Arch, Model};
use firelight_predict::NetworkConfig;

const FORMAT: Format =
    Format { magic: "firelight-weights", oldest: 1, version: 1, what: "file of weights", writer: "save" };

/// What the file says of its tensors.
#[derive(Serialize, Deserialize)]
struct Manifest {
    #[serde(flatten)]
    versions: Versions,
    arch: Option<Arch>,
    vocab: Option<Vocab>,
    /// What comes last in the head, in words, where that knows a tree: its fixed numbers are no tensors.
    #[serde(default)]
    head: Option<String>,
    /// Bytes of the weights; the optimizer's state, if there is one, follows them.
    weights: usize,
}

impl<F: FittedTarget, M: Model> Learner<F, M> {
    /// Writes the weights and the optimizer's state to one file with a checksum, for [`load`](Self::load) to go on from.
    ///
    /// The file is complete or not there at all. To predict elsewhere, use [`export`](Learner::export): it holds the transforms and
    /// the decision rule too, and no optimizer.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`], and [`LearnerError::Unstorable`] if a weight is not a finite number.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), LearnerError> {
        let Self { task, state, .. } = self;
        let weights = to_bytes(&state.model)?;
        let optimizer = state.optimizer.as_ref().map_or(Ok(Vec::new()), GroupOptimizer::to_bytes)?;
        let manifest = Manifest {
            versions: Versions::ours(),
            arch: task.network.as_ref().and_then(NetworkConfig::arch),
            vocab: task.data.train().dataset().fitted().vocab().cloned(),
            head: task.head().map(ToString::to_string),
            weights: weights.len(),
        };
        Ok(FORMAT.write(path.as_ref(), &manifest, &[&weights, &optimizer])?)
    }

    /// Takes over the weights, and the optimizer's state, of a file that [`save`](Self::save) wrote. What is frozen stays frozen; what
    /// was fitted on the probabilities before, as a calibration, goes.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Read`] and [`LearnerError::Unusable`]: not there, damaged, for other classes or of another model. The
    /// learner then is as it was.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), LearnerError> {
        let path = path.as_ref();
        let (model, known) = self.read(path)?;
        let Self { task, state, .. } = self;
        let optimizer = if known.is_empty() {
            None
        } else {
            let mut optimizer = GroupOptimizer::new(task.options.rule.clone(), &model.groups())?;
            optimizer.load_bytes(&known, task.data.device()).map_err(|error| unusable(path, error.to_string()))?;
            Some(optimizer)
        };
        (state.model, state.optimizer, state.body_is_trained) = (model, optimizer, true);
        state.forget_fitted();
        Ok(())
    }

    /// The model of a file, for these classes and this head, and the bytes of what its optimizer knew.
    pub(super) fn read(&self, path: &Path) -> Result<(M, Vec<u8>), LearnerError> {
        let (manifest, mut weights): (Manifest, _) = FORMAT.read(path)?;
        let refuse = |why: String| unusable(path, why);
        let Self { task, state, .. } = self;
        let ours = task.data.train().dataset().fitted().vocab();
        if manifest.vocab.as_ref() != ours {
            return Err(refuse(other_classes(manifest.vocab.as_ref(), ours)));
        }
        let head = task.head().map(ToString::to_string);
        if manifest.head != head {
            let [theirs, ours] = [manifest.head, head].map(|head| head.unwrap_or_else(|| "linear".into()));
            return Err(refuse(format!(
                "its head ends in {theirs}, and this learner's in {ours} (`Backbone::with_head`)"
            )));
        }
        if manifest.weights > weights.len() {
            return Err(refuse("its manifest does not fit its length".into()));
        }
        let known = weights.split_off(manifest.weights);
        let model = from_bytes(&state.model, weights).map_err(refuse)?;
        Ok((model, known))
    }
}

fn unusable(path: &Path, why: String) -> LearnerError {
    LearnerError::Unusable { path: path.to_path_buf(), what: FORMAT.what, why }
}
