//! What an evaluation keeps in memory. A program of its own, with one test, since the system tells a process's memory alone.

#[path = "it/mean_colour.rs"]
mod mean_colour;

use std::path::{Path, PathBuf};

use burn::nn::LinearConfig;
use burn::tensor::Device;
use firelight_datablock::{CategoryBlock, DataBlock, IndexSplitter, InputBlock, parent_label};
use firelight_learner::{Learner, accuracy, top_k};
use firelight_losses::CrossEntropy;
use firelight_transforms::{Picture, TransformError};
use image::RgbImage;
use mean_colour::MeanColour;

const CLASSES: usize = 500;
const ITEMS: usize = 24_000;

/// A black picture for each item.
#[derive(Debug, Clone)]
struct Black;

impl InputBlock for Black {
    fn read(&self, _item: &Path) -> Result<Picture, TransformError> {
        Ok(RgbImage::new(2, 2).into())
    }
}

/// The most megabytes that the process ever held.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    kibibytes.split_whitespace().next()?.parse::<f64>().ok().map(|kibibytes| kibibytes * 1024.0 / 1e6)
}

/// B36: metrics add up batch by batch. The outputs of this evaluation are 48 MB, which predictions have and nothing else does.
#[test]
fn an_evaluation_holds_no_more_than_its_batches() {
    let learner = |items: usize| {
        let paths: Vec<PathBuf> = (0..items + CLASSES).map(|n| format!("{}/{n}", n % CLASSES).into()).collect();
        let device = Device::flex();
        let loaders = DataBlock::new(Black, CategoryBlock::new(parent_label))
            .with_splitter(IndexSplitter::new(CLASSES..items + CLASSES))
            .dataloaders_of(&paths, &device)
            .expect("loaders")
            .with_batch_size(200);
        let model = MeanColour { fc: LinearConfig::new(3, CLASSES).init(&device) };
        Learner::new(loaders, model, CrossEntropy::new()).without_observers().with_metrics([accuracy(), top_k(5)])
    };
    let (few, many) = (learner(1_000), learner(ITEMS));
    few.evaluate().expect("an evaluation");
    let Some(before) = peak() else {
        println!("skipped: this system does not tell a process's memory");
        return;
    };
    many.evaluate().expect("an evaluation");
    let after = peak().expect("a number");
    let outputs = (ITEMS * CLASSES * size_of::<f32>()) as f64 / 1e6;
    assert!(after - before < outputs / 3.0, "{before} MB, then {after} MB");
    let predictions = many.predictions().expect("predictions");
    assert_eq!(predictions.outputs.len(), ITEMS * CLASSES);
    assert!(peak().expect("a number") - before > outputs / 2.0, "the measure feels what it is to tell");
}
