//! Settings that make no sense are an error before any picture is read or memory asked for, and never a clamp.

use std::path::PathBuf;

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, DataBlock, DataError, DataLoaders, Dataset, ImageBlock, ImageFiles, IndexSplitter,
    OnError, TrainingColours, parent_label, verify_images_with,
};
use firelight_transforms::{
    CropPad, FlipItem, ItemTransform, Limits, Normalize, PictureTransforms, RandomCrop, RandomResizedCrop, RatioResize,
    Resize, Size, aug_transforms,
};

use crate::folder;

/// Files that are not there: nothing may be read.
fn items() -> Vec<PathBuf> {
    (0..40).map(|i| PathBuf::from(format!("{}/{i}.jpg", ["cat", "dog"][i % 2]))).collect()
}

fn block() -> DataBlock<ImageBlock, CategoryBlock> {
    DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(IndexSplitter::new(0..8))
}

fn loaders() -> DataLoaders<Categories> {
    block().with_item_transform(Resize::crop(16)).dataloaders_of(&items(), &Device::flex()).expect("loaders")
}

/// What a recipe's loaders say, and its summary.
fn refused(block: &DataBlock<ImageBlock, CategoryBlock>) -> String {
    let error = block.dataloaders_of(&items(), &Device::flex()).expect_err("refused").to_string();
    let folder = folder::of(&["a/1.png", "b/2.png"]);
    let summary = block.summary(folder.path(), &Device::flex()).to_string();
    assert_eq!(summary, format!("\nstopped: {error}\n"), "a summary stops there too");
    error
}

/// B13, F22, A19: sides of 0, sides and areas that no memory holds, and every other parameter.
#[test]
fn a_recipe_whose_transforms_make_no_sense_makes_no_loaders() {
    let sides = "which must be 1 to 32768";
    let item = |stage: ItemTransform| refused(&block().with_item_transform(stage));
    assert_eq!(item(Resize::crop(0).into()), format!("transform: Resize has width = 0, {sides}"));
    assert_eq!(item(Resize::squish(Size::new(32, 0)).into()), format!("transform: Resize has height = 0, {sides}"));
    assert_eq!(item(RandomCrop::new(0).into()), format!("transform: RandomCrop has width = 0, {sides}"));
    assert_eq!(item(CropPad::new(0).into()), format!("transform: CropPad has width = 0, {sides}"));
    assert_eq!(item(RandomResizedCrop::new(0).into()), format!("transform: RandomResizedCrop has width = 0, {sides}"));
    assert_eq!(item(RatioResize::new(0).into()), format!("transform: RatioResize has width = 0, {sides}"));
    assert_eq!(item(Resize::squish(40_000).into()), format!("transform: Resize has width = 40000, {sides}"));
    let most = "which must be at most 67108864, those of 8192×8192";
    assert_eq!(
        item(Resize::squish(16_000).into()),
        format!("transform: Resize has width × height = 256000000, {most}")
    );
    assert_eq!(
        item(RatioResize::new(9000).into()),
        format!("transform: RatioResize has width × height = 81000000, {most}")
    );
    assert_eq!(item(FlipItem::new(-0.1).into()), "transform: FlipItem has p = -0.1, which must be 0 to 1");
    let batch = |augment| refused(&block().with_batch_transforms(augment));
    assert_eq!(batch(aug_transforms().size(0)), format!("transform: aug_transforms has width = 0, {sides}"));
    assert_eq!(
        batch(aug_transforms().max_warp(1.5)),
        "transform: aug_transforms has max_warp × mult = 1.5, which must be 0 to 0.999"
    );
    let gray = Normalize::new([123.7, 116.3, 103.5], [58.4, 57.1, 57.4]);
    assert_eq!(
        refused(&block().with_normalize(gray)),
        "transform: Normalize has mean = 123.7, which must be -1 to 2, as colours are 0 to 1 (divide statistics of 0 to 255 by 255)"
    );
    let nothing = ImageBlock::rgb().with_limits(Limits::default().with_pixels(0));
    let nothing = DataBlock::new(nothing, CategoryBlock::new(parent_label)).with_splitter(IndexSplitter::new([0]));
    assert_eq!(refused(&nothing), "transform: Limits has pixels = 0, which must be at least 1");
    let none = verify_images_with("nowhere", &ImageFiles::new(), &Limits::default().with_file_bytes(0));
    assert_eq!(
        none.expect_err("refused").to_string(),
        "transform: Limits has file_bytes = 0, which must be at least 1"
    );
}

