//! What a user reads when the data is not as the recipe says.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, DataBlock, DataError, FuncSplitter, ImageBlock, IndexSplitter, InputBlock, OnError, RandomSplitter,
    RegexLabeller,
};
use firelight_transforms::{Limits, Picture, Resize, TransformError, decode};
use firelight_vocab::Vocab;

use crate::folder;

/// The text of an error, with the temporary folder's name taken out.
fn text(folder: &Path, error: &DataError) -> String {
    error.to_string().replace(&folder.display().to_string(), "pets")
}

fn refused(block: &DataBlock<ImageBlock, CategoryBlock>, folder: &Path) -> String {
    text(folder, &block.dataloaders(folder, &Device::flex()).expect_err("refused"))
}

fn block() -> DataBlock<ImageBlock, CategoryBlock> {
    DataBlock::new(ImageBlock::rgb(), folder::breeds()).with_item_transform(Resize::crop(16))
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = folder::of(&[]);
    assert_eq!(
        refused(&block(), &folder.path().join("nowhere")).replace(&folder.path().display().to_string(), "pets"),
        "source: there is no folder at pets; check the path, or download the data set first"
    );
}

#[test]
fn an_empty_folder() {
    let folder = folder::of(&[]);
    assert_eq!(
        refused(&block(), folder.path()),
        "source: no such files in pets (looked for .bmp .gif .ico .jfif .jpe .jpeg .jpg .pam .pbm .pgm .png .pnm .ppm .qoi \
         .tif .tiff .webp); check the folder, its file endings and the folder filter"
    );
}

#[test]
fn a_pattern_that_does_not_match_some_name() {
    let folder = folder::of(&["pug_1.png", "pug_2.png", "holiday.png", "pug_3.png", "pug_4.png"]);
    assert_eq!(
        refused(&block(), folder.path()),
        "labeller: the pattern \"(.+)_\\\\d+\\\\.png$\" finds no label in pets/holiday.png; change the labeller or leave the \
         file out"
    );
}

#[test]
fn labels_that_only_validation_has() {
    let folder = folder::of(&["beagle_1.png", "emu_1.png", "emu_2.png", "owl_1.png", "pug_1.png"]);
    let block = block().with_splitter(IndexSplitter::new([1, 2, 3]));
    assert_eq!(
        refused(&block, folder.path()),
        "vocab: 3 item(s) outside the training part have a label that no training item has: \"emu\" (2), \"owl\" (1); first: \
         pets/emu_1.png. Split so that every class is in the training part (`StratifiedSplitter`), leave these files out, or \
         give the block its vocab with `with_vocab`"
    );
}

#[test]
fn a_label_outside_a_given_vocab() {
    let folder = folder::of(&["beagle_1.png", "beagel_1.png", "pug_1.png", "pug_2.png", "pug_3.png"]);
    let breeds = folder::breeds().with_vocab(Vocab::ordered(["pug", "beagle"]).expect("a vocab"));
    let block = DataBlock::new(ImageBlock::rgb(), breeds).with_splitter(IndexSplitter::new([4]));
    assert_eq!(
        refused(&block, folder.path()),
        "vocab: 1 item(s) have a label that is not in the vocab that was given: \"beagel\" (1; did you mean \"beagle\"?); \
         first: pets/beagel_1.png. Correct the labels, leave these files out, or add the class(es) to the vocab"
    );
}

#[test]
fn a_split_that_leaves_a_part_empty() {
    let folder = folder::of(&["pug_1.png", "pug_2.png"]);
    assert_eq!(
        refused(&block().with_splitter(FuncSplitter::new(|_: &Path| true)), folder.path()),
        "splitter: FuncSplitter leaves the training part empty (2 items in all); choose another splitter or other parameters"
    );
    assert_eq!(
        refused(&block().with_splitter(RandomSplitter::new(1.5)), folder.path()),
        "splitter: a validation share of 1.5 is not between 0 and 1; give a share such as 0.2"
    );
}

#[test]
fn fewer_training_pictures_than_a_batch() {
    let names = folder::two_breeds(10);
    let folder = folder::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let loaders = folder::loaders(folder.path(), [8, 9]).with_batch_size(64);
    assert_eq!(
        text(folder.path(), &loaders.train().batches(0).expect_err("no batch")),
        "loader: the training part has 8 item(s) an epoch, fewer than one batch of 64, and a last partial batch is dropped; use \
         `with_batch_size(8)` or smaller, or `with_drop_last(false)`"
    );
}

