//! The losses of `fine_tune`'s schedule beside `PyTorch`'s.
//!
//! `fine_tune.json` is made by `fine_tune.py` from what this test writes when `FIRELIGHT_DUMP` names a folder: the weights at the
//! start and the very batches.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::store::{ModuleSnapshot, SafetensorsStore};
use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, DataBlock, DataLoaders, ImageBlock, IndexSplitter, RegexLabeller,
};
use firelight_learner::{Norms, resnet18, vision_learner};
use firelight_transforms::Resize;

/// Ten batches an epoch.
const TRAIN: usize = 80;

/// Low enough that `PyTorch`'s own losses do not drift apart when its inputs change in the sixth digit.
const RATE: f64 = 5e-5;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    path.exists().then_some(path)
}

/// Every eighth picture until there are enough, so that there are many breeds; the last ten validate. No augmentation.
fn loaders(images: &Path) -> DataLoaders<Categories> {
    let mut items: Vec<PathBuf> =
        fs::read_dir(images).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    items.sort();
    let items: Vec<PathBuf> = items.into_iter().step_by(8).take(TRAIN + 10).collect();
    let breeds = RegexLabeller::file_name(r"(.+)_\d+\.jpg$").expect("a pattern");
    let mut names: Vec<_> = items.iter().map(|item| breed(item)).collect();
    names.sort();
    names.dedup();
    let classes = CategoryBlock::new(breeds).with_vocab(firelight_vocab::Vocab::from_labels(names));
    DataBlock::new(ImageBlock::rgb(), classes)
        .with_splitter(IndexSplitter::new(TRAIN..TRAIN + 10))
        .with_item_transform(Resize::squish(96))
        .dataloaders_of(&items, &Device::flex())
        .expect("loaders")
        .with_batch_size(8)
}

fn breed(item: &Path) -> String {
    let name = item.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    name.rsplit_once('_').map_or(name.clone(), |(breed, _)| breed.to_string())
}

#[test]
fn the_first_losses_of_fine_tune_are_pytorchs() {
    let (Some(images), Some(checkpoint)) = (shared("pets/images"), shared("reference/models/resnet18.pth")) else {
        eprintln!("skipped: ../shared is not there");
        return;
    };
    let backbone = resnet18().with_weights(checkpoint).with_dropout(0.0);
    let learn = vision_learner(loaders(&images), backbone).expect("a learner").without_observers();
    let mut learn = learn.with_norms(Norms::Trained); // as in the script
    if let Some(folder) = std::env::var_os("FIRELIGHT_DUMP") {
        dump(Path::new(&folder), &learn);
    }
    learn.fine_tune(1, RATE).expect("a fit");
    let losses: Vec<f64> = learn.history().steps.iter().map(|step| step.loss).collect();
    let expected: Vec<f64> = serde_json::from_str(include_str!("fine_tune.json")).expect("losses");
    assert_eq!((losses.len(), expected.len()), (20, 20));
    let apart = losses.iter().zip(&expected).map(|(loss, other)| (loss - other).abs());
    let furthest = apart.fold(0.0, f64::max);
    println!("furthest apart: {furthest:e}");
    assert!(furthest < 1e-3, "{furthest} between {losses:?} and {expected:?}");
}

type PetLearner = firelight_learner::Learner<Categories>;

/// The weights, and the batches of the two epochs: planes as raw `f32`, class numbers as JSON.
fn dump(folder: &Path, learn: &PetLearner) {
    let mut store = SafetensorsStore::from_file(folder.join("start.safetensors")).overwrite(true);
    learn.model().valid().save_into(&mut store).expect("weights");
    let (mut planes, mut classes) = (Vec::new(), Vec::new());
    for epoch in 0..2 {
        for batch in learn.data().train().batches(epoch).expect("batches") {
            let batch = batch.expect("a batch");
            planes.extend(batch.inputs.into_data().iter::<f32>().flat_map(f32::to_le_bytes));
            classes.push(batch.targets.into_data().iter::<i64>().collect::<Vec<_>>());
        }
    }
    fs::write(folder.join("planes.bin"), planes).expect("planes");
    fs::write(folder.join("classes.json"), serde_json::to_vec(&classes).expect("text")).expect("classes");
}