/// B13: transforms that come later are checked where batches are made, under `Skip` too.
#[test]
fn transforms_of_loaders_are_checked_before_a_picture_is_read() {
    let loaders = loaders().with_on_error(OnError::Skip).with_batch_size(4);
    let wrong = loaders.clone().with_normalize(Normalize::new([0.0; 3], [0.0; 3]));
    let error = "transform: Normalize has std = 0, which must be at least 0.000001 (a channel of one colour: 1)";
    for result in
        [wrong.train().batches(0).map(drop), wrong.one_batch().map(drop), wrong.check(), wrong.valid().check()]
    {
        assert_eq!(result.expect_err("refused").to_string(), error);
    }
    assert!(matches!(wrong.test(items()), Err(DataError::Transforms(_))));
    let dataset = wrong.train().dataset();
    let (fitted, input) = (dataset.fitted().clone(), dataset.input().clone());
    let transforms = PictureTransforms::new().with_item(Resize::crop(0)).into();
    assert!(matches!(Dataset::new(items(), fitted, input, transforms), Err(DataError::Transforms(_))));
}

/// F22, A19: the memory of a batch is counted before it is asked for.
#[test]
fn a_batch_that_no_memory_holds_is_refused() {
    let large = block().with_item_transform(Resize::squish(8000)).dataloaders_of(&items(), &Device::flex());
    let large = large.expect("loaders").with_batch_size(32);
    assert_eq!(
        large.train().batches(0).expect_err("refused").to_string(),
        "loader: batch size = 32 with pictures of 8000×8000, 24576 MB a batch, makes no sense; give fewer or smaller \
         pictures, at most 8 GiB together"
    );
    assert!(large.clone().with_batch_size(8).check().is_ok());
    // A batch is never larger than its part.
    let whole = loaders().with_batch_size(usize::MAX).with_drop_last(false);
    assert!(whole.check().is_ok());
}

/// U5, F10: 0 is no batch, no epoch and no sample, and thousands of threads are a slip.
#[test]
fn a_meaningless_setting_is_an_error_of_the_next_batches() {
    let say = |loaders: DataLoaders<Categories>| {
        let check = loaders.check().expect_err("refused").to_string();
        assert_eq!(loaders.one_batch().expect_err("refused").to_string(), check);
        let one = [loaders.train().batches(0).map(drop), loaders.valid().batches(0).map(drop)];
        assert!(one.into_iter().any(|result| result.is_err_and(|error| error.to_string() == check)));
        check
    };
    assert_eq!(say(loaders().with_batch_size(0)), "loader: batch size = 0 makes no sense; give at least 1");
    assert_eq!(say(loaders().with_items_an_epoch(0)), "loader: items of an epoch = 0 makes no sense; give at least 1");
    assert_eq!(
        say(loaders().with_workers(20_000)),
        "loader: workers = 20000 makes no sense; give at most 1024, or 0 for one a core"
    );
    let valid = loaders().with_batch_size(8).with_valid_batch_size(0);
    assert_eq!(
        valid.check().expect_err("refused").to_string(),
        "loader: batch size = 0 makes no sense; give at least 1"
    );
    assert!(valid.valid().batches(0).is_err() && valid.train().batches(0).is_ok());
    // Asking for numbers does not divide by 0.
    assert_eq!(loaders().with_batch_size(0).train().num_batches(), 32);
    let measured = block().with_training_colours(TrainingColours::default().with_pictures(0));
    assert_eq!(refused(&measured), "loader: pictures of the training colours = 0 makes no sense; give at least 1");
}

/// F24: an empty loader speaks of its own part, with a remedy that can be followed.
#[test]
fn a_loader_without_items_says_which() {
    let test = loaders().test(Vec::new()).expect("a loader");
    assert_eq!(
        test.batches(0).expect_err("empty").to_string(),
        "loader: the test part has no items; give it at least one"
    );
    let [train, valid] = [loaders().train().dataset().clone(), loaders().valid().dataset().clone()];
    let none = |like: &Dataset<Categories>| {
        let (fitted, input) = (like.fitted().clone(), like.input().clone());
        Dataset::new(Vec::new(), fitted, input, like.transforms().clone()).expect("a data set")
    };
    let say = |loaders: DataLoaders<Categories>| loaders.with_batch_size(4).check().expect_err("empty").to_string();
    let device = Device::flex();
    assert_eq!(
        say(DataLoaders::new(train.clone(), none(&valid), &device)),
        "loader: the validation part has no items; give it at least one"
    );
    assert_eq!(
        say(DataLoaders::new(none(&train), valid, &device)),
        "loader: the training part has no items; give it at least one"
    );
    let few = loaders().with_items_an_epoch(5).with_batch_size(8);
    assert_eq!(
        few.one_batch().expect_err("too few").to_string(),
        "loader: the training part has 5 item(s) an epoch, fewer than one batch of 8, and a last partial batch is dropped; \
         use `with_batch_size(5)` or smaller, or `with_drop_last(false)`"
    );
}
