//! What each form of weighted labels does on real pictures: the tables of the book's page "Weighted labels".
//!
//! ```sh
//! cargo run --release -p firelight --example pets_losses -- IMAGES WEIGHTS [JSON]
//! ```
//!
//! `IMAGES` is a folder of the Oxford-IIIT pets, `WEIGHTS` EfficientNet-Lite0's file. For each of three seeds (split, head,
//! order, augmentation) the frozen body's features are computed once, and a head is trained on them with every loss by the
//! same recipe: 40 epochs, a highest rate of 2e-3, plain pictures and one draw of crops in turn. That is the pets program's, but
//! longer and gentler, since what soft labels say of the classes behind the first is learned last.
//! Distances are heights at which breeds meet in a tree: first of species, then also of kinds (`breeds.txt`: the groups of the
//! Fédération Cynologique Internationale, in which the two breeds that it does not recognise stand beside their nearest
//! relatives, and the cats' coats).

mod calibrated;
mod forms;
mod tables;

use std::path::Path;

use firelight::learner::HeadFeatures;
use firelight::prelude::*;
use firelight::transforms::Filter;

use forms::{Form, Tree, forms};
use tables::{Row, markdown};

const SEEDS: [u64; 3] = [1, 2, 3];
const EPOCHS: usize = 40;
const RATE: f64 = 2e-3;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [images, weights, json @ ..] = arguments.as_slice() else {
        return Err("usage: pets_losses IMAGES WEIGHTS [JSON]".into());
    };
    let device = device_from_env()?;
    let mut rows = Vec::new();
    for seed in SEEDS {
        let dls = loaders(Path::new(images), seed, &device)?;
        let body = efficientnet_lite0().with_weights(weights).with_seed(seed);
        let features = vision_learner(dls.clone(), body.clone())?.head_features(1)?;
        for tree in [Tree::species(dls.vocab())?, Tree::kinds(dls.vocab())?] {
            for form in forms(&tree)? {
                eprintln!("seed {seed}, {}: {}", tree.name, form.names[0]);
                rows.extend(run(&dls, &body, &features, &tree, form, seed)?);
            }
        }
    }
    println!("{}", markdown(&rows));
    if let Some(file) = json.first() {
        std::fs::write(file, serde_json::to_string_pretty(&rows)? + "\n")?;
    }
    Ok(())
}

/// The pictures as the pets program sees them.
fn loaders(images: &Path, seed: u64, device: &Device) -> Result<DataLoaders<Categories>> {
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(?i)(.+)_\d+\.jpe?g$")?);
    let augment = aug_transforms().size(256).max_warp(0.0).max_rotate(0.0).min_scale(0.35);
    let dls = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(RandomSplitter::new(0.2).with_seed(seed))
        .with_item_transform(Resize::crop(256).with_filter(Filter::Bicubic))
        .with_batch_transforms(augment)
        .dataloaders(images, device)?;
    Ok(dls.with_batch_size(32).with_seed(seed))
}

/// Trains one head and judges it under each of the form's decisions.
fn run(
    dls: &DataLoaders<Categories>,
    body: &Backbone,
    features: &HeadFeatures<Categories>,
    tree: &Tree,
    form: Form,
    seed: u64,
) -> Result<Vec<Row>> {
    let mut learn = vision_learner(dls.clone(), body.clone())?
        .with_loss(form.loss)
        .with_metrics(tree.metrics()?)
        .with_seed(seed)
        .without_observers();
    learn.fit_head_on(features, EPOCHS, RATE)?;
    let pictures = dls.valid().dataset().len();
    let mut rows = Vec::new();
    for (name, decision) in form.names.into_iter().zip(form.decisions) {
        learn = learn.with_decision(decision);
        let values = learn.evaluate_head_on(features)?.metrics;
        rows.push(Row::new(tree.name, name, seed, pictures, &values));
    }
    Ok(rows)
}
