//! The pictures, and how a model is trained on them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firelight::datasets::{IMAGENETTE, IMAGEWOOF};
use firelight::prelude::*;
use firelight::transforms::{Filter, Limits, Picture, TransformError, open};
use image::{RgbImage, imageops};

use crate::arguments::Arguments;
use crate::trees;

pub struct Set {
    pub name: &'static str,
    pub recipe: Recipe,
    /// Of a frozen body.
    weights: Option<PathBuf>,
    pictures: Pictures,
}

/// The one way in which every method is trained.
pub enum Recipe {
    /// A head on features of a frozen body.
    Head { epochs: usize, rate: f64 },
    /// All of a small net.
    Net { epochs: usize, rate: f64 },
}

enum Pictures {
    Pets(PathBuf),
    /// With the folders of Imagenette and Imagewoof.
    Twenty([PathBuf; 2]),
}

/// Those whose pictures are there.
pub fn sets(arguments: &Arguments) -> Result<Vec<Set>> {
    let Arguments { weights, pets, imagenette, imagewoof, .. } = arguments;
    let mut sets = Vec::new();
    let head = Recipe::Head { epochs: 40, rate: 2e-3 };
    if let (Some(images), Some(_)) = (pets, weights) {
        let pictures = Pictures::Pets(images.clone());
        sets.push(Set { name: "37 breeds, frozen Lite0", recipe: head, weights: weights.clone(), pictures });
    }
    if let (Some(nette), Some(woof)) = (imagenette, imagewoof) {
        let pictures = || Pictures::Twenty([nette.clone(), woof.clone()]);
        let head = Recipe::Head { epochs: 40, rate: 2e-3 };
        if weights.is_some() {
            let (name, weights) = ("20 classes, frozen Lite0", weights.clone());
            sets.push(Set { name, recipe: head, weights, pictures: pictures() });
        }
        let net = Recipe::Net { epochs: 10, rate: 5e-3 };
        sets.push(Set {
            name: "20 classes, a small net from scratch",
            recipe: net,
            weights: None,
            pictures: pictures(),
        });
    }
    sets.retain(|set| arguments.set.as_ref().is_none_or(|name| set.name.contains(name.as_str())));
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
        let dls = match &self.pictures {
            Pictures::Pets(images) => {
                let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(?i)(.+)_\d+\.jpe?g$")?);
                // As the pets program sees them.
                DataBlock::new(ImageBlock::rgb(), breeds)
                    .with_splitter(RandomSplitter::new(0.2).with_seed(seed))
                    .with_item_transform(Resize::crop(256).with_filter(Filter::Bicubic))
                    .with_batch_transforms(aug_transforms().size(256).max_warp(0.0).max_rotate(0.0).min_scale(0.35))
                    .dataloaders(images, device)?
            }
            Pictures::Twenty(folders) => self.twenty(folders, seed, device)?,
        };
        Ok(dls.with_batch_size(32).with_seed(seed))
    }
}

impl Set {
    fn twenty(&self, folders: &[PathBuf; 2], seed: u64, device: &Device) -> Result<DataLoaders<Categories>> {
        let (train, valid) = twenty(folders, seed, self.weights.is_some())?;
        let last = IndexSplitter::new(train.len()..train.len() + valid.len());
        let items: Vec<PathBuf> = train.into_iter().chain(valid).collect();
        let classes = CategoryBlock::new(class_of);
        let augment = |side| aug_transforms().size(side).max_warp(0.0).max_rotate(0.0).min_scale(0.35);
        Ok(match self.recipe {
            Recipe::Head { .. } => DataBlock::new(ImageBlock::rgb(), classes)
                .with_splitter(last)
                .with_item_transform(Resize::crop(224).with_filter(Filter::Bicubic))
                .with_batch_transforms(augment(128))
                .dataloaders_of(&items, device)?,
            // A net need not look at what judges it after each epoch: that is a third part.
            Recipe::Net { .. } => DataBlock::new(Thumbnails::of(&items)?, classes)
                .with_splitter(HoldOut::new(last, TrainOnAll))
                .with_item_transform(Resize::crop(80))
                .with_batch_transforms(augment(64))
                .dataloaders_of(&items, device)?,
        })
    }
}

