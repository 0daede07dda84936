//! Every method for mistakes that matter less, on the same pictures: the tables of the book's page "Which method".
//!
//! ```sh
//! cargo run --release -p firelight --features download --example methods -- --weights WEIGHTS --pets IMAGES --imagenette FOLDER --imagewoof FOLDER
//! ```
//!
//! | option | what it is |
//! |---|---|
//! | `--weights FILE` | `EfficientNet`-Lite0's, for heads on features of the frozen body |
//! | `--pets FOLDER` | Oxford pets: with `--weights` the table of 37 breeds |
//! | `--imagenette FOLDER`, `--imagewoof FOLDER` | with `train/` and `val/`: with `--weights` the table of 20 classes, and that of a small net from scratch |
//! | `--json FILE` | writes every number there too |
//! | `--set NAME` | sets with this in their name |
//! | `--only NAME` | methods with this in their name; may be given more than once |
//! | `--seed N` | that seed alone |
//! | `--search` | hyper-parameters on data of a seed of their own, which no table is of |
//! | `--short` | one seed and few epochs: whether it runs, not what comes of it |
//!
//! Within a set and a seed all methods have the same pictures, features, order, augmentation and number of steps; they differ in what
//! stands at the net's end and in the loss. Each trained model is judged by its probabilities: as they are, by minimum risk, and by
//! minimum risk after a temperature, which each fifth of the validation pictures has from the other four.

mod arguments;
mod judge;
mod methods;
mod sets;
mod tables;
mod trees;
mod twenty;

use std::time::Instant;

use firelight::prelude::*;

use arguments::Arguments;
use judge::{Judge, Kept};
use methods::{Method, methods};
use sets::{Set, sets};
use tables::{Record, markdown};

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let mut records = Vec::new();
    for set in sets(&arguments)? {
        for seed in arguments.seeds() {
            records.extend(compare(&set, seed, &arguments)?);
        }
        println!("{}", markdown(&set, &records));
    }
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_string_pretty(&records)? + "\n")?;
    }
    Ok(())
}

/// Trains and judges every method on one set's pictures of one seed.
fn compare(set: &Set, seed: u64, arguments: &Arguments) -> Result<Vec<Record>> {
    let device = device_from_env()?;
    let start = Instant::now();
    let dls = set.loaders(seed, &device)?;
    let judge = Judge::new(&set.tree(dls.vocab())?)?;
    let body = set.body().with_seed(seed);
    let features = match set.weights {
        Some(_) => Some(vision_learner(dls.clone(), body.clone())?.head_features(1)?),
        None => None,
    };
    eprintln!("{}, seed {seed}: pictures and features after {:.0} s", set.name, start.elapsed().as_secs_f64());
    let mut records = Vec::new();
    for Method { name, head, loss } in methods(&judge, &dls, arguments.search)? {
        if !arguments.want(&name) {
            continue;
        }
        let kept = Kept::default();
        let mut learn = vision_learner(dls.clone(), body.clone().with_head(head))?
            .with_loss(loss)
            .with_metrics([kept.metric()])
            .with_seed(seed)
            .without_observers();
        let start = Instant::now();
        let epochs = arguments.epochs(set.epochs);
        if let Some(features) = &features {
            learn.fit_head_on(features, epochs, set.rate)?;
            learn.evaluate_head_on(features)?;
        } else {
            learn.fit_one_cycle(epochs, set.rate)?;
            learn.evaluate_on(Part::Test)?;
        }
        let seconds = start.elapsed().as_secs_f64();
        let record = Record::new(set, seed, &name, dls.train().dataset().len(), seconds, judge.all(&kept.rows())?);
        eprintln!("{record}");
        records.push(record);
    }
    Ok(records)
}
