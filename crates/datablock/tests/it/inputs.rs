//! Inputs of other channels than colours, and of several pictures.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, Column, DataBlock, DataError, DataLoaders, FittedTarget, ImageBlock, IndexSplitter, InputBlock,
    Labeller, RegressionBlock, Row, Table, TrainingColours, Values,
};
use firelight_transforms::{
    Channels, InputReader, Normalize, Picture, PictureReader, Resize, Size, TransformError, aug_transforms,
};
use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage, Rgba};
use tempfile::TempDir;

/// Four pairs of pictures of other sizes, and a table of them: `n.png` is gray of 16 bits with number 1000 · n, `n-a.png` of colours.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut table = "deep,colour,value\n".to_owned();
    for n in 1..=4_u16 {
        let place = |name: &str| folder.path().join(name);
        ImageBuffer::from_pixel(8, 6, Luma([1000 * n])).save(place(&format!("{n}.png"))).expect("a picture");
        let colour = |x: u32, _| Rgb([51 * n as u8, x as u8, 255]);
        RgbImage::from_fn(10, 12, colour).save(place(&format!("{n}-a.png"))).expect("a picture");
        writeln!(table, "{n}.png,{n}-a.png,{n}").expect("a row");
    }
    std::fs::write(folder.path().join("pairs.csv"), table).expect("a table");
    folder
}

fn block<X: InputBlock<Row> + Clone>(input: X) -> DataBlock<X, RegressionBlock<Row>> {
    DataBlock::new(input, RegressionBlock::one(Column::new("value")))
        .with_splitter(IndexSplitter::new([3]))
        .with_item_transform(Resize::squish(4))
}

fn made<X: InputBlock<Row> + Clone>(
    folder: &TempDir,
    block: &DataBlock<X, RegressionBlock<Row>>,
) -> Result<DataLoaders<Values<Row>>, DataError> {
    block.dataloaders_of(Table::read(folder.path().join("pairs.csv"))?.rows(), &Device::flex())
}

fn loaders<X: InputBlock<Row> + Clone>(folder: &TempDir, input: X) -> Result<DataLoaders<Values<Row>>, DataError> {
    made(folder, &block(input))
}

