//! Weights and checkpoints of a learner, damaged or made.

use std::fs;
use std::path::Path;

use firelight::files::Format;
use firelight::models::Arch;
use firelight::prelude::*;
use firelight::transforms::Chance;
use serde_json::Value;

use crate::change;
use crate::tally::{Fate, Tally};

const WEIGHTS: Format =
    Format { magic: "firelight-weights", oldest: 1, version: 1, what: "file of weights", writer: "save" };

/// Two classes of little pictures.
pub fn pictures(folder: &Path) -> Result<()> {
    for number in 0..16_u8 {
        let class = folder.join(if number % 2 == 0 { "dark" } else { "bright" });
        fs::create_dir_all(&class)?;
        let level = 40 + 150 * (number % 2) + number;
        firelight::image::RgbImage::from_pixel(24, 24, firelight::image::Rgb([level, level, number]))
            .save(class.join(format!("{number}.png")))?;
    }
    Ok(())
}

/// Their loaders.
pub fn loaders(pictures: &Path) -> Result<DataLoaders<Categories>> {
    let block = DataBlock::from_class_folders()
        .with_splitter(RandomSplitter::new(0.25).with_seed(1))
        .with_item_transform(Resize::squish(24))
        .with_progress(Progress::hidden());
    Ok(block.dataloaders(pictures, &Device::flex())?.with_batch_size(4))
}

/// Of the smallest network on them.
pub fn learner(pictures: &Path) -> Result<Learner<Categories>> {
    Ok(vision_learner(loaders(pictures)?, Arch::Small)?.without_observers())
}

pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("pictures");
    pictures(&place)?;
    let (saved, kept) = (folder.path().join("saved"), folder.path().join("kept"));
    let mut learn = learner(&place)?.with_checkpoints(Checkpoints::in_folder(&kept).every_steps(1));
    learn.fit(1, 1e-3)?;
    learn.save(&saved)?;
    let last = end(&learn)?;
    let (manifest, tensors): (Value, Vec<u8>) = WEIGHTS.read(&saved)?;
    let whole = fs::read(&saved)?;
    let mut learn = learner(&place)?;
    for number in 0..count {
        let mut chance = Chance::new(tally.seed, 2, number as u64);
        match number % 3 {
            0 => {
                let other = change::bytes(&whole, &mut chance);
                fs::write(&saved, &other)?;
                let damaged = other != whole;
                tally.attack(&format!("{number}: damage of weights"), || loaded(&mut learn, &saved, damaged));
            }
            1 => {
                let (manifest, what) = change::json(&manifest, &mut chance);
                WEIGHTS.write(&saved, &manifest, &[&tensors])?;
                tally.attack(&format!("{number}: {what}"), || loaded(&mut learn, &saved, false));
            }
            _ => tally
                .attack(&format!("{number}: damage of a checkpoint"), || goes_on(&place, &kept, &mut chance, &last)),
        }
    }
    Ok(())
}

fn loaded(learn: &mut Learner<Categories>, file: &Path, damaged: bool) -> Fate {
    let told = learn.load(file);
    if damaged && told.is_ok() { Fate::Lost("what is damaged was taken".into()) } else { Fate::of(told) }
}

/// Its weights, as an export has them.
fn end(learn: &Learner<Categories>) -> Result<Vec<u8>> {
    Ok(firelight::models::weights::to_bytes(learn.model())?)
}

/// A copy of the run's folder in which each file is changed: who goes on in it ends as the run did, or is told why not.
fn goes_on(pictures: &Path, kept: &Path, chance: &mut Chance, last: &[u8]) -> Fate {
    let mut attempt = || -> Result<Fate> {
        let copy = tempfile::tempdir()?;
        let files: Vec<_> = fs::read_dir(kept)?.collect::<std::io::Result<_>>()?;
        let hit = chance.below(files.len() as u64) as usize;
        for (number, file) in files.iter().enumerate() {
            let bytes = fs::read(file.path())?;
            // The newest may be gone, and another one damaged.
            if number != hit {
                fs::write(copy.path().join(file.file_name()), bytes)?;
            } else if chance.below(4) > 0 {
                fs::write(copy.path().join(file.file_name()), change::bytes(&bytes, chance))?;
            }
        }
        let mut learn = learner(pictures)?.with_checkpoints(Checkpoints::in_folder(copy.path()).every_steps(1));
        Ok(match learn.fit(1, 1e-3) {
            Err(error) => Fate::Refused(error.to_string()),
            Ok(()) if end(&learn)? == last => Fate::Answered,
            Ok(()) => Fate::Lost("it went on to another model".into()),
        })
    };
    attempt().unwrap_or_else(|error| Fate::Lost(error.to_string()))
}
