//! The same slips in every format, and the whole sentence that a newcomer reads: which file, which line where there are lines, what to do.
//!
//! | | a row without a file | a duplicate | a box outside | a mask of another size, an unknown code | not readable |
//! |---|---|---|---|---|---|
//! | tables | `tables` | `tables` | here | here | `tables` |
//! | JSON beside pictures | here | here | here | – | here |
//! | VOC | here, `formats` | – | here | – | `formats` |
//! | COCO | here, `formats` | `formats` | here | here | `formats` |
//! | Oxford's lists | here, `formats` | `formats` | – | – | `formats` |
//! | masks beside pictures | here | here | – | here | `mask_files` of the transforms |
//! | runs in a table | here, `formats` | meant | – | here, `formats` | `formats` |
//! | lists in memory | here | here | – | – | `items` |

mod coco;
mod files_without_a_row;
mod lists;
mod masks_beside;
mod oxford;
mod runs;
mod side_files;
mod tables;
mod voc;

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    Beside, BoxBlock, CategoryBlock, CocoFile, CocoPicture, Column, DataBlock, FittedTarget, ImageBlock, IndexSplitter,
    InputBlock, JsonFiles, LabelledBoxBlock, MaskBlock, OxfordList, RegressionBlock, RleMasks, Row, SideFile, Table,
    TargetBlock, Voc, parent_label,
};
use firelight_transforms::Size;
use firelight_vocab::Vocab;
use image::{GrayImage, Luma, RgbImage};
use tempfile::TempDir;

/// The pictures 1.png to 4.png of 48 by 40 pixels in `images`, and files of these texts.
fn set(files: &[(&str, &str)]) -> TempDir {
    let set = tempfile::tempdir().expect("a folder");
    for folder in ["images", "masks", "xmls"] {
        std::fs::create_dir(set.path().join(folder)).expect("a folder");
    }
    for n in 1..=4 {
        RgbImage::new(48, 40).save(set.path().join(format!("images/{n}.png"))).expect("a picture");
    }
    for (name, text) in files {
        std::fs::write(set.path().join(name), text).expect("a file");
    }
    set
}

/// What making loaders of a recipe, or else the first epoch of its training part, refuses. The first item validates.
fn refused<X, Y>(block: DataBlock<X, Y>, below: &Path) -> String
where
    X: InputBlock<<Y::Fitted as FittedTarget>::Item> + Clone,
    Y: TargetBlock,
{
    let loaders = block.with_splitter(IndexSplitter::new([0])).dataloaders(below, &Device::flex());
    let batches = loaders.and_then(|loaders| {
        let train = loaders.train().clone().with_shuffle(false).with_batch_size(1);
        train.batches(0)?.try_for_each(|batch| batch.map(drop))
    });
    batches.expect_err("refused").to_string()
}

/// The same without the folder's name, which is another each time.
fn said<X, Y>(block: DataBlock<X, Y>, set: &TempDir, below: &str) -> String
where
    X: InputBlock<<Y::Fitted as FittedTarget>::Item> + Clone,
    Y: TargetBlock,
{
    let below = if below.is_empty() { set.path().to_path_buf() } else { set.path().join(below) };
    refused(block, &below).replace(&set.path().display().to_string(), "set")
}

fn names() -> Vocab {
    Vocab::ordered(["ground", "pet"]).expect("names")
}

/// Masks of the pictures: the third has these pixels.
fn masks(set: &TempDir, third: &GrayImage) {
    for n in 1..=4 {
        let mask = if n == 3 { third.clone() } else { GrayImage::new(48, 40) };
        mask.save(set.path().join(format!("masks/{n}.png"))).expect("a mask");
    }
}
