//! A small set with everything: pictures of a square, whose colour is its class, with masks, corners and boxes.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    BoxBlock, CategoryBlock, DataBlock, DataLoaders, FittedTarget, ImageBlock, IndexSplitter, InputBlock, MaskBlock,
    PointBlock, TargetBlock,
};
use firelight_learner::Backbone;
use firelight_learner::models::Arch;
use firelight_transforms::{Resize, aug_transforms};
use firelight_vocab::Vocab;
use image::{GrayImage, Luma, Rgb, RgbImage};
use tempfile::TempDir;

/// Where the square of a picture is, and how long its side: in pixels of the 48 by 40 that a picture has.
#[derive(Debug, Clone, Copy)]
pub struct Square {
    pub left: u32,
    pub top: u32,
    pub side: u32,
}

impl Square {
    pub fn of(number: u32) -> Self {
        Self { left: 4 + number * 7 % 24, top: 3 + number * 5 % 18, side: 10 + number % 7 }
    }

    pub fn has(self, x: u32, y: u32) -> bool {
        (self.left..self.left + self.side).contains(&x) && (self.top..self.top + self.side).contains(&y)
    }

    pub fn area(self) -> [f32; 4] {
        [self.left, self.top, self.left + self.side, self.top + self.side].map(|side| side as f32)
    }
}

/// Twenty-four pictures of a red or a green square on grey, and their masks: 1 the square, 2 a frame that does not count.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for kind in ["pictures", "masks"] {
        std::fs::create_dir(folder.path().join(kind)).expect("a folder");
    }
    for number in 0..24 {
        let square = Square::of(number);
        let name = |kind: &str| {
            folder.path().join(kind).join(format!("{}_{number:02}.png", ["green", "red"][number as usize % 2]))
        };
        let colour = if number % 2 == 0 { [30, 200, 40] } else { [210, 40, 30] };
        let ground = |x: u32, y: u32| Rgb([90 + ((x * 5 + y * 3 + number) % 17) as u8; 3]);
        let picture = RgbImage::from_fn(48, 40, |x, y| if square.has(x, y) { Rgb(colour) } else { ground(x, y) });
        picture.save(name("pictures")).expect("a picture");
        let code = |x: u32, y: u32| u8::from(square.has(x, y));
        let mask = GrayImage::from_fn(48, 40, |x, y| Luma([if x == 0 { 255 } else { code(x, y) }]));
        mask.save(name("masks")).expect("a mask");
    }
    folder
}

pub fn number(item: &Path) -> u32 {
    item.file_stem().and_then(|stem| stem.to_str()?.split('_').nth(1)?.parse().ok()).expect("a number")
}

pub fn colour(item: &Path) -> String {
    item.file_name().and_then(|name| name.to_str()?.split('_').next()).expect("a colour").to_owned()
}

pub fn mask_file(item: &Path) -> PathBuf {
    item.parent().and_then(Path::parent).expect("a folder").join("masks").join(item.file_name().expect("a name"))
}

#[allow(clippy::unnecessary_wraps)] // a labeller may fail
pub mod blocks {
    use super::*;

    pub fn breeds() -> CategoryBlock {
        CategoryBlock::new(|item: &Path| Ok(colour(item)))
    }

    pub fn masks() -> MaskBlock {
        MaskBlock::new(Vocab::ordered(["ground", "square"]).expect("names"), |item: &Path| Ok(mask_file(item)))
    }

    pub fn corners() -> PointBlock {
        PointBlock::new(|item: &Path| {
            let [left, top, right, bottom] = Square::of(number(item)).area();
            Ok(vec![[left, top], [right, bottom]])
        })
    }

    pub fn boxes() -> BoxBlock {
        BoxBlock::new(|item: &Path| Ok(Square::of(number(item)).area()))
    }
}

pub fn loaders<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(
    folder: &TempDir,
    target: Y,
) -> DataLoaders<Y::Fitted> {
    loaders_of(ImageBlock::rgb(), folder, target)
}

pub fn loaders_of<X: InputBlock + Clone, Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(
    input: X,
    folder: &TempDir,
    target: Y,
) -> DataLoaders<Y::Fitted> {
    DataBlock::new(input, target)
        .with_splitter(IndexSplitter::new((0..24).step_by(4)))
        .with_item_transform(Resize::squish(32))
        .with_batch_transforms(aug_transforms().size(32).min_scale(0.9))
        .dataloaders(folder.path().join("pictures"), &Device::flex())
        .expect("loaders")
        .with_batch_size(6)
}

pub fn small() -> Backbone {
    Backbone::from(Arch::Small).with_dropout(0.0)
}
