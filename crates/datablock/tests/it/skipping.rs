//! Broken pictures under `OnError::Skip`: what is left out, where, and when there is nothing left.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    Batch, Categories, CategoryBlock, DataBlock, DataError, DataLoader, DataLoaders, FittedTarget, ImageBlock,
    IndexSplitter, OnError,
};
use firelight_transforms::{Closure, Limits, Resize};
use tempfile::TempDir;

use crate::folder;

/// Twelve pictures, four of which validate, in batches of three; those of these numbers are broken.
fn skipping(broken: &[usize]) -> (TempDir, DataLoaders<Categories>) {
    let names = folder::two_breeds(12);
    let folder = folder::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for &number in broken {
        std::fs::write(folder.path().join(&names[number]), "not a picture").expect("a file");
    }
    // The order of the names is the order of the numbers for neither; items are listed by number.
    let items: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
    let loaders = DataBlock::new(ImageBlock::rgb(), folder::breeds())
        .with_splitter(IndexSplitter::new(8..12))
        .with_item_transform(Resize::crop(16))
        .dataloaders_of(&items, &Device::flex())
        .expect("loaders")
        .with_batch_size(3)
        .with_on_error(OnError::Skip);
    (folder, loaders)
}

/// Numbers and items of an epoch's batches.
fn served<F: FittedTarget>(loader: &DataLoader<F>, done: usize) -> Result<Vec<(usize, Vec<usize>)>, DataError> {
    let told = |batch: Batch<F>| {
        assert!(!batch.is_empty());
        (batch.number, batch.items)
    };
    loader.batches_from(0, done)?.map(|batch| batch.map(told)).collect()
}

fn text(folder: &Path, error: &DataError) -> String {
    error.to_string().replace(&folder.display().to_string(), "pets")
}

/// B7, F15: a batch of which nothing is left is passed over, be it the last, the first, or several in a row.
#[test]
fn an_empty_batch_is_passed_over_and_its_number_counts() {
    // The last validation picture, alone in its batch.
    let (_folder, loaders) = skipping(&[11]);
    assert_eq!(served(loaders.valid(), 0).expect("an epoch"), [(0, vec![0, 1, 2])]);
    assert_eq!(loaders.valid().skipped().len(), 1);

    // A run of broken files that is longer than a batch, at the start.
    let (_folder, loaders) = skipping(&[0, 1, 2, 3]);
    let train = loaders.train().clone().with_shuffle(false).with_drop_last(false);
    assert_eq!(served(&train, 0).expect("an epoch"), [(1, vec![4, 5]), (2, vec![6, 7])]);
    assert_eq!(loaders.with_drop_last(false).train().num_batches(), 3);

    // One picture a batch.
    let (_folder, loaders) = skipping(&[1, 2, 5]);
    let train = loaders.with_batch_size(1).train().clone().with_shuffle(false);
    let numbers: Vec<_> = served(&train, 0).expect("an epoch").into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [0, 3, 4, 6, 7]);
}

/// B7: a resumed epoch counts as the unbroken one does, with what was passed over.
#[test]
fn a_resumed_epoch_knows_where_it_was() {
    let (_folder, loaders) = skipping(&[1, 2, 5, 7]);
    let train = loaders.with_batch_size(1).train().clone().with_shuffle(false);
    let whole = served(&train, 0).expect("an epoch");
    for (place, (number, _)) in whole.iter().enumerate() {
        assert_eq!(served(&train, number + 1).expect("the rest"), whole[place + 1..]);
    }
    assert_eq!(served(&train, 7).expect("nothing but a broken picture is left"), []);
    assert_eq!(served(&train, 100).expect("nothing is left"), []);
}

#[test]
fn one_batch_is_the_first_that_has_a_picture() {
    let (_folder, loaders) = skipping(&[0, 1, 2, 3, 4, 5, 6]);
    let batch = loaders.with_batch_size(1).one_batch().expect("a batch");
    assert_eq!(batch.items, [7]);
}

/// B31: the error of a part without a picture names its first file, not the last that anybody left out.
#[test]
fn a_part_of_which_all_is_broken_is_an_error_that_names_its_first_file() {
    let all = |part: &str, file: &str, count: usize| {
        format!(
            "loader: all {count} pictures of the {part} part are broken, the first: decode: cannot decode pets/{file}: its \
             first bytes (6e6f742061207069) belong to no picture format that is read (JPEG, PNG, GIF, WebP, BMP, TIFF, PNM, \
             QOI, ICO); replace or remove the file; check the folder with `verify_images`"
        )
    };
    for size in [1, 3, 64] {
        let (folder, loaders) = skipping(&(0..12).collect::<Vec<_>>());
        let loaders = loaders.with_batch_size(size).with_drop_last(false);
        let failed = |result: Result<_, DataError>| text(folder.path(), &result.expect_err("nothing left"));
        assert_eq!(failed(served(loaders.valid(), 0).map(drop)), all("validation", "Bengal_8.png", 4));
        assert_eq!(failed(served(loaders.train(), 0).map(drop)), all("training", "Bengal_0.png", 8));
        assert_eq!(failed(loaders.one_batch().map(drop)), all("training", "Bengal_0.png", 8));
        let items = ["pug_3.png", "Bengal_0.png"].map(|name| folder.path().join(name));
        let test = loaders.test(items.to_vec()).expect("a loader");
        assert_eq!(failed(served(&test, 0).map(drop)), all("test", "pug_3.png", 2));
    }
    // Pictures that are drawn more often are counted once.
    let (folder, loaders) = skipping(&(0..12).collect::<Vec<_>>());
    let drawn =
        loaders.with_item_weights(&[0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]).expect("weights").with_items_an_epoch(30);
    let error = served(drawn.train(), 0).expect_err("nothing left");
    let tried =
        |file: &str, count: usize| all("training", file, count).replace("of the", "that were tried of the 8 of the");
    assert_eq!(text(folder.path(), &error), tried("pug_1.png", 2));
    // So are those that a last batch leaves out.
    let error = served(&loaders_of_two(&folder), 0).expect_err("nothing left");
    assert_eq!(text(folder.path(), &error), tried("Bengal_0.png", 6));
}

