//! Statistics come from the training part alone.

#![allow(clippy::float_cmp, reason = "black is exactly 0")]

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, DataBlock, DataLoaders, ImageBlock, IndexSplitter, TrainingColours, parent_label,
};
use firelight_transforms::{Normalize, Resize};
use image::{Rgb, RgbImage};

/// Eight black and white pictures to train on, two bright red ones to validate.
fn cells() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("cell")).expect("a folder");
    for number in 0..10_u8 {
        let colour = if number >= 8 { [255, 0, 0] } else { [255 * (number % 2); 3] };
        let picture = RgbImage::from_pixel(10, 10, Rgb(colour));
        picture.save(folder.path().join(format!("cell/{number}.png"))).expect("a picture");
    }
    folder
}

fn block() -> DataBlock<ImageBlock, CategoryBlock> {
    DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
        .with_splitter(IndexSplitter::new([8, 9]))
        .with_item_transform(Resize::crop(10))
}

fn measured(folder: &tempfile::TempDir, colours: TrainingColours) -> Normalize {
    let block = block().with_training_colours(colours);
    block.dataloaders(folder.path(), &Device::flex()).expect("loaders").transforms().normalize()
}

#[test]
fn the_training_pictures_are_normalised_to_mean_0_and_deviation_1() {
    let folder = cells();
    let Normalize { mean, std } = measured(&folder, TrainingColours::default());
    // 800 pixels, half of them white: the unbiased deviation is √(¼ · 800 ÷ 799)
    for (mean, std) in mean.into_iter().zip(std) {
        assert!((mean - 0.5).abs() < 1e-6 && (std - 0.500_313).abs() < 1e-5, "{mean}, {std}");
    }
    let loaders = block().with_training_colours(TrainingColours::default());
    let loaders = loaders.dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(8);
    let planes: Vec<f32> = loaders.one_batch().expect("a batch").inputs.into_data().iter().collect();
    let mean = planes.iter().sum::<f32>() / planes.len() as f32;
    assert!(mean.abs() < 1e-5, "{mean}");
}

#[test]
fn a_sample_is_spread_over_the_training_part_and_broken_pictures_do_not_count() {
    let folder = cells();
    // items 0 and 4, both black
    assert_eq!(measured(&folder, TrainingColours::default().with_pictures(2)).mean, [0.0; 3]);
    for number in 1..8 {
        std::fs::write(folder.path().join(format!("cell/{number}.png")), "no picture").expect("a file");
    }
    assert_eq!(measured(&folder, TrainingColours::default()).mean, [0.0; 3]);

    std::fs::write(folder.path().join("cell/0.png"), "").expect("a file");
    let block = block().with_training_colours(TrainingColours::default());
    let error = block.dataloaders(folder.path(), &Device::flex()).expect_err("nothing to measure").to_string();
    assert_eq!(
        error.replace(&folder.path().display().to_string(), "cells"),
        "normalize: none of the 8 training picture(s) of the sample has colours to measure: decode: cannot decode \
         cells/cell/0.png: the file is empty; replace or remove the file; check the folder with `verify_images`, or give \
         the statistics with `with_normalize`"
    );
}

#[test]
fn what_is_given_last_counts() {
    let folder = cells();
    let given = block().with_training_colours(TrainingColours::default()).with_normalize(Normalize::mnist());
    let given = given.dataloaders(folder.path(), &Device::flex()).expect("loaders");
    assert_eq!(given.transforms().normalize(), Normalize::mnist());
}

fn mean_of(loader: &firelight_datablock::DataLoader<firelight_datablock::Categories>) -> f32 {
    let batch = loader.batches(0).expect("an epoch").next().expect("a batch").expect("a batch");
    batch.inputs.into_data().iter::<f32>().next().expect("a number")
}

/// B18: normalising loaders leaves each part its other transforms.
#[test]
fn each_part_keeps_its_own_transforms_when_it_is_normalised() {
    let folder = cells();
    let of = |side: u32, mean: f32| {
        let block =
            block().with_item_transform(Resize::squish(side)).with_normalize(Normalize::new([mean; 3], [1.0; 3]));
        block.dataloaders(folder.path(), &Device::flex()).expect("loaders")
    };
    let (train, valid) = (of(8, 0.0), of(6, 0.5));
    let loaders = DataLoaders::new(train.train().dataset().clone(), valid.valid().dataset().clone(), &Device::flex());
    let loaders = loaders.with_batch_size(2);
    assert_eq!(mean_of(loaders.valid()), 0.5, "red less a half");
    let loaders = loaders.with_normalize(Normalize::new([0.25; 3], [1.0; 3]));
    let size = |loader: &firelight_datablock::DataLoader<_>| {
        loader.dataset().transforms().output_size().map(|size| size.width)
    };
    assert_eq!((size(loaders.train()), size(loaders.valid())), (Some(8), Some(6)));
    assert_eq!(mean_of(loaders.valid()), 0.75);
    assert_eq!(loaders.train().dataset().transforms().normalize().mean, [0.25; 3]);
    // The pictures without labels are seen as validation sees its own.
    let test = loaders.test(vec![folder.path().join("cell/9.png")]).expect("a loader");
    let batch = test.batches(0).expect("an epoch").next().expect("a batch").expect("a batch");
    assert_eq!(batch.inputs.dims(), [1, 3, 6, 6]);
}

/// F29: to wish for no normalisation is not to have no wish.
#[test]
fn no_normalisation_is_a_choice_like_any_other() {
    let folder = cells();
    let loaders = |block: DataBlock<ImageBlock, CategoryBlock>| {
        block.dataloaders(folder.path(), &Device::flex()).expect("loaders")
    };
    assert!(!loaders(block()).normalize_is_set());
    assert!(loaders(block().with_normalize(Normalize::none())).normalize_is_set());
    assert!(loaders(block()).with_normalize(Normalize::none()).normalize_is_set());
    assert!(loaders(block().with_training_colours(TrainingColours::default())).normalize_is_set());
}

/// F29: a channel of one colour does not make huge numbers of another picture.
#[test]
fn a_channel_of_one_colour_is_only_shifted() {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, red) in [7_u8, 7, 7, 9].into_iter().enumerate() {
        std::fs::create_dir_all(folder.path().join("cell")).expect("a folder");
        let picture = RgbImage::from_fn(4, 4, |x, y| Rgb([red, (x * 60) as u8, (y * 60) as u8]));
        picture.save(folder.path().join(format!("cell/{number}.png"))).expect("a picture");
    }
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
        .with_splitter(IndexSplitter::new([3]))
        .with_training_colours(TrainingColours::default());
    let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders");
    let normalize = loaders.transforms().normalize();
    assert_eq!(normalize.std[0], 1.0 / 255.0);
    assert!((mean_of(loaders.valid()) - 2.0).abs() < 1e-3, "two of a byte's steps");
}
