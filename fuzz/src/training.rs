//! A learner of few small pictures, and what it keeps.

use std::fs;

use firelight::burn::tensor::Tensor;
use firelight::image::{Rgb, RgbImage};
use firelight::models::Arch;
use firelight::prelude::*;

use crate::folder;
use crate::model::Model;

pub type Learning = Learner<Categories>;

pub fn learner() -> Result<Learning> {
    sweep();
    let pictures = folder().join("pictures");
    if !pictures.exists() {
        for number in 0..6_u8 {
            let class = pictures.join(["dark", "bright"][usize::from(number % 2)]);
            fs::create_dir_all(&class)?;
            let level = 40 + 150 * (number % 2) + number;
            RgbImage::from_pixel(16, 16, Rgb([level, level, number])).save(class.join(format!("{number}.png")))?;
        }
    }
    let block = DataBlock::from_class_folders()
        .with_splitter(RandomSplitter::new(0.34).with_seed(1))
        .with_item_transform(Resize::squish(16))
        .with_progress(Progress::hidden());
    let loaders = block.dataloaders(pictures, &Device::flex())?.with_batch_size(4);
    Ok(vision_learner(loaders, Arch::Small)?.without_observers())
}

/// burn lets go of parameters that were never trained at the next step backwards (`docs/upstream/burn-autodiff-roots.md`), which no file that is refused comes to.
fn sweep() {
    let one = Tensor::<1>::ones([1], &Device::flex().autodiff()).require_grad();
    let _ = (one.clone() * one).backward();
}

/// What follows the first line of a file, as manifest and the rest.
fn parts(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n').skip(1);
    Some((lines.next()?.to_vec(), lines.next()?))
}

/// Its weights, as `save` writes them.
pub fn saved(learn: &Learning) -> Result<Model> {
    let path = folder().join("saved");
    learn.save(&path)?;
    let bytes = fs::read(path)?;
    let (manifest, tensors) = parts(&bytes).ok_or("no manifest")?;
    Ok(Model::of(manifest, tensors))
}

/// The files of a run's folder, the name of its newest checkpoint, and of that the manifest and the numbers.
pub fn run() -> Result<(Vec<(String, Vec<u8>)>, String, Vec<u8>, Vec<u8>)> {
    let place = folder().join("run");
    learner()?.with_checkpoints(Checkpoints::in_folder(&place).every_steps(1)).fit(1, 1e-3)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    files.sort();
    let newest = files.iter().rposition(|(name, _)| name.ends_with(".checkpoint")).ok_or("no checkpoint")?;
    let (name, bytes) = files.swap_remove(newest);
    let (manifest, numbers) = parts(&bytes).ok_or("no manifest")?;
    Ok((files, name, manifest, numbers.to_vec()))
}
