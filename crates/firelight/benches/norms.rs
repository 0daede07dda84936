//! What batch norms may do when a pretrained body thaws, and what comes of it: prints a line of JSON a seed.
//!
//! ```text
//! norms NAME LABELS FOLDER ARCH WEIGHTS SIZE EPOCHS ITEMS SEED…
//! ```
//!
//! `LABELS` is `parent` (the folder's name) or `number` (`Bengal_12.jpg`). Of `ITEMS` pictures, drawn evenly, a fifth validates. With each
//! seed: the head alone on features for `EPOCHS` epochs (`fit_head`), and `fine_tune` of one frozen epoch and the rest thawed, with the
//! body's statistics kept, trained once it is thawed, and trained throughout as in fastai. The figure is the validation accuracy.

use std::path::PathBuf;

use firelight::learner::Norms;
use firelight::prelude::*;
use serde_json::{Map, Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The highest rate, of the head and of the frozen epoch.
const RATE: f64 = 2e-3;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // `cargo bench` runs every benchmark of the workspace, without arguments.
    let [name, labels, folder, arch, weights, size, epochs, items, seeds @ ..] = &arguments[..] else { return Ok(()) };
    let all = image_files(folder)?;
    let items: usize = items.parse()?;
    let files: Vec<PathBuf> =
        (0..items.min(all.len())).map(|n| all[n * all.len() / items.min(all.len())].clone()).collect();
    let (size, epochs): (u32, usize) = (size.parse()?, epochs.parse()?);
    for seed in seeds {
        let setup = Setup { labels, files: &files, arch: arch.parse()?, weights, size, epochs, seed: seed.parse()? };
        let mut line = Map::new();
        line.insert("name".into(), json!(name));
        line.insert("arch".into(), json!(arch));
        line.insert("seed".into(), json!(setup.seed));
        line.insert("fit_head".into(), setup.run(|learn| learn.fit_head(epochs, RATE, 1), |learn| learn)?);
        for (policy, change) in [
            ("kept", (|learn| learn.with_norms(Norms::Kept)) as fn(Pets) -> Pets),
            ("trained", |learn| learn.with_norms(Norms::Trained)),
            ("fastai", |learn| learn.with_norms(Norms::Trained).with_frozen_norms(false)),
        ] {
            line.insert(policy.into(), setup.run(|learn| learn.fine_tune(epochs - 1, RATE), change)?);
        }
        println!("{}", Value::Object(line));
    }
    Ok(())
}

type Pets = Learner<Categories>;

struct Setup<'a> {
    labels: &'a str,
    files: &'a [PathBuf],
    arch: Arch,
    weights: &'a str,
    size: u32,
    epochs: usize,
    seed: u64,
}

impl Setup<'_> {
    /// Accuracy and loss of a new learner after `fit`, and its first and last training losses.
    fn run(&self, fit: impl Fn(&mut Pets) -> Result<(), LearnerError>, change: fn(Pets) -> Pets) -> Result<Value> {
        let pattern = if self.labels == "parent" { r"([^/\\]+)[/\\][^/\\]+$" } else { r"([^/\\]+)_\d+\.\w+$" };
        let dls = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::path(pattern)?))
            .with_splitter(RandomSplitter::new(0.2).with_seed(self.seed))
            .with_item_transform(Resize::crop(self.size))
            .with_batch_transforms(aug_transforms().size(self.size).min_scale(0.75))
            .with_progress(Progress::hidden())
            .dataloaders_of(self.files, &device_from_env()?)?
            .with_batch_size(32)
            .with_seed(self.seed);
        let backbone = Backbone::from(self.arch).with_weights(self.weights).with_seed(self.seed);
        let mut learn = change(vision_learner(dls, backbone)?.without_observers().with_seed(self.seed));
        fit(&mut learn)?;
        let history = learn.history();
        let losses: Vec<f64> = history.epochs.iter().filter_map(|row| row.valid_loss).collect();
        let accuracies: Vec<f64> = history.epochs.iter().filter_map(|row| row.metrics[0]).collect();
        let steps_an_epoch = history.steps.len() / self.epochs;
        let thawed = history.steps.get(steps_an_epoch).map(|step| step.loss);
        Ok(json!({ "accuracies": accuracies, "valid_losses": losses, "first_loss_of_the_second_epoch": thawed }))
    }
}