/// The error without the folder, which has another name each time.
fn said(folder: &TempDir, error: &DataError) -> String {
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

fn deep() -> ImageBlock<Row> {
    ImageBlock::gray().with_file(Column::new("deep"))
}

fn colour() -> ImageBlock<Row> {
    ImageBlock::rgb().with_file(Column::new("colour"))
}

/// The planes of the first training item.
fn planes<F: FittedTarget>(loaders: &DataLoaders<F>) -> (Vec<usize>, Vec<f32>) {
    let loaders = loaders.clone().with_batch_size(3);
    let batch =
        loaders.train().clone().with_shuffle(false).batches(0).expect("batches").next().expect("one").expect("read");
    let planes: Vec<f32> = batch.inputs.clone().to_data().iter().collect();
    (batch.inputs.dims().to_vec(), planes[..planes.len() / 3].to_vec())
}

#[test]
fn a_gray_picture_of_16_bits_is_one_plane_of_its_numbers() {
    let (shape, planes) = planes(&loaders(&folder(), deep()).expect("loaders"));
    assert_eq!(shape, [3, 1, 4, 4]);
    assert_eq!(planes, [1000.0 / 65535.0; 16]);
}

#[test]
fn a_pair_is_one_picture_after_the_other() {
    let input = (deep(), colour());
    assert_eq!(InputBlock::<Row>::channels(&input), [1, 3]);
    let reader = |channels| InputReader::File(PictureReader::new(channels));
    assert_eq!(input.reader(), Some(InputReader::Several(vec![reader(Channels::Gray), reader(Channels::Rgb)])));
    let folder = folder();
    let dls = loaders(&folder, input).expect("loaders");
    let (shape, pair) = planes(&dls);
    assert_eq!(shape, [3, 4, 4, 4]);
    assert_eq!(pair[..16], planes(&loaders(&folder, deep()).expect("loaders")).1);
    assert_eq!(pair[16..], planes(&loaders(&folder, colour()).expect("loaders")).1);
    let files: Vec<_> = dls.train().dataset().files(1).expect("files");
    assert_eq!(files, ["2.png", "2-a.png"].map(|name| folder.path().join(name)));
    let three = (deep(), colour(), deep().with_shared_files(true));
    assert_eq!(planes(&loaders(&folder, three).expect("loaders")).0, [3, 5, 4, 4]);
}

/// A file that is one item's first picture and another's second would train and validate, though each block has it once.
#[test]
fn pictures_of_a_pair_are_no_other_items() {
    let folder = folder();
    let next = || {
        ImageBlock::gray().with_file(|row: &Row| {
            let file: PathBuf = Column::new("deep").label(row)?;
            let number: f32 = row.number("value")?;
            Ok(file.with_file_name(format!("{}.png", number as usize % 4 + 1)))
        })
    };
    insta::assert_snapshot!(said(&folder, &loaders(&folder, (deep(), next())).map(drop).expect_err("shared")), @"input: pairs.csv:2 and pairs.csv:3 have one file, 2.png, which could train and validate; leave one of them out, or allow it with `ImageBlock::with_shared_files` and keep such items together with `GroupSplitter`");
    assert!(loaders(&folder, (deep(), next().with_shared_files(true))).is_ok());
}

#[test]
fn bands_of_several_files_are_one_picture() {
    let folder = folder();
    let of = |count| {
        ImageBlock::gray().with_bands(count, |row: &Row| {
            let file: PathBuf = Column::new("deep").label(row)?;
            Ok(vec![file.clone(), file.with_file_name("1.png"), file])
        })
    };
    let (shape, planes) = planes(&loaders(&folder, of(3).with_shared_files(true)).expect("loaders"));
    assert_eq!((shape, planes), (vec![3, 3, 4, 4], vec![1000.0 / 65535.0; 48]));
    insta::assert_snapshot!(said(&folder, &loaders(&folder, of(3)).map(drop).expect_err("shared")), @"input: pairs.csv:2 and pairs.csv:3 have one file, 1.png, which could train and validate; leave one of them out, or allow it with `ImageBlock::with_shared_files` and keep such items together with `GroupSplitter`");
    insta::assert_snapshot!(said(&folder, &loaders(&folder, of(2)).map(drop).expect_err("three")), @"loader: number of files = 3 of pairs.csv:2 makes no sense; tell 2, one for each band (`ImageBlock::with_bands`)");
    std::fs::remove_file(folder.path().join("1.png")).expect("removed");
    insta::assert_snapshot!(said(&folder, &loaders(&folder, of(3).with_shared_files(true)).map(drop).expect_err("gone")), @"input: 4 of 4 item(s) have a file that is not there, the first: pairs.csv:2 has 1.png; check the folder and the names, or leave these items out");
}

#[test]
fn statistics_are_measured_for_every_channel() {
    let measured = block((deep(), colour())).with_training_colours(TrainingColours::default());
    let Normalize { mean, std } = made(&folder(), &measured).expect("loaders").transforms().normalize();
    assert_eq!((mean.len(), std.len()), (4, 4));
    assert!(
        (mean[0] - 2000.0 / 65535.0).abs() < 1e-6 && (mean[1] - 0.4).abs() < 1e-4 && (mean[3] - 1.0).abs() < 1e-6,
        "{mean:?}"
    );
    assert!((std[0] - 0.012_590_784).abs() < 1e-8 && (std[3] - 1e-6).abs() < 1e-9, "{std:?}");
}

/// A file with other channels, a transform for colours, statistics for others: said before anything trains, where it can be.
#[test]
fn what_does_not_fit_is_said() {
    let folder = folder();
    let refused =
        |block: DataBlock<ImageBlock<Row>, _>| said(&folder, &made(&folder, &block).map(drop).expect_err("refused"));
    insta::assert_snapshot!(refused(block(deep()).with_normalize(Normalize::imagenet())), @"transform: statistics of 3 channels do not fit 1 channel; give Normalize a mean and a deviation for each channel, or one for all");
    insta::assert_snapshot!(refused(block(deep()).with_batch_transforms(aug_transforms().max_hue(0.1))), @"transform: lighting by hue or saturation is for red, green and blue, and the picture has 1 channel; leave it out");
    insta::assert_snapshot!(refused(block(ImageBlock::channels(0).with_file(Column::new("deep")))), @"transform: Channels has channels = 0, which must be 1 to 4096");
    let four = loaders(&folder, ImageBlock::channels(4).with_file(Column::new("colour"))).expect("loaders");
    insta::assert_snapshot!(said(&folder, &four.with_batch_size(3).one_batch().map(drop).expect_err("three")), @"pairs.csv:4: decode: 3-a.png has 3 channels, and 4 are wanted; read its own (Channels::Own(3)), gray (Channels::Gray) or colours (Channels::Rgb)");
}

#[test]
fn a_block_keeps_to_the_channels_that_it_says() {
    #[derive(Debug, Clone)]
    struct Liar;
    impl InputBlock for Liar {
        fn read(&self, _: &Path) -> Result<Picture, TransformError> {
            Ok(RgbImage::new(4, 4).into())
        }
        fn channels(&self) -> Vec<usize> {
            vec![2]
        }
    }
    let items = ["a_1.png", "b_2.png", "a_3.png"].map(Into::into);
    let labels = CategoryBlock::new(|item: &Path| Ok(item.to_string_lossy()[..1].to_owned()));
    let block =
        DataBlock::new(Liar, labels).with_splitter(IndexSplitter::new([2])).with_item_transform(Resize::crop(4));
    let dls = block.dataloaders_of(&items, &Device::flex()).expect("loaders");
    insta::assert_snapshot!(dls.with_batch_size(2).one_batch().map(drop).expect_err("three"), @"b_2.png: input: the block read 3 channel(s), and says that there are 2 (InputBlock::channels)");
}

#[test]
fn a_summary_says_what_was_read_and_what_becomes_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for n in 0..5_u8 {
        let name = |kind: &str| folder.path().join(format!("{kind}{n}.png"));
        GrayImage::from_pixel(6, 4, Luma([51 * n])).save(name("cat_")).expect("a picture");
        ImageBuffer::from_pixel(6, 4, Rgba([51 * n, 0, 0, 255_u8])).save(name("dog_")).expect("a picture");
    }
    let labels =
        CategoryBlock::new(|item: &Path| Ok(item.file_name().expect("a name").to_string_lossy()[..3].to_owned()));
    let block = DataBlock::new(ImageBlock::gray(), labels).with_item_transform(Resize::crop(Size::square(4)));
    let text = block.summary(folder.path(), &Device::flex()).to_string();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("plane") || line.contains("tensor")).collect();
    let expected = [
        "read       a plane of 6×4, numbers from 0.20 to 0.20, mean 0.20",
        "           gives a plane of 4×4, colours from 0.20 to 0.20, mean 0.20",
        "           gives a plane of 4×4, numbers from 0.20 to 0.20, mean 0.20",
        "inputs     a tensor [4, 1, 4, 4] on Device<Flex(Cpu)>, numbers from 0.00 to 0.80, mean 0.40",
    ];
    assert_eq!(lines, expected);
}
