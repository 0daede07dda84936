//! What each part of a modern recipe is worth, on and off: the tables of the book's page "What a recipe is worth".
//!
//! ```sh
//! cargo run --release -p firelight --features download --example recipes -- --weights WEIGHTS --pets IMAGES --imagenette FOLDER --imagewoof FOLDER
//! ```
//!
//! | option | what it is |
//! |---|---|
//! | `--imagenette FOLDER`, `--imagewoof FOLDER` | with `train/` and `val/`: a small net from scratch on their 20 classes at 64 px |
//! | `--weights FILE`, `--pets FOLDER` | `EfficientNet`-Lite0's and Oxford pets: a head for 37 breeds on features of the frozen body |
//! | `--only NAME` | parts with this in their name; may be given more than once |
//! | `--seed N` | that seed alone |
//! | `--json FILE` | writes every number there too |
//! | `--short` | one seed and few epochs: whether it runs, not what comes of it |
//!
//! Within a set and a seed all rows have the same pictures, first weights, order and number of steps, and differ in the part that is named.

#[path = "../methods/arguments.rs"]
#[allow(dead_code)] // of the other program
mod arguments;
#[path = "../methods/sets.rs"]
#[allow(dead_code)]
mod sets;
#[path = "../methods/trees.rs"]
#[allow(dead_code)]
mod trees;
#[path = "../methods/twenty.rs"]
#[allow(dead_code)]
mod twenty;

mod parts;
mod rows;

use std::path::{Path, PathBuf};

use firelight::prelude::*;

use arguments::Arguments;
use parts::{fresh, heads};
use rows::{Row, markdown};
use sets::{crops, pets};

/// Epochs and the highest rate of the small net, and of the head.
const FRESH: (usize, f64) = (10, 5e-3);
const HEAD: (usize, f64) = (40, 2e-3);

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let device = device_from_env()?;
    let mut all = Vec::new();
    if let (Some(nette), Some(woof)) = (&arguments.imagenette, &arguments.imagewoof) {
        let mut rows = Vec::new();
        for seed in arguments.seeds() {
            rows.extend(from_scratch(&[nette.clone(), woof.clone()], seed, &arguments, &device)?);
        }
        println!("{}", markdown("20 classes, a small net from scratch at 64 px", &rows));
        all.extend(rows);
    }
    if let (Some(weights), Some(images)) = (&arguments.weights, &arguments.pets) {
        let mut rows = Vec::new();
        for seed in arguments.seeds() {
            rows.extend(on_features(weights, images, seed, &arguments, &device)?);
        }
        println!("{}", markdown("37 breeds, a head on frozen Lite0", &rows));
        all.extend(rows);
    }
    if all.is_empty() {
        return Err("no set has its pictures: give --imagenette with --imagewoof, or --pets with --weights".into());
    }
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_string_pretty(&all)? + "\n")?;
    }
    Ok(())
}

fn from_scratch(folders: &[PathBuf; 2], seed: u64, arguments: &Arguments, device: &Device) -> Result<Vec<Row>> {
    let pictures = twenty::Small::read(folders, seed)?;
    let mut rows = Vec::new();
    for part in fresh().into_iter().filter(|part| arguments.want(part.name)) {
        let dls = pictures.loaders((part.augment)(crops(64)), device)?.with_batch_size(32).with_seed(seed);
        let learn = vision_learner(dls, Backbone::from(Arch::Small).with_seed(seed))?;
        rows.push(Row::of(&part, seed, learn, |learn| {
            learn.fit_one_cycle(arguments.epochs(FRESH.0), FRESH.1)?;
            Ok(learn.evaluate_on(firelight::learner::Part::Test)?)
        })?);
    }
    Ok(rows)
}

fn on_features(weights: &Path, images: &Path, seed: u64, arguments: &Arguments, device: &Device) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for part in heads().into_iter().filter(|part| arguments.want(part.name)) {
        let dls = pets(images, (part.augment)(crops(256)), seed, device)?.with_batch_size(32).with_seed(seed);
        let learn = vision_learner(dls, efficientnet_lite0().with_weights(weights).with_seed(seed))?;
        rows.push(Row::of(&part, seed, learn, |learn| {
            learn.fit_head(arguments.epochs(HEAD.0), HEAD.1, 1)?;
            Ok(learn.evaluate()?)
        })?);
    }
    Ok(rows)
}
