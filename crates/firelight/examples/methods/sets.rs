//! What is trained on, and how.

use std::path::{Path, PathBuf};

use firelight::prelude::*;
use firelight::transforms::{AugTransforms, Filter};

use crate::arguments::Arguments;
use crate::{trees, twenty};

/// Pictures, and the one way in which every method is trained on them.
pub struct Set {
    pub name: &'static str,
    batch: usize,
    pub epochs: usize,
    pub rate: f64,
    /// Of a frozen body, on whose features a head is trained; without them all of a small net is.
    pub weights: Option<PathBuf>,
    pictures: Pictures,
}

enum Pictures {
    Pets(PathBuf),
    /// With the folders of Imagenette and Imagewoof.
    Twenty([PathBuf; 2]),
}

/// Those whose pictures are there.
pub fn sets(arguments: &Arguments) -> Result<Vec<Set>> {
    let Arguments { weights, pets, imagenette, imagewoof, .. } = arguments;
    let pets = || pets.clone().map(Pictures::Pets);
    let twenty = || Some(Pictures::Twenty([imagenette.clone()?, imagewoof.clone()?]));
    let frozen = |name, batch, pictures: Option<Pictures>| {
        Some(Set { name, batch, epochs: 40, rate: 2e-3, weights: Some(weights.clone()?), pictures: pictures? })
    };
    let fresh = |name, pictures: Option<Pictures>| {
        Some(Set { name, batch: 32, epochs: 10, rate: 5e-3, weights: None, pictures: pictures? })
    };
    let all = [
        frozen("37 breeds, frozen Lite0", 32, pets()),
        frozen("20 classes, frozen Lite0", 64, twenty()),
        fresh("20 classes, a small net from scratch", twenty()),
    ];
    let wanted = |set: &Set| arguments.set.as_ref().is_none_or(|name| set.name.contains(name.as_str()));
    let sets: Vec<Set> = all.into_iter().flatten().filter(wanted).collect();
    if sets.is_empty() {
        return Err("no set has its pictures: give --pets with --weights, or --imagenette with --imagewoof".into());
    }
    Ok(sets)
}

impl Set {
    pub fn body(&self) -> Backbone {
        match &self.weights {
            Some(file) => efficientnet_lite0().with_weights(file),
            None => Arch::Small.into(),
        }
    }

    pub fn tree(&self, vocab: &Vocab) -> Result<ClassTree> {
        let taxonomy = match self.pictures {
            Pictures::Pets(_) => trees::pets(vocab)?,
            Pictures::Twenty(_) => trees::twenty()?,
        };
        Ok(ClassTree::new(&taxonomy, vocab)?)
    }

    pub fn loaders(&self, seed: u64, device: &Device) -> Result<DataLoaders<Categories>> {
        let dls = match (&self.pictures, &self.weights) {
            (Pictures::Pets(images), _) => pets(images, crops(256), seed, device)?,
            (Pictures::Twenty(folders), Some(_)) => twenty::unseen(folders, seed, device)?,
            (Pictures::Twenty(folders), None) => twenty::Small::read(folders, seed)?.loaders(crops(64), device)?,
        };
        Ok(dls.with_batch_size(self.batch).with_seed(seed))
    }
}

/// Breeds as the pets program sees them.
pub fn pets(images: &Path, augment: AugTransforms, seed: u64, device: &Device) -> Result<DataLoaders<Categories>> {
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(?i)(.+)_\d+\.jpe?g$")?);
    let block = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(RandomSplitter::new(0.2).with_seed(seed))
        .with_item_transform(Resize::crop(256).with_filter(Filter::Bicubic))
        .with_batch_transforms(augment);
    Ok(block.dataloaders(images, device)?)
}

/// Crops and flips of one size, as all sets have them.
pub fn crops(side: u32) -> AugTransforms {
    aug_transforms().size(side).max_warp(0.0).max_rotate(0.0).min_scale(0.35)
}