/// Pictures whose shorter side has 80 px, which are kept: a net that is trained from scratch asks for each of them many times.
#[derive(Debug, Clone)]
struct Thumbnails(Arc<BTreeMap<PathBuf, RgbImage>>);

impl Thumbnails {
    fn of(files: &[PathBuf]) -> Result<Self> {
        let small = |file: &PathBuf| {
            let picture = open(file, &Limits::default())?;
            let (width, height) = picture.dimensions();
            let side = |side: u32| (80 * side).div_ceil(width.min(height));
            Ok((file.clone(), imageops::thumbnail(&picture, side(width), side(height))))
        };
        Ok(Self(Arc::new(files.iter().map(small).collect::<Result<_>>()?)))
    }
}

impl InputBlock for Thumbnails {
    fn read(&self, file: &Path) -> std::result::Result<Picture, TransformError> {
        let kept = self.0.get(file).cloned().map(Picture::from);
        kept.ok_or_else(|| TransformError::Input { reason: format!("{} is not among the pictures", file.display()) })
    }
}

/// The class whose folder a picture is in, by its name.
fn class_of(picture: &Path) -> std::result::Result<String, DataError> {
    let folder = parent_label(picture)?;
    let class = IMAGENETTE.iter().chain(&IMAGEWOOF).find(|class| class.folder == folder);
    class.map(|class| class.name().to_owned()).ok_or_else(|| DataError::NoLabel {
        labeller: "the folders of Imagenette and Imagewoof".into(),
        path: picture.to_path_buf(),
    })
}

/// How many pictures a class trains with.
const TRAIN: usize = 100;
/// How many a class validate, where the weights have seen none of the pictures.
const VALID: usize = 100;

/// The pictures of a seed: those to train with, and those to validate on.
///
/// What trains is of `train/`, by name each so manieth of a class, others for each seed. What validates is likewise of `val/`. But weights from
/// `ImageNet` have seen most of these pictures, which were cut anew: where a body has such weights, the 50 pictures a class validate that
/// `ImageNet` itself validates on, whichever part they are in here, and none of them trains. Seed 0, which hyper-parameters are searched on,
/// validates on 50 more of `train/` instead.
fn twenty(folders: &[PathBuf; 2], seed: u64, weights: bool) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let unseen =
        |file: &PathBuf| file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"ILSVRC2012_val"));
    let (mut train, mut valid) = (Vec::new(), Vec::new());
    for (folder, classes) in folders.iter().zip([&IMAGENETTE, &IMAGEWOOF]) {
        for class in classes {
            let files = |part| image_files(folder.join(part).join(class.folder));
            let (apart, seen): (Vec<_>, Vec<_>) = files("train")?.into_iter().partition(unseen);
            if seed == 0 {
                let (more, most) =
                    spread(&seen, TRAIN * 4 / 3, seed).enumerate().partition::<Vec<_>, _>(|(at, _)| at % 4 == 3);
                train.extend(most.into_iter().map(|(_, file)| file));
                valid.extend(more.into_iter().map(|(_, file)| file));
                continue;
            }
            train.extend(spread(&seen, TRAIN, seed));
            if weights {
                valid.extend(apart.into_iter().chain(files("val")?.into_iter().filter(unseen)));
            } else {
                valid.extend(spread(&files("val")?, VALID, 0));
            }
        }
    }
    Ok((train, valid))
}

/// So many of the files at equal distances, for each of four seeds from another one on.
fn spread(files: &[PathBuf], count: usize, seed: u64) -> impl Iterator<Item = PathBuf> {
    let at = move |place: usize| (4 * place + seed as usize % 4) * files.len() / (4 * count);
    (0..count.min(files.len())).map(move |place| files[at(place)].clone())
}
