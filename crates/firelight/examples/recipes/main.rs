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
//! Within a set and a seed all rows have the same pictures, first weights, order and number of steps, and differ in the part that is named; but for the soup, which is
//! of three trainings, and chosen on the pictures that judge it.

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

use std::path::Path;

use firelight::prelude::*;
use firelight::transforms::AugTransforms;

use arguments::Arguments;
use parts::{Fit, Part, fresh, heads};
use rows::{Row, markdown};
use sets::{crops, pets};

/// The tables.
const SCRATCH: &str = "20 classes, a small net from scratch at 64 px";
const MISLABELLED: &str = "the same, a fifth of the labels wrong";
const HEADS: &str = "37 breeds, a head on frozen Lite0";

/// Epochs and the highest rate of the small net, and of the head.
const FRESH: (usize, f64) = (10, 5e-3);
const HEAD: (usize, f64) = (40, 2e-3);

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let device = device_from_env()?;
    let mut all = Vec::new();
    if let (Some(nette), Some(woof)) = (&arguments.imagenette, &arguments.imagewoof) {
        let (mut rows, mut mislabelled) = (Vec::new(), Vec::new());
        for seed in arguments.seeds() {
            let scratch = Scratch { pictures: twenty::Small::read(&[nette.clone(), woof.clone()], seed)?, seed };
            rows.extend(
                scratch.rows(SCRATCH, fresh(), &arguments, |scratch, augment| {
                    scratch.pictures.loaders(augment, &device)
                })?,
            );
            mislabelled.extend(scratch.rows(MISLABELLED, parts::mislabelled(), &arguments, |scratch, augment| {
                scratch.pictures.mislabelled(augment, &device)
            })?);
        }
        println!("{}", markdown(SCRATCH, &rows));
        println!("{}", markdown(MISLABELLED, &mislabelled));
        all.extend(rows);
        all.extend(mislabelled);
    }
    if let (Some(weights), Some(images)) = (&arguments.weights, &arguments.pets) {
        let mut rows = Vec::new();
        for seed in arguments.seeds() {
            rows.extend(on_features(weights, images, seed, &arguments, &device)?);
        }
        println!("{}", markdown(HEADS, &rows));
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

/// The pictures of a seed.
struct Scratch {
    pictures: twenty::Small,
    seed: u64,
}

impl Scratch {
    fn rows(
        &self,
        set: &'static str,
        parts: Vec<Part>,
        arguments: &Arguments,
        loaders: impl Fn(&Self, AugTransforms) -> Result<DataLoaders<Categories>>,
    ) -> Result<Vec<Row>> {
        let seed = self.seed;
        let of_side = |part: &Part, side: u32| {
            Ok::<_, firelight::Error>(loaders(self, (part.augment)(crops(side)))?.with_batch_size(32).with_seed(seed))
        };
        let mut rows = Vec::new();
        for part in parts.into_iter().filter(|part| arguments.want(part.name)) {
            let dls = of_side(&part, 64)?;
            let backbone = Backbone::from(Arch::Small).with_seed(seed).with_drop_path(part.drop_path);
            let learn = vision_learner(dls.clone(), backbone)?;
            let (epochs, rate) = (arguments.epochs(FRESH.0), FRESH.1);
            rows.push(Row::of(set, &part, seed, learn, |learn| {
                match part.fit {
                    Fit::FlatCos => learn.fit_flat_cos(epochs, rate)?,
                    Fit::Growing(side) => {
                        let small = (epochs * 3).div_ceil(5);
                        learn.set_data(of_side(&part, side)?)?;
                        learn.fit_one_cycle(small, rate)?;
                        learn.set_data(dls)?;
                        learn.fit_one_cycle(epochs - small, rate / 2.0)?;
                    }
                    Fit::OneCycle | Fit::Soup(_) => learn.fit_one_cycle(epochs, rate)?,
                }
                Ok(learn.evaluate_on(firelight::learner::Part::Test)?)
            })?);
        }
        Ok(rows)
    }
}

fn on_features(weights: &Path, images: &Path, seed: u64, arguments: &Arguments, device: &Device) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for part in heads().into_iter().filter(|part| arguments.want(part.name)) {
        let dls = pets(images, (part.augment)(crops(256)), seed, device)?.with_batch_size(32).with_seed(seed);
        let body = || efficientnet_lite0().with_weights(weights).with_seed(seed);
        let learner = |order: u64| {
            let learn = vision_learner(dls.clone().with_seed(order), body())?;
            Ok::<_, firelight::Error>(learn.with_metrics([accuracy()]).with_seed(order).without_observers())
        };
        let (learn, epochs) = (vision_learner(dls.clone(), body())?, arguments.epochs(HEAD.0));
        rows.push(Row::of(HEADS, &part, seed, learn, |learn| {
            let Fit::Soup(orders) = part.fit else {
                learn.fit_head(epochs, HEAD.1, 1)?;
                return Ok(learn.evaluate()?);
            };
            let folder = tempfile::tempdir()?;
            let mut files = Vec::new();
            for order in 0..orders {
                let file = folder.path().join(order.to_string());
                let mut learn = learner(seed + 1000 * order)?;
                learn.fit_head(epochs, HEAD.1, 1)?;
                learn.save(&file)?;
                files.push(file);
            }
            learn.greedy_soup(&files, "accuracy")?;
            Ok(learn.evaluate()?)
        })?);
    }
    Ok(rows)
}
