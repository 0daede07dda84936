//! Pictures a second in the first epoch and in later ones, without a cache and with either kind; JSON on stdout.
//!
//! `cached FOLDER [WORKERS] [ROUNDS]`: each round decodes the folder's pictures alone (the image crate), and then serves them once without a
//! cache, twice with a new one in memory, and twice with a new one in a temporary folder. `bent` is the pets pipeline (crop, flip, rotation,
//! warp, zoom, lighting), `plain` a random resized crop and a flip. Rates are medians over the rounds. The folder of the cache is in the
//! system's memory by then, as that of a data set which fits there.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use burn::tensor::Device;
use firelight_datablock::{
    Cache, Categories, CategoryBlock, DataBlock, DataError, DataLoaders, ImageBlock, IndexSplitter, image_files,
};
use firelight_transforms::{FlipItem, Normalize, RandomResizedCrop, Resize, aug_transforms};
use rayon::prelude::*;

const BATCH: usize = 64;
const BUDGET: u64 = 8 << 30;

type Rates = BTreeMap<String, Vec<f64>>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("a folder of pictures is needed: cached FOLDER [WORKERS] [ROUNDS]")?;
    let workers = arguments.next().map_or(Ok(1), |workers| workers.parse())?;
    let rounds = arguments.next().map_or(Ok(5), |rounds| rounds.parse::<usize>())?;
    let files = image_files(&folder)?;
    let mut rates = Rates::new();
    for _ in 0..rounds {
        let start = Instant::now();
        decode(&files, workers)?;
        note(&mut rates, "decoding alone", files.len() as f64 / start.elapsed().as_secs_f64());
        for (name, recipe) in [("bent", bent()), ("plain", plain())] {
            measure(&recipe, name, &files, workers, &mut rates)?;
        }
    }
    let median = |mut rates: Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let lines: Vec<_> = rates.into_iter().map(|(name, rates)| format!("  \"{name}\": {:.1}", median(rates))).collect();
    println!("{{\"pictures\": {}, \"workers\": {workers}, \"per_s\": {{\n{}\n}}}}", files.len(), lines.join(",\n"));
    Ok(())
}

type Recipe = DataBlock<ImageBlock, CategoryBlock>;

fn recipe() -> Recipe {
    let one = |_: &Path| Ok::<_, DataError>("pet".to_owned());
    DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(one))
        .with_splitter(IndexSplitter::new([0]))
        .with_normalize(Normalize::imagenet())
}

fn bent() -> Recipe {
    recipe().with_item_transform(Resize::crop(460)).with_batch_transforms(aug_transforms().size(224).min_scale(0.9))
}

fn plain() -> Recipe {
    recipe()
        .with_item_transform(RandomResizedCrop::new(224).with_scale(0.35, 1.0))
        .with_item_transform(FlipItem::new(0.5))
}

fn measure(
    recipe: &Recipe,
    name: &str,
    files: &[PathBuf],
    workers: usize,
    rates: &mut Rates,
) -> Result<(), Box<dyn Error>> {
    let loaders = recipe
        .dataloaders_of(files, &Device::flex())?
        .with_batch_size(BATCH)
        .with_workers(workers)
        .with_drop_last(false);
    note(rates, &format!("{name}, no cache"), epoch(&loaders, 0)?);
    let folder = std::env::temp_dir().join(format!("firelight-cached-{}", std::process::id()));
    for (kind, cache) in [("memory", Cache::memory(BUDGET)), ("disk", Cache::disk(&folder, BUDGET))] {
        let cached = loaders.clone().with_cache(&cache)?;
        note(rates, &format!("{name}, {kind}, first epoch"), epoch(&cached, 0)?);
        note(rates, &format!("{name}, {kind}, second epoch"), epoch(&cached, 1)?);
    }
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Pictures a second.
fn epoch(loaders: &DataLoaders<Categories>, number: usize) -> Result<f64, DataError> {
    let start = Instant::now();
    let mut pictures = 0;
    for batch in loaders.train().batches(number)? {
        pictures += batch?.len();
    }
    Ok(pictures as f64 / start.elapsed().as_secs_f64())
}

fn decode(files: &[PathBuf], threads: usize) -> Result<(), Box<dyn Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| {
        files.par_iter().with_max_len(1).for_each(|path| {
            if let Ok(bytes) = fs::read(path) {
                std::hint::black_box(image::load_from_memory(&bytes).map(image::DynamicImage::into_rgb8).ok());
            }
        });
    });
    Ok(())
}

fn note(rates: &mut Rates, name: &str, rate: f64) {
    rates.entry(name.to_owned()).or_default().push(rate);
}
