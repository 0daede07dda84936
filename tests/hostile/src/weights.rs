//! Weights of other programs: safetensors of ours, damaged or made, and a `.pth` where one is there.

use std::fs;
use std::path::{Path, PathBuf};

use firelight::burn::tensor::Device;
use firelight::models::Arch;
use firelight::models::weights::{Names, load_classifier};
use firelight::prelude::*;
use firelight::transforms::Chance;

use crate::tally::{Fate, Tally};
use crate::{change, checkpoints, exports};

/// Where a `.pth` of EfficientNet-Lite0 is.
const PTH: &str = "FIRELIGHT_EFFICIENTNET_LITE0";

pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (body, pictures) = (folder.path().join("body.safetensors"), folder.path().join("pictures"));
    checkpoints::pictures(&pictures)?;
    vision_learner(checkpoints::loaders(&pictures)?, Arch::EfficientNetLite0)?.save_body(&body, Names::Timm)?;
    let whole = fs::read(&body)?;
    let pth = std::env::var_os(PTH).map(PathBuf::from).filter(|file| file.is_file()).map(fs::read).transpose()?;
    if pth.is_none() {
        tally.note(format!("no .pth: {PTH} names none"));
    }
    for number in 0..count {
        let mut chance = Chance::new(tally.seed, 3, number as u64);
        match (&pth, number % 3) {
            (Some(pth), 0) => {
                let file = folder.path().join("lite0.pth");
                fs::write(&file, change::bytes(pth, &mut chance))?;
                let load = || Fate::of(load_classifier(Arch::EfficientNetLite0, &file, &Device::flex()).map(drop));
                tally.attack(&format!("{number}: a .pth, damaged"), load);
            }
            (_, 1) => {
                fs::write(&body, change::bytes(&whole, &mut chance))?;
                tally.attack(&format!("{number}: safetensors, damaged"), || taken(&pictures, &body));
            }
            _ => {
                fs::write(&body, exports::head_changed(&whole, &mut chance)?)?;
                tally.attack(&format!("{number}: safetensors with another head"), || taken(&pictures, &body));
            }
        }
    }
    Ok(())
}

/// A learner on it. Numbers may be others than were written, since such a file has no digest; but finite.
fn taken(pictures: &Path, file: &Path) -> Fate {
    match checkpoints::loaders(pictures) {
        Ok(dls) => Fate::of(vision_learner(dls, efficientnet_lite0().with_weights(file))),
        Err(error) => Fate::Lost(error.to_string()),
    }
}
