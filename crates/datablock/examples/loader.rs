//! How fast batches come, whether a trainer waits for them, and what an index of many files takes; JSON on stdout.
//!
//! - `loader FOLDER [WORKERS,…] [EPOCHS]`: the pets pipeline through `DataLoaders`, batches of 64, over the folder's pictures,
//!   drawn with replacement to at least 1,000. `waited_share` is the share of an epoch that a trainer waits, its first batch aside, when
//!   its steps take a quarter longer than a batch takes to make.
//! - `loader --index FILES`: makes that many empty files in a temporary folder (which takes longer; `TMPDIR=/dev/shm` helps),
//!   and finds, splits and labels them.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, DataBlock, DataError, DataLoader, ImageBlock, IndexSplitter, RandomSplitter,
    RegexLabeller, image_files,
};
use firelight_transforms::{Normalize, Resize, aug_transforms};

const BATCH: usize = 64;
const LEAST: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--index", files] => index(files.parse()?),
        [folder] => serve(Path::new(folder), "1,2", 3),
        [folder, workers] => serve(Path::new(folder), workers, 3),
        [folder, workers, epochs] => serve(Path::new(folder), workers, epochs.parse()?),
        _ => Err("usage: loader FOLDER [WORKERS,…] [EPOCHS], or loader --index FILES".into()),
    }
}

fn serve(folder: &Path, workers: &str, epochs: usize) -> Result<(), Box<dyn Error>> {
    let items = image_files(folder)?;
    let pets = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(|_: &Path| Ok::<_, DataError>("pet".to_owned())))
        .with_splitter(IndexSplitter::new([0]))
        .with_item_transform(Resize::crop(460))
        .with_batch_transforms(aug_transforms().size(224).min_scale(0.9))
        .with_normalize(Normalize::imagenet());
    let loaders = pets.dataloaders_of(&items, &Device::flex())?.with_batch_size(BATCH);
    let pictures = LEAST.max(items.len());
    let loaders = loaders.with_item_weights(&vec![1.0; items.len() - 1])?.with_items_an_epoch(pictures);
    let mut runs = Vec::new();
    for workers in workers.split(',') {
        let train = loaders.clone().with_workers(workers.parse()?).train().clone();
        let pictures = (train.num_batches() * BATCH) as f64;
        let (mut seconds, mut memory) = (Vec::new(), Vec::new());
        for number in 0..epochs {
            seconds.push(epoch(&train, number, Duration::ZERO)?.0);
            memory.push(resident("VmRSS:") / MB);
        }
        seconds.sort_by(f64::total_cmp);
        let whole = seconds[seconds.len() / 2];
        let step = Duration::from_secs_f64(1.25 * whole / train.num_batches() as f64);
        let (slow, waited) = epoch(&train, epochs, step)?;
        runs.push(format!(
            "  {{\"workers\": {workers}, \"loader_per_s\": {:.1}, \"waited_share\": {:.4}, \"rss_mb_after_epochs\": {memory:?}}}",
            pictures / whole,
            waited / slow,
        ));
    }
    println!(
        "{{\"batch\": {BATCH}, \"runs\": [\n{}\n], \"peak_rss_mb\": {}}}",
        runs.join(",\n"),
        resident("VmHWM:") / MB
    );
    Ok(())
}

/// Seconds of an epoch whose steps take `step`, and seconds waited for batches after the first.
fn epoch(train: &DataLoader<Categories>, number: usize, step: Duration) -> Result<(f64, f64), DataError> {
    let start = Instant::now();
    let mut batches = train.batches(number)?;
    let (mut waited, mut first) = (0.0, true);
    loop {
        let asked = Instant::now();
        let Some(batch) = batches.next() else { break };
        let batch = batch?;
        if !std::mem::take(&mut first) {
            waited += asked.elapsed().as_secs_f64();
        }
        sleep(step);
        drop(batch);
    }
    Ok((start.elapsed().as_secs_f64(), waited))
}

fn index(files: usize) -> Result<(), Box<dyn Error>> {
    let root = std::env::temp_dir().join(format!("firelight-index-{}", std::process::id()));
    let made = many(&root, files).and_then(|()| measure_index(&root, files));
    fs::remove_dir_all(&root)?;
    made
}

/// A thousand files a folder, named as the Oxford set names its own.
fn many(root: &Path, files: usize) -> Result<(), Box<dyn Error>> {
    for number in 0..files {
        let folder = root.join(format!("part_{:04}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(&folder)?;
        }
        fs::File::create(folder.join(format!("breed_of_class_{:02}_{number}.jpg", number % 37)))?;
    }
    Ok(())
}

fn measure_index(root: &Path, files: usize) -> Result<(), Box<dyn Error>> {
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+.jpg$")?))
        .with_splitter(RandomSplitter::new(0.2));
    let before = resident("VmRSS:");
    let start = Instant::now();
    let loaders = block.dataloaders(root, &Device::flex())?;
    let seconds = start.elapsed().as_secs_f64();
    let bytes = |kind| resident(kind).saturating_sub(before) as f64 / files as f64;
    println!(
        "{{\"files\": {}, \"index_s\": {seconds:.2}, \"bytes_a_file\": {:.0}, \"bytes_a_file_at_peak\": {:.0}}}",
        loaders.train().dataset().len() + loaders.valid().dataset().len(),
        bytes("VmRSS:"),
        bytes("VmHWM:")
    );
    Ok(())
}

const MB: u64 = 1 << 20;

/// Memory of this process in bytes, now (`VmRSS:`) or at most so far (`VmHWM:`), from Linux; 0 elsewhere.
fn resident(kind: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(kind));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}