/// Batches of three of the broken pictures of a folder, in order and without the last two.
fn loaders_of_two(folder: &TempDir) -> DataLoader<Categories> {
    let items: Vec<_> = folder::two_breeds(12).iter().map(|name| folder.path().join(name)).collect();
    let block = DataBlock::new(ImageBlock::rgb(), folder::breeds()).with_splitter(IndexSplitter::new(8..12));
    let loaders = block.with_item_transform(Resize::crop(16)).dataloaders_of(&items, &Device::flex()).expect("loaders");
    loaders.with_batch_size(3).with_on_error(OnError::Skip).train().clone().with_shuffle(false)
}

#[test]
fn an_iterator_that_ended_has_nothing_more() {
    let (_folder, loaders) = skipping(&(0..12).collect::<Vec<_>>());
    let mut batches = loaders.valid().batches(0).expect("an epoch");
    assert!(batches.next().is_some_and(|batch| batch.is_err()));
    assert!(batches.next().is_none() && batches.next().is_none());
    assert_eq!(batches.left(), 0);
}

/// B19: every loader has a list of its own of what it left out.
#[test]
fn what_one_loader_left_out_is_not_told_of_another() {
    let (folder, loaders) = skipping(&[2, 9]);
    let other = loaders.clone();
    served(loaders.valid(), 0).expect("an epoch");
    let names = |list: Vec<(std::path::PathBuf, String)>| list.into_iter().map(|(file, _)| file).collect::<Vec<_>>();
    assert_eq!(names(loaders.valid().skipped()), [folder.path().join("pug_9.png")]);
    assert!(loaders.train().skipped().is_empty());
    assert!(other.valid().skipped().is_empty(), "a clone starts a list");
    assert!(loaders.valid().clone().skipped().is_empty());

    let test =
        loaders.test(vec![folder.path().join("Bengal_2.png"), folder.path().join("pug_1.png")]).expect("a loader");
    served(&test, 0).expect("an epoch");
    assert_eq!(names(test.skipped()), [folder.path().join("Bengal_2.png")]);
    assert_eq!(loaders.valid().skipped().len(), 1, "a test loader has its own");

    // What changes a loader keeps its list, and a view shares it.
    let view = loaders.train().view().with_shuffle(false);
    served(&view, 0).expect("an epoch");
    assert_eq!(names(loaders.train().skipped()), [folder.path().join("Bengal_2.png")]);
    assert_eq!(loaders.with_batch_size(2).train().skipped().len(), 1);
}

/// B13: what is not the file's fault is never left out.
#[test]
fn only_broken_files_are_left_out() {
    let folder = folder::of(&["pug_0.png", "pug_1.png", "pug_2.png", "pug_3.png"]);
    let with = |block: DataBlock<ImageBlock, CategoryBlock>| {
        let block = block.with_splitter(IndexSplitter::new([0]));
        let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders");
        let loaders = loaders.with_on_error(OnError::Skip).with_batch_size(3);
        let train = loaders.train().clone().with_shuffle(false);
        let error = served(&train, 0).expect_err("an error");
        assert!(train.skipped().is_empty());
        text(folder.path(), &error)
    };
    let block = || DataBlock::new(ImageBlock::rgb(), folder::breeds());
    let refusing = Closure::new("refuse", |_, _| Err("too dark".into()));
    assert_eq!(
        with(block().with_item_transform(Resize::crop(16)).with_item_transform(refusing)),
        "pets/pug_1.png: transform: closure `refuse` failed: too dark"
    );
    assert!(with(block()).starts_with("collate: pictures of one batch differ in size"), "pictures of several sizes");
    let panicking = Closure::new("panic", |_, _| panic!("no such colour"));
    assert_eq!(
        with(block().with_item_transform(panicking)),
        "transforms: a panic on pets/pug_1.png: no such colour; code of your own returns an error where it cannot go on"
    );
    // Too large a picture is the file's fault: another one in its place would do.
    let small = ImageBlock::rgb().with_limits(Limits::default().with_pixels(500));
    let block = DataBlock::new(small, folder::breeds()).with_splitter(IndexSplitter::new([0]));
    let loaders =
        block.with_item_transform(Resize::crop(16)).dataloaders(folder.path(), &Device::flex()).expect("loaders");
    let loaders = loaders.with_on_error(OnError::Skip).with_batch_size(3);
    served(loaders.train(), 0).expect("one of 500 pixels");
    assert_eq!(loaders.train().skipped().len(), 2, "of 520 and 540 pixels");
}
