//! The classes of Imagenette and Imagewoof together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firelight::datasets::{IMAGENETTE, IMAGEWOOF, WordNetClass};
use firelight::prelude::*;
use firelight::transforms::{AugTransforms, Filter, Limits, Picture, TransformError, open};
use image::{RgbImage, imageops};

use crate::sets::crops;

/// How many pictures a class trains with, and from scratch as many validate.
const PICTURES: usize = 100;

/// For weights that are of `ImageNet`, and so have seen most pictures of both sets, which are cut anew: what validates are the 50 pictures a
/// class that `ImageNet` itself validates on, whichever part they are in here, and none of them trains.
pub fn unseen(folders: &[PathBuf; 2], seed: u64, device: &Device) -> Result<DataLoaders<Categories>> {
    let (items, train) = items(folders, seed, |train, valid| {
        [train, valid].concat().into_iter().filter(|file| is_unseen(file)).collect()
    })?;
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(class_of))
        .with_splitter(IndexSplitter::new(train..items.len()))
        .with_item_transform(Resize::crop(224).with_filter(Filter::Bicubic))
        .with_batch_transforms(crops(128));
    Ok(block.dataloaders_of(&items, device)?)
}

/// For a net from scratch, which need not look after each epoch at what judges it: that is a third part, of `val/`.
pub struct Small {
    items: Vec<PathBuf>,
    /// How many of them train; the others judge.
    train: usize,
    pictures: Thumbnails,
}

impl Small {
    pub fn read(folders: &[PathBuf; 2], seed: u64) -> Result<Self> {
        let (items, train) = items(folders, seed, |_, valid| spread(valid, PICTURES, 0).collect())?;
        Ok(Self { pictures: Thumbnails::of(&items)?, items, train })
    }

    pub fn loaders(&self, augment: AugTransforms, device: &Device) -> Result<DataLoaders<Categories>> {
        self.loaders_as(augment, class_of, device)
    }

    /// With a fifth of the labels that train moved to another class, as often to each.
    #[allow(dead_code)] // of another program
    pub fn mislabelled(&self, augment: AugTransforms, device: &Device) -> Result<DataLoaders<Categories>> {
        let names: Vec<&str> = IMAGENETTE.iter().chain(&IMAGEWOOF).map(WordNetClass::name).collect();
        let mut moved = BTreeMap::new();
        for (at, file) in self.items[..self.train].iter().step_by(5).enumerate() {
            let class = class_of(file)?;
            let own = names.iter().position(|name| *name == class).unwrap_or_default();
            moved.insert(file.clone(), names[(own + 1 + at % (names.len() - 1)) % names.len()].to_owned());
        }
        let label = move |file: &Path| moved.get(file).map_or_else(|| class_of(file), |class| Ok(class.clone()));
        self.loaders_as(augment, label, device)
    }

    fn loaders_as(
        &self,
        augment: AugTransforms,
        label: impl Fn(&Path) -> std::result::Result<String, DataError> + Clone + Send + Sync + 'static,
        device: &Device,
    ) -> Result<DataLoaders<Categories>> {
        let block = DataBlock::new(self.pictures.clone(), CategoryBlock::new(label))
            .with_splitter(HoldOut::new(IndexSplitter::new(self.train..self.items.len()), TrainOnAll))
            .with_item_transform(Resize::crop(80))
            .with_batch_transforms(augment);
        Ok(block.dataloaders_of(&self.items, device)?)
    }
}

/// The pictures of a seed, and how many of them train, before those that judge. What trains is of `train/`, by name each so manieth of a class, others for each seed.
/// Seed 0, which hyper-parameters are searched on, is judged by a third as many more of these, and by none of the others.
fn items(
    folders: &[PathBuf; 2],
    seed: u64,
    judging: impl Fn(&[PathBuf], &[PathBuf]) -> Vec<PathBuf>,
) -> Result<(Vec<PathBuf>, usize)> {
    let (mut train, mut valid) = (Vec::new(), Vec::new());
    for (folder, classes) in folders.iter().zip([&IMAGENETTE, &IMAGEWOOF]) {
        for class in classes {
            let files = |part| image_files(folder.join(part).join(class.folder));
            let all = files("train")?;
            let shown: Vec<PathBuf> = all.iter().filter(|file| !is_unseen(file)).cloned().collect();
            if seed == 0 {
                for (at, file) in spread(&shown, PICTURES * 4 / 3, seed).enumerate() {
                    if at % 4 == 3 { valid.push(file) } else { train.push(file) }
                }
            } else {
                train.extend(spread(&shown, PICTURES, seed));
                valid.extend(judging(&all, &files("val")?));
            }
        }
    }
    let count = train.len();
    train.extend(valid);
    Ok((train, count))
}

/// Whether no weights of `ImageNet` have been trained on it.
fn is_unseen(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"ILSVRC2012_val"))
}

/// So many of the files at equal distances, for each of four seeds from another one on.
fn spread(files: &[PathBuf], count: usize, seed: u64) -> impl Iterator<Item = PathBuf> {
    let at = move |place: usize| (4 * place + seed as usize % 4) * files.len() / (4 * count);
    (0..count.min(files.len())).map(move |place| files[at(place)].clone())
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
