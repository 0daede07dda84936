//! What a run is about: two runs of the same setup do the same.

use std::fmt::Write;

use firelight_datablock::{DataLoader, FittedTarget};
use firelight_losses::Loss;
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::other_classes;
use crate::Learner;
use crate::learner::Options;
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
    /// A digest of the first epoch's order: of the loaders' seed, shuffling and sampling.
    pub order: String,
    pub loss: String,
    pub optimizer: String,
    /// What a step does besides.
    pub steps: String,
    pub seed: u64,
}

impl Setup {
    pub fn of<F: FittedTarget, L: Loss<F::Tensor>, M>(learner: &Learner<F, L, M>) -> Self {
        let (data, options) = (&learner.data, &learner.options);
        Self {
            arch: learner.recipe.as_ref().map(|(arch, _)| *arch),
            vocab: data.train().dataset().fitted().vocab().cloned(),
            train: items(data.train()),
            valid: items(data.valid()),
            batch_size: data.train().batch_size(),
            transforms: data.transforms().to_string(),
            order: order(data.train()),
            loss: loss(&learner.loss),
            optimizer: options.rule.name().into(),
            steps: steps(options),
            seed: options.seed,
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
            ("order of the pictures", self.order.clone(), ours.order.clone()),
            ("loss", self.loss.clone(), ours.loss.clone()),
            ("optimizer", self.optimizer.clone(), ours.optimizer.clone()),
            ("steps", self.steps.clone(), ours.steps.clone()),
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

/// `12 of 12 (9c1e…)`: how many items an epoch has, and a digest of the first epoch's numbers.
fn order<F: FittedTarget>(loader: &DataLoader<F>) -> String {
    let order = loader.order(0);
    let mut digest = Sha256::new();
    for item in &order {
        digest.update(item.to_le_bytes());
    }
    format!("{} of {} ({})", order.len(), loader.dataset().len(), hex(&digest.finalize()[..4]))
}

/// `PairWeighted<CrossEntropy> (3a1f…)`: the type without its modules, and a digest of all settings that its `Debug` shows.
fn loss<T, L: Loss<T>>(loss: &L) -> String {
    let mut name = String::new();
    for part in std::any::type_name::<L>().split_inclusive(['<', '>', ',', ' ']) {
        name.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    let mut digest = TextDigest(Sha256::new());
    let _ = write!(digest, "{loss:?}");
    format!("{name} ({})", hex(&digest.0.finalize()[..4]))
}

/// Digests text as it is written: that of a large matrix is never in memory.
struct TextDigest(Sha256);

impl Write for TextDigest {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

/// What changes the updates, in words.
fn steps(options: &Options) -> String {
    let clip = options.most_gradient.map_or("no".into(), |most| most.to_string());
    let mix = options.mix.map_or("no mixing".into(), |mix| format!("{mix:?}"));
    let norms = if options.frozen_norms { "frozen" } else { "trained" };
    let Options { batches_an_update, precision, .. } = options;
    format!(
        "{clip} clipping, {batches_an_update} batches an update, {mix}, norms of frozen groups {norms}, {precision:?} precision"
    )
}
