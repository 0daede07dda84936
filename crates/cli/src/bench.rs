//! `firelight bench`: how fast this machine is, beside the one that the book's figures are of.

use std::thread::available_parallelism;
use std::time::Instant;

use firelight::burn::module::Module;
use firelight::burn::tensor::{Distribution, Tensor};
use firelight::image::codecs::jpeg::JpegEncoder;
use firelight::image::{ImageEncoder, RgbImage};
use firelight::layers::on_workers;
use firelight::models::{HeadConfig, Model, VisionModel};
use firelight::prelude::*;
use firelight::transforms::{Chance, InputReader, PictureTransforms, Scratch};
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::{Bench, Cli};
use crate::outcome::{can_write_json, write_json};
use crate::screen::Screen;

/// Runs at least of which the median is taken.
const RUNS: usize = 5;
/// Classes of the head.
const CLASSES: usize = 10;
/// Pictures that are read at a time.
const PICTURES: u64 = 64;
/// Medians of two cores of an AMD EPYC with AVX2 alone on a slow day, for pictures of 224 px and batches of 8.
const BOOK: [(Arch, [f64; 4]); 4] = [
    (Arch::EfficientNetLite0, [21.0, 143.0, 145.0, 653.0]),
    (Arch::MobileNetV4ConvSmall, [9.0, 65.0, 66.0, 246.0]),
    (Arch::ConvNeXtAtto, [25.0, 158.0, 174.0, 948.0]),
    (Arch::ResNet18, [49.0, 346.0, 346.0, 1215.0]),
];

/// What `bench --json` writes.
#[derive(Debug, Serialize)]
struct Speed {
    device: String,
    /// Threads that this process may use at a time.
    cores: usize,
    /// Sides of the square pictures that models see, and how many are in a batch.
    size: u32,
    batch: usize,
    /// JPEG files of 500 by 375 pixels that are decoded, augmented and normalised in a second.
    pictures_a_second: f64,
    models: Vec<Row>,
}

/// Median milliseconds.
#[derive(Debug, Serialize)]
struct Row {
    arch: Arch,
    /// An answer to one picture, and to a batch.
    answer: f64,
    answers: f64,
    /// A training step of the head on a frozen body, and of the whole network, without the optimizer's update.
    head: f64,
    whole: f64,
}

/// Times what training and answering take here, and prints a table.
pub fn bench(options: &Bench, cli: &Cli, screen: Screen) -> Result<()> {
    can_write_json(options.json.as_deref())?;
    let device = device_by_name(cli.device())?;
    let chosen = if options.arch.is_empty() { BOOK.map(|(arch, _)| arch).to_vec() } else { options.arch.clone() };
    let mut speed = Speed {
        device: cli.device().to_owned(),
        cores: available_parallelism().map_or(1, Into::into),
        size: options.size,
        batch: options.batch_size,
        pictures_a_second: reading(options)?,
        models: Vec::new(),
    };
    screen.print(format_args!(
        "{} and {} cores: {:.0} JPEG files of 500 × 375 px a second, decoded and augmented to {} px",
        speed.device, speed.cores, speed.pictures_a_second, speed.size
    ))?;
    screen.print("")?;
    let (to, batch) = ("answer to", speed.batch);
    let columns = [format!("{to} 1"), format!("{to} {batch}"), "head's step".into(), "whole step".into()];
    screen.print(line("", &columns))?;
    for arch in chosen {
        let row = row(options, arch, &device);
        let book = BOOK.iter().find(|(other, _)| *other == arch).map(|(_, figures)| figures);
        let book = book.filter(|_| (options.size, options.batch_size) == (224, 8));
        let figures = [row.answer, row.answers, row.head, row.whole];
        let cells: Vec<String> = (0..4)
            .map(|column| match book {
                Some(book) => format!("{:.0} ({:.1})", figures[column], figures[column] / book[column]),
                None => format!("{:.0}", figures[column]),
            })
            .collect();
        screen.print(line(arch.name(), &cells))?;
        speed.models.push(row);
    }
    screen.say("");
    screen.say(format_args!(
        "Milliseconds; a step is of {batch} pictures. In brackets: times what two cores of an AMD EPYC with AVX2 take."
    ));
    write_json(options.json.as_deref(), &speed)
}