#[test]
fn pictures_of_different_sizes_in_a_batch() {
    let folder = folder::of(&["pug_0.png", "pug_1.png", "pug_2.png"]);
    let block = DataBlock::new(ImageBlock::rgb(), folder::breeds()).with_splitter(IndexSplitter::new([2]));
    let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(2);
    let error = loaders.valid().clone().with_batch_size(2).batches(0).expect("an epoch").find_map(Result::err);
    assert!(error.is_none(), "one picture alone has no other size");
    let error = loaders.train().clone().with_shuffle(false).batches(0).expect("an epoch").find_map(Result::err);
    assert_eq!(
        text(folder.path(), &error.expect("mixed sizes")),
        "collate: pictures of one batch differ in size: pets/pug_0.png is 24×20, pets/pug_1.png is 25×20; add \
         `with_item_transform(Resize::crop(…))` or another transform that fixes the size"
    );
}

#[test]
fn a_truncated_picture_and_a_text_file_called_jpg() {
    let folder = folder::of(&["pug_0.jpg"]);
    let whole = std::fs::read(folder.path().join("pug_0.jpg")).expect("a file");
    std::fs::write(folder.path().join("pug_1.jpg"), &whole[..whole.len() - 20]).expect("a file");
    std::fs::write(folder.path().join("pug_2.jpg"), "a letter to the editor").expect("a file");
    for broken in ["pug_1.jpg", "pug_2.jpg"] {
        let block = DataBlock::new(
            ImageBlock::rgb(),
            CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$").expect("a pattern")),
        );
        let items = vec![folder.path().join(broken), folder.path().join("pug_0.jpg")];
        let loaders = block
            .with_splitter(IndexSplitter::new([1]))
            .with_item_transform(Resize::crop(16))
            .dataloaders_of(&items, &Device::flex())
            .expect("loaders")
            .with_batch_size(1);
        let error = loaders.train().batches(0).expect("an epoch").find_map(Result::err).expect("an error").to_string();
        assert!(error.starts_with("decode: "), "{error}");
        assert!(error.contains(broken), "{error}");
    }
}

/// A block of a user's own that decodes bytes knows of no file, and its errors name it all the same.
#[test]
fn a_picture_that_was_decoded_from_memory_is_named() {
    #[derive(Debug, Clone)]
    struct Bytes;
    impl InputBlock for Bytes {
        fn read(&self, item: &Path) -> Result<Picture, TransformError> {
            let bytes = std::fs::read(item).map_err(|why| TransformError::Read { path: item.into(), why })?;
            decode(&bytes, &Limits::default()).map(Picture::from)
        }
    }
    let folder = folder::of(&["pug_0.png", "pug_1.png"]);
    std::fs::write(folder.path().join("pug_1.png"), "a letter").expect("a file");
    let block = DataBlock::new(Bytes, folder::breeds()).with_splitter(IndexSplitter::new([0]));
    let loaders = block.with_item_transform(Resize::crop(16)).dataloaders(folder.path(), &Device::flex());
    let loaders = loaders.expect("loaders").with_batch_size(1);
    let error = text(folder.path(), &loaders.one_batch().expect_err("no picture"));
    assert!(error.starts_with("pets/pug_1.png: decode: cannot decode a picture of 8 bytes in memory: "), "{error}");
    let skipping = loaders.with_on_error(OnError::Skip);
    let error = text(folder.path(), &skipping.one_batch().expect_err("nothing left"));
    assert!(error.starts_with("loader: all 1 pictures of the training part are broken, the first: pets/pug_1.png: "));
}

/// What no test can make happen on every machine.
#[test]
fn what_the_system_says_is_passed_on() {
    let path = std::path::PathBuf::from("pets/cats");
    let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    assert_eq!(
        DataError::Unreadable { path, why: denied() }.to_string(),
        "source: cannot read pets/cats: permission denied; check its permissions"
    );
    assert_eq!(
        DataError::Workers { why: "no more threads".into() }.to_string(),
        "loader: the worker threads cannot be started: no more threads; try fewer with `with_workers`"
    );
    assert_eq!(
        DataError::Stopped { why: "capacity overflow".into() }.to_string(),
        "loader: no batch could be made: capacity overflow; please report this with the recipe"
    );
}
