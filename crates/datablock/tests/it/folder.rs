//! Small folders of pictures to test on.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, DataBlock, DataLoaders, ImageBlock, IndexSplitter, RegexLabeller,
};
use firelight_transforms::{Resize, aug_transforms};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

/// A folder with files of these names, each a small picture of its own colours.
pub fn of(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (number, name) in names.iter().enumerate() {
        write(&folder.path().join(name), number as u32);
    }
    folder
}

/// One picture that depends on `number`.
pub fn write(path: &Path, number: u32) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    let colour = |x: u32, y: u32| Rgb([(x * 7 + number * 31) as u8, (y * 5 + number * 17) as u8, (x * y) as u8]);
    RgbImage::from_fn(24 + number % 5, 20, colour).save(path).expect("a picture");
}

/// `count` names of two breeds in turn: `Bengal_0.png`, `pug_1.png`, …
pub fn two_breeds(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{}_{i}.png", if i % 2 == 0 { "Bengal" } else { "pug" })).collect()
}

pub fn breeds() -> CategoryBlock {
    CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$").expect("a pattern"))
}

/// Augmented loaders of 16-pixel pictures whose last items validate.
pub fn loaders(folder: &Path, valid: impl IntoIterator<Item = usize>) -> DataLoaders<Categories> {
    DataBlock::new(ImageBlock::rgb(), breeds())
        .with_splitter(IndexSplitter::new(valid))
        .with_item_transform(Resize::crop(20))
        .with_batch_transforms(aug_transforms().size(16))
        .dataloaders(folder, &Device::flex())
        .expect("loaders")
}