fn line(name: &str, cells: &[String]) -> String {
    cells.iter().fold(format!("{name:<26}"), |line, cell| format!("{line}{cell:>15}"))
}

/// Pictures a second, read as `train` reads them for a head.
fn reading(options: &Bench) -> Result<f64> {
    let picture = RgbImage::from_fn(500, 375, |x, y| {
        let wave = |step: u32| (127.0 + 120.0 * (f64::from(x * step + y * 3) / 17.0).sin()) as u8;
        firelight::image::Rgb([wave(1), wave(2), (x * y % 251) as u8])
    });
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 92).write_image(
        picture.as_raw(),
        500,
        375,
        firelight::image::ExtendedColorType::Rgb8,
    )?;
    let transforms = PictureTransforms::new()
        .with_item(Resize::crop(options.size * 8 / 7))
        .with_augment(aug_transforms().size(options.size).min_scale(0.35).max_warp(0.0).max_rotate(0.0))
        .with_normalize(Normalize::imagenet());
    let reader = InputReader::default();
    let read = |scratch: &mut Scratch, number: u64| -> Result<()> {
        let picture = reader.decode_reduced(&[&file], |size| transforms.reduction(size))?;
        transforms.planes(&picture, Some(&mut Chance::new(1, 0, number)), scratch)?;
        Ok(())
    };
    let all = || (0..PICTURES).into_par_iter().try_for_each_init(Scratch::default, read);
    all()?;
    let (begun, mut rounds) = (Instant::now(), 0);
    while rounds < 2 || begun.elapsed().as_secs_f64() < options.seconds {
        all()?;
        rounds += 1;
    }
    Ok(f64::from(rounds) * PICTURES as f64 / begun.elapsed().as_secs_f64())
}

fn row(options: &Bench, arch: Arch, device: &Device) -> Row {
    let side = options.size as usize;
    let pictures = |count: usize| Tensor::<4>::random([count, 3, side, side], Distribution::Default, device);
    let head = HeadConfig::new(arch.features(), CLASSES);
    let model = VisionModel::new(arch.body(1, device), head.init(1, device));
    let (one, batch, seen) = (pictures(1), pictures(options.batch_size), model.for_inference());
    let trained = model.clone().train();
    let training = Tensor::from_inner(batch.clone());
    let time = |work: &(dyn Fn() + Sync)| timed(options.seconds, device, work);
    Row {
        arch,
        answer: time(&|| drop(seen.forward_in_chunks(one.clone()).into_data())),
        answers: time(&|| drop(seen.forward_in_chunks(batch.clone()).into_data())),
        head: time(&|| {
            let features = Tensor::from_inner(seen.features_in_chunks(batch.clone()));
            step(trained.classify(features));
        }),
        whole: time(&|| step(trained.forward(training.clone()))),
    }
}

/// Gradients of a loss of the scores. The loss is read, which waits for a device that works on its own.
fn step(scores: Tensor<2>) {
    let loss = (scores.clone() * scores).mean();
    drop(loss.backward());
    loss.into_data();
}

/// Median milliseconds, after two runs that are not counted.
fn timed(seconds: f64, device: &Device, work: &(dyn Fn() + Sync)) -> f64 {
    on_workers(device, || {
        work();
        work();
        let (begun, mut each) = (Instant::now(), Vec::new());
        while each.len() < RUNS || begun.elapsed().as_secs_f64() < seconds {
            let one = Instant::now();
            work();
            each.push(one.elapsed().as_secs_f64() * 1e3);
        }
        each.sort_by(f64::total_cmp);
        each[each.len() / 2]
    })
}
