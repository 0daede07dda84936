//! Which moved labels an examination finds: labels of a folder of pets are moved, and out-of-fold probabilities, what was found and what was
//! moved are printed as JSON, a line for each way of moving. `compare.py` beside it runs this, and cleanlab on the same probabilities.
//!
//! ```sh
//! cargo run --release -p firelight --example moved_labels -- FOLDER WEIGHTS [SEED]
//! ```
//!
//! The folder's pictures are called like `Abyssinian_1.jpg` and `beagle_7.jpg`, cats with a capital letter; the weights are those of
//! EfficientNet-Lite0.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use firelight::doctor::LabelErrors;
use firelight::learner::Examination;
use firelight::prelude::*;
use firelight::transforms::Chance;
use serde_json::json;

/// Where labels go.
#[derive(Clone, Copy, PartialEq)]
enum To {
    Any,
    /// Another breed of the same species.
    Within,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, weights, rest @ ..] = arguments.as_slice() else {
        return Err("moved_labels: give FOLDER WEIGHTS [SEED]".to_owned().into());
    };
    let seed = rest.first().map_or(Ok(1), |seed| seed.parse()).map_err(|why| format!("SEED: {why}"))?;
    let breed = RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?;
    let files = image_files(folder)?;
    let truth: Vec<String> = files.iter().map(|file| breed.label(file)).collect::<Result<_, _>>()?;
    let vocab = Vocab::from_labels(truth.iter().cloned());

    for (share, to) in [0.05, 0.1, 0.2].into_iter().flat_map(|share| [(share, To::Any), (share, To::Within)]) {
        let labels = moved(&truth, &vocab, share, to, seed);
        let given: BTreeMap<&Path, &String> = files.iter().map(PathBuf::as_path).zip(&labels).collect();
        let given: BTreeMap<_, _> = given.into_iter().map(|(file, label)| (file.to_owned(), label.clone())).collect();
        let labeller = move |file: &Path| Ok::<_, DataError>(given[file].clone());
        let dls = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(labeller).with_vocab(vocab.clone()))
            .with_splitter(TrainOnAll)
            .with_item_transform(Resize::crop(224))
            .with_progress(Progress::hidden())
            .dataloaders_of(&files, &device_from_env()?)?
            .with_batch_size(32);
        let learn = vision_learner(dls, efficientnet_lite0().with_weights(weights))?;
        let start = Instant::now();
        let how = Examination::new();
        let probabilities = learn.out_of_fold(&how)?;
        let seconds = start.elapsed().as_secs_f64();
        let given: Vec<usize> = labels.iter().filter_map(|label| vocab.find(label)).collect();
        let found = LabelErrors::new().find(&probabilities, &given)?;
        let found: Vec<usize> = found.iter().map(|error| error.item).collect();
        let told = json!({
            "folder": folder, "share": share, "to": if to == To::Any { "any class" } else { "its species" }, "seed": seed,
            "classes": vocab.names(), "seconds": seconds,
            "true": truth.iter().filter_map(|label| vocab.find(label)).collect::<Vec<_>>(), "given": given,
            "found": found, "probabilities": probabilities,
        });
        println!("{told}");
    }
    Ok(())
}

/// The labels with a share of them moved to another class, drawn by the seed alone.
fn moved(truth: &[String], vocab: &Vocab, share: f64, to: To, seed: u64) -> Vec<String> {
    let mut chance = Chance::new(seed, (share * 1000.0) as u64, u64::from(to == To::Within));
    let mut order: Vec<usize> = (0..truth.len()).collect();
    chance.shuffle(&mut order);
    order.truncate((truth.len() as f64 * share).round() as usize);
    let is_cat = |breed: &str| breed.starts_with(char::is_uppercase);
    let mut labels = truth.to_vec();
    for item in order {
        let fits = |other: &&String| **other != truth[item] && (to == To::Any || is_cat(other) == is_cat(&truth[item]));
        let others: Vec<&String> = vocab.names().iter().filter(fits).collect();
        let mut places: Vec<usize> = (0..others.len()).collect();
        chance.shuffle(&mut places);
        if let Some(&place) = places.first() {
            labels[item].clone_from(others[place]);
        }
    }
    labels
}
