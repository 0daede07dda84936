//! Under which conditions a piece of work is done: two runs under equal conditions do the same.

use std::fmt::Debug;

use burn::module::Module;
use firelight_datablock::{DataLoader, DataLoaders, FittedTarget};
use firelight_files::hex;
use firelight_losses::{Decision, Loss};
use firelight_transforms::{Channels, InputReader, Limits};
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Norms;
use crate::sample::sample;
use crate::state::State;
use crate::task::{Options, Task, decided_by, other_classes};
use firelight_models::Model;
use firelight_models::weights::shapes;
use firelight_predict::NetworkConfig;

/// Enough to tell whether a checkpoint belongs to a learner: what is compared, by name, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Conditions {
    vocab: Option<Vocab>,
    facts: Vec<(String, String)>,
}

/// What there is to say of the data. It takes a pass over all items, and is the same until a learner gets other data.
#[derive(Debug, Clone)]
pub(super) struct DataFacts(Vec<(&'static str, String)>);

impl DataFacts {
    pub fn of<F: FittedTarget>(task: &Task<F>) -> Self {
        let data = &task.data;
        // In words for people, which leave out and round some settings; a digest of all of them.
        let transforms = |loader: &DataLoader<F>| {
            let transforms = loader.dataset().transforms();
            format!("{} ({})", transforms.to_string().replace('\n', ", "), digest(transforms))
        };
        // First, since it is why the items differ.
        let changes = data.changes().map(|changes| ("corrections", changes.to_string()));
        let facts = [
            ("training items", items(data.train())),
            ("validation items", items(data.valid())),
            ("limits of pictures", reading(data)),
            ("batch size", data.train().batch_size().to_string()),
            ("transforms", transforms(data.train())),
            ("validation transforms", transforms(data.valid())),
            ("order of the pictures", order(data.train())),
        ];
        Self(changes.into_iter().chain(facts).collect())
    }
}

impl Conditions {
    pub fn of<F: FittedTarget, M: Model>(task: &Task<F>, state: &State<M>, data: &DataFacts) -> Self {
        let options = &task.options;
        let arch = task.network.as_ref().map_or("one of its own".into(), NetworkConfig::to_string);
        let head = match &task.network {
            Some(NetworkConfig::Vision { head, .. }) => format!("{head:?}"),
            Some(other) => format!("{other:?}"),
            None => "its own".into(),
        };
        let mut facts = vec![("architecture", arch), ("head", head), ("model", parameters(&state.model))];
        if task.network.is_some() {
            // The same in every process; a model of a user's may begin with others each time.
            facts.push(("weights", sample(&state.model, None)));
        }
        facts.extend(data.0.iter().cloned());
        facts.extend([
            ("loss", task.loss.describe()),
            ("optimizer", options.rule.describe().to_owned()),
            ("metrics", task.metrics.iter().map(|metric| metric.describe()).collect::<Vec<_>>().join(", ")),
            ("decision", decision(task)),
            ("steps", steps(options, options.thawed_norms(state.body_was_loaded), state.model.drop_path())),
            ("best model", options.best.as_ref().map_or("not kept".into(), |best| format!("{best}"))),
            ("moving average of the weights", options.ema.map_or("not kept".into(), |ema| ema.to_string())),
            ("frozen groups", state.frozen.to_string()),
            ("seed", options.seed.to_string()),
        ]);
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { vocab: task.data.train().dataset().fitted().vocab().cloned(), facts }
    }

    /// The first thing that differs: what, there, and here.
    pub fn difference(&self, ours: &Self) -> Option<(String, String, String)> {
        if self.vocab != ours.vocab {
            let classes = |vocab: &Option<Vocab>| vocab.as_ref().map_or("none".into(), |v| format!("{}", v.len()));
            let why = other_classes(self.vocab.as_ref(), ours.vocab.as_ref());
            return Some(("classes".into(), format!("{} ({why})", classes(&self.vocab)), classes(&ours.vocab)));
        }
        let theirs = |wanted: &str| self.facts.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        ours.facts.iter().find_map(|(name, value)| {
            let there = theirs(name).unwrap_or_else(|| "not said".into());
            (there != *value).then(|| (name.clone(), there, value.clone()))
        })
    }
}

/// How pictures are read: the limits alone, where they are colours of 8 bits.
fn reading<F: FittedTarget>(data: &DataLoaders<F>) -> String {
    match data.valid().dataset().input().reader() {
        Some(InputReader::File(reader)) if reader.channels() == Channels::Rgb => format!("{:?}", Some(reader.limits())),
        None => format!("{:?}", None::<Limits>),
        other => format!("{other:?}"),
    }
}

/// `3f2a9c1e`, of all that `Debug` says of a value.
fn digest(value: &dyn Debug) -> String {
    hex(&Sha256::digest(format!("{value:?}"))[..4])
}

/// `11 tensors (3f2a…)`: a digest of their names and shapes.
fn parameters<M: Module>(model: &M) -> String {
    let shapes = shapes(model);
    format!("{} tensors ({})", shapes.len(), digest(&shapes))
}

/// `5912 (3f2a…)`: the folder may move, but names, targets and order may not change.
fn items<F: FittedTarget>(loader: &DataLoader<F>) -> String {
    let dataset = loader.dataset();
    let mut digest = Sha256::new();
    for (item, target) in dataset.targets().iter().enumerate() {
        digest.update(dataset.path(item).file_name().unwrap_or_default().as_encoded_bytes());
        digest.update([0]);
        for file in dataset.files(item).unwrap_or_default() {
            digest.update(file.file_name().unwrap_or_default().as_encoded_bytes());
            digest.update([0]);
        }
        digest.update(format!("{target:?}"));
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

/// The rule that picks classes, with a digest of what it weighs them by.
fn decision<F: FittedTarget>(task: &Task<F>) -> String {
    let words = decided_by(&task.decision);
    match &task.decision {
        Decision::MinimumRisk(cost) => format!("{words} ({})", cost.digest()),
        _ => words,
    }
}

/// What changes the updates, in words. Which devices share the batches is not among them: a run may go on with others.
fn steps(options: &Options, norms: Norms, drop_path: f64) -> String {
    let clip = options.most_gradient.map_or("no".into(), |most| most.to_string());
    let mix = options.mix.map_or("no mixing".into(), |mix| format!("{mix:?}"));
    let frozen = if options.frozen_norms { "frozen" } else { "trained" };
    let Options { batches_an_update, precision, .. } = options;
    // Of those that are rarely chosen nothing is said where they are not: checkpoints of before there were any go on.
    let dropped = if drop_path > 0.0 { format!(", a drop path of {drop_path}") } else { String::new() };
    let uphill = options.sam.map_or(String::new(), |sam| format!(", gradients {sam}"));
    format!(
        "{clip} clipping, {batches_an_update} batches an update, {mix}, norms of frozen groups {frozen}, other norms {norms:?}, \
         {precision:?} precision{uphill}{dropped}"
    )
}
