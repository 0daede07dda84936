//! What a run is about: two runs of the same setup do the same.

use firelight_datablock::{DataLoader, FittedTarget};
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::other_classes;
use crate::Learner;
use crate::models::Arch;
use crate::stored::hex;

/// Enough to tell whether a checkpoint belongs to a learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Setup {
    pub arch: Option<Arch>,
    pub vocab: Option<Vocab>,
    /// How many items train and validate, and a digest of their files' names and targets.
    pub train: String,
    pub valid: String,
    pub batch_size: usize,
    pub transforms: String,
    pub optimizer: String,
    pub seed: u64,
}

impl Setup {
    pub fn of<F: FittedTarget, L, M>(learner: &Learner<F, L, M>) -> Self {
        let data = &learner.data;
        Self {
            arch: learner.recipe.as_ref().map(|(arch, _)| *arch),
            vocab: data.train().dataset().fitted().vocab().cloned(),
            train: items(data.train()),
            valid: items(data.valid()),
            batch_size: data.train().batch_size(),
            transforms: data.transforms().to_string(),
            optimizer: learner.options.rule.name().into(),
            seed: learner.options.seed,
        }
    }

    /// The first thing that differs: what, there, and here.
    pub fn difference(&self, ours: &Self) -> Option<(&'static str, String, String)> {
        if self.vocab != ours.vocab {
            let classes = |vocab: &Option<Vocab>| vocab.as_ref().map_or("none".into(), |v| format!("{}", v.len()));
            let why = other_classes(self.vocab.as_ref(), ours.vocab.as_ref());
            return Some(("classes", format!("{} ({why})", classes(&self.vocab)), classes(&ours.vocab)));
        }
        let arch = |arch: Option<Arch>| arch.map_or("one of its own".into(), |arch| arch.to_string());
        let parts = [
            ("architecture", arch(self.arch), arch(ours.arch)),
            ("training items", self.train.clone(), ours.train.clone()),
            ("validation items", self.valid.clone(), ours.valid.clone()),
            ("batch size", self.batch_size.to_string(), ours.batch_size.to_string()),
            ("transforms", self.transforms.replace('\n', ", "), ours.transforms.replace('\n', ", ")),
            ("optimizer", self.optimizer.clone(), ours.optimizer.clone()),
            ("seed", self.seed.to_string(), ours.seed.to_string()),
        ];
        parts.into_iter().find(|(_, theirs, ours)| theirs != ours)
    }
}

/// `5912 (3f2a…)`: the folder may move, but names, targets and order may not change.
fn items<F: FittedTarget>(loader: &DataLoader<F>) -> String {
    let dataset = loader.dataset();
    let mut digest = Sha256::new();
    for (item, target) in dataset.items().iter().zip(dataset.targets()) {
        digest.update(item.file_name().unwrap_or_default().as_encoded_bytes());
        digest.update([0]);
        digest.update(dataset.fitted().describe(target));
        digest.update([0]);
    }
    format!("{} ({})", dataset.len(), hex(&digest.finalize()[..4]))
}
