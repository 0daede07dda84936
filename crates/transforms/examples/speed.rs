//! How fast the pets pipeline is over a folder: `speed FOLDER [THREADS,THREADS…] [ROUNDS]`, JSON on stdout.
//!
//! For each number of threads, decoding alone (the image crate, bytes in memory to RGB) and the whole pipeline take turns
//! over the same files, so that other work on the machine slows both alike. Rates are of the fastest round. `digest` is over
//! every bit of every plane: the same for any number of threads and on any machine.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use firelight_transforms::{
    Chance, Limits, Normalize, PictureTransforms, Resize, Scratch, Size, aug_transforms, decode, open,
};
use rayon::prelude::*;

const BATCH: usize = 64;
const SIZE: Size = Size::square(224);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("a folder of pictures is needed: speed FOLDER [THREADS,…] [ROUNDS]")?;
    let threads = arguments.next().unwrap_or_else(|| "1,2".into());
    let rounds = arguments.next().map_or(Ok(5), |rounds| rounds.parse::<usize>())?;
    let paths = pictures(Path::new(&folder))?;
    let mut lines = Vec::new();
    for threads in threads.split(',') {
        lines.push(measure(&paths, threads.parse()?, rounds)?);
    }
    println!(
        "{{\"pictures\": {}, \"runs\": [\n{}\n], \"peak_rss_mb\": {}}}",
        paths.len(),
        lines.join(",\n"),
        peak_rss_mb()
    );
    Ok(())
}

fn measure(paths: &[PathBuf], threads: usize, rounds: usize) -> Result<String, Box<dyn Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let (mut bare, mut whole, mut transform) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    let mut digest = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        pool.install(|| decode_all(paths));
        bare = bare.min(start.elapsed().as_secs_f64());

        let start = Instant::now();
        digest = pool.install(|| pipeline(paths));
        whole = whole.min(start.elapsed().as_secs_f64());
    }
    let decoded: Vec<_> = paths.iter().filter_map(|path| open(path, &Limits::default()).ok()).collect();
    for _ in 0..rounds {
        let start = Instant::now();
        pool.install(|| transform_all(&decoded));
        transform = transform.min(start.elapsed().as_secs_f64());
    }
    let rate = |seconds: f64| paths.len() as f64 / seconds;
    Ok(format!(
        "  {{\"threads\": {threads}, \"pipeline_per_s\": {:.1}, \"decode_per_s\": {:.1}, \"transform_per_s\": {:.1}, \
         \"of_decode\": {:.3}, \"digest\": \"{digest:016x}\"}}",
        rate(whole),
        rate(bare),
        rate(transform),
        bare / whole,
    ))
}

fn pets() -> PictureTransforms {
    PictureTransforms::new()
        .with_item(Resize::crop(460))
        .with_augment(aug_transforms().size(SIZE).min_scale(0.9))
        .with_normalize(Normalize::imagenet())
}

/// Batches of 64 in one buffer, filled in parallel; the digest of all of them.
fn pipeline(paths: &[PathBuf]) -> u64 {
    let transforms = pets();
    let mut batch = vec![0.0; BATCH * SIZE.planes()];
    let mut digest = 0xCBF2_9CE4_8422_2325_u64;
    for (number, paths) in paths.chunks(BATCH).enumerate() {
        let batch = &mut batch[..paths.len() * SIZE.planes()];
        let jobs = paths.par_iter().zip(batch.par_chunks_exact_mut(SIZE.planes())).enumerate().with_max_len(1);
        jobs.for_each_init(Scratch::default, |scratch, (i, (path, planes))| {
            let mut chance = Chance::new(42, 0, (number * BATCH + i) as u64);
            let done = open(path, &Limits::default())
                .and_then(|picture| transforms.apply(&picture, Some(&mut chance), scratch, planes));
            if let Err(error) = done {
                eprintln!("skipped: {error}");
                planes.fill(0.0);
            }
        });
        // Every 7th number, so that the digest costs nothing beside the pipeline.
        for number in batch.iter().step_by(7) {
            digest = (digest ^ u64::from(number.to_bits())).wrapping_mul(0x0100_0000_01B3);
        }
    }
    digest
}

fn decode_all(paths: &[PathBuf]) {
    paths.par_iter().with_max_len(1).for_each(|path| {
        if let Ok(bytes) = fs::read(path) {
            std::hint::black_box(image::load_from_memory(&bytes).map(image::DynamicImage::into_rgb8).ok());
        }
    });
}

fn transform_all(pictures: &[image::RgbImage]) {
    let transforms = pets();
    let work = || (Scratch::default(), vec![0.0; SIZE.planes()]);
    pictures.par_iter().enumerate().with_max_len(1).for_each_init(work, |(scratch, planes), (i, picture)| {
        let mut chance = Chance::new(42, 0, i as u64);
        std::hint::black_box(transforms.apply(picture, Some(&mut chance), scratch, planes).ok());
    });
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.retain(|path| fs::read(path).is_ok_and(|bytes| decode(&bytes, &Limits::default()).is_ok()));
    paths.sort();
    if paths.is_empty() {
        return Err(format!("no pictures in {}", folder.display()).into());
    }
    Ok(paths)
}

/// The most memory this process ever held, from Linux; 0 elsewhere.
fn peak_rss_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}
