//! Models that a stranger made, with digests that are right, and models that a disk has damaged.

use std::path::Path;

use firelight::burn::tensor::Device;
use firelight::models::{Arch, HeadConfig, PositionNet, UNetConfig, VisionModel, weights};
use firelight::predict::{FORMAT, Manifest, NetworkConfig, TargetKind, Trust};
use firelight::prelude::*;
use firelight::transforms::{Chance, InputReader, PictureTransforms, Resize};
use serde_json::Value;

use crate::change;
use crate::tally::{Fate, Tally};

/// A model of weights by chance that is made for `target`.
pub fn model(network: NetworkConfig, target: TargetKind) -> Manifest {
    Manifest {
        firelight: "0.1.0".into(),
        burn: "0.22.1".into(),
        network,
        target,
        transforms: PictureTransforms::new().with_item(Resize::crop(32)).with_normalize(Normalize::imagenet()),
        input: InputReader::default(),
        decision: Decision::Argmax,
        trust: Trust::default(),
    }
}

/// One of three classes, which decides by costs.
pub fn classes() -> Result<(Manifest, Vec<u8>)> {
    let (device, vocab) = (Device::flex(), Vocab::ordered(["ant", "bee", "a fly, drawn"])?);
    let head = HeadConfig::new(Arch::Small.features(), 3).with_hidden([8]);
    let net = VisionModel::new(Arch::Small.body(7, &device), head.init(7, &device));
    let network = NetworkConfig::Vision { body: Arch::Small.into(), head };
    let decision = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab)?;
    let mut manifest = model(network, TargetKind::Category(vocab));
    manifest.decision = decision;
    manifest.transforms = manifest.transforms.with_augment(aug_transforms().size(32));
    Ok((manifest, weights::to_bytes(&net)?))
}

/// Of each kind of network one.
fn models() -> Result<Vec<(Value, Vec<u8>)>> {
    let device = Device::flex();
    let (config, ground) = (UNetConfig::new(Arch::Small, 2), Vocab::ordered(["ground", "animal"])?);
    let mask = model(NetworkConfig::UNet(config.clone()), TargetKind::Mask(ground));
    let place = model(NetworkConfig::Positions(config.clone()), TargetKind::Box);
    let all = [
        classes()?,
        (mask, weights::to_bytes(&config.init(1, &device))?),
        (place, weights::to_bytes(&PositionNet::new(config.init(1, &device)))?),
    ];
    let told = |(manifest, tensors)| Ok((serde_json::to_value::<Manifest>(manifest)?, tensors));
    all.into_iter().map(told).collect()
}

pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (path, models) = (folder.path().join("model.firelight"), models()?);
    for number in 0..count {
        let mut chance = Chance::new(tally.seed, 1, number as u64);
        let (manifest, tensors) = &models[number % models.len()];
        let (what, damaged) = write(&path, manifest, tensors, &mut chance)?;
        tally.attack(&format!("{number}: {what}"), || used(&path, damaged));
    }
    Ok(())
}

/// Writes one, and tells what it is and whether its digest shows it.
fn write(path: &Path, manifest: &Value, tensors: &[u8], chance: &mut Chance) -> Result<(String, bool)> {
    let write = |manifest: &Value, tensors: &[u8]| -> Result<()> { Ok(FORMAT.write(path, manifest, &[tensors])?) };
    Ok(match chance.below(5) {
        0 | 1 => {
            let (other, what) = change::json(manifest, chance);
            write(&other, tensors)?;
            (what, false)
        }
        2 => {
            let other = head_changed(tensors, chance)?;
            write(manifest, &other)?;
            ("the head of its tensors".into(), false)
        }
        3 => {
            let mut other = tensors.to_vec();
            let number = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][chance.below(3) as usize];
            let at = other.len() - 4 - 4 * chance.below(500) as usize;
            other[at..at + 4].copy_from_slice(&number.to_le_bytes());
            write(manifest, &other)?;
            (format!("{number} among its weights"), true)
        }
        _ => {
            write(manifest, tensors)?;
            let whole = std::fs::read(path)?;
            let other = change::bytes(&whole, chance);
            std::fs::write(path, &other)?;
            ("damage".into(), other != whole)
        }
    })
}

/// Safetensors with another head, whose length is right.
pub fn head_changed(tensors: &[u8], chance: &mut Chance) -> Result<Vec<u8>> {
    let length = tensors.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)) as usize;
    let (head, _) = change::json(&serde_json::from_slice(&tensors[8..8 + length])?, chance);
    let head = head.to_string();
    Ok([&(head.len() as u64).to_le_bytes()[..], head.as_bytes(), &tensors[8 + length..]].concat())
}

/// Loads it and asks it about pictures, as far as it lets.
fn used(path: &Path, damaged: bool) -> Fate {
    let predictor = match Predictor::load(path, &Device::flex()) {
        Err(error) => return Fate::Refused(error.to_string()),
        Ok(_) if damaged => return Fate::Lost("what is damaged was taken".into()),
        Ok(predictor) => predictor,
    };
    for (width, height) in [(40, 36), (200, 3)] {
        let picture = firelight::image::RgbImage::from_fn(width, height, |x, y| {
            firelight::image::Rgb([(x % 256) as u8, (y % 256) as u8, 90])
        });
        match predictor.answer_picture(&picture) {
            Err(error) => return Fate::Refused(error.to_string()),
            Ok(answer) => {
                let text = serde_json::to_string(&predictor.named(&answer)).unwrap_or_default();
                if text.is_empty() || text.contains("null") {
                    return Fate::Lost(format!("it says {text:.200}"));
                }
            }
        }
    }
    Fate::Answered
}
