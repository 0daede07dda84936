//! How much memory a large data set takes: prints one line of JSON.
//!
//! ```text
//! scale [ITEMS [CLASSES [STEPS]]]
//! ```
//!
//! An input block makes 8×8 pictures of its own, so that nothing but the items, their targets and the learner is in memory. A million
//! items of a thousand classes are indexed and split, 200,000 of them are evaluated, and training writes a checkpoint; then a fit of
//! `STEPS` steps tells how large its checkpoints are at step 100 and at its end.

use std::path::{Path, PathBuf};
use std::time::Instant;

use firelight::prelude::*;
use firelight::transforms::{Picture, TransformError};
use image::{Rgb, RgbImage};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Draws the picture of `CLASS_NUMBER` from its name.
#[derive(Debug, Clone)]
struct Drawn;

impl InputBlock for Drawn {
    fn read(&self, item: &Path) -> Result<Picture, TransformError> {
        let hash = item
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .fold(7_u32, |hash, byte| hash.wrapping_mul(31) ^ u32::from(*byte));
        Ok(RgbImage::from_fn(8, 8, |x, y| Rgb([hash, hash >> 8, x * y].map(|colour| colour as u8))).into())
    }
}

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).filter(|argument| argument != "--bench").map(|number| number.parse());
    let mut number = |usual: usize| numbers.next().unwrap_or(Ok(usual));
    // `cargo bench` runs every benchmark of the workspace, without arguments: a small run there.
    let (items, classes, steps) = (number(20_000)?, number(100)?, number(300)?);
    let empty = memory("VmRSS:");
    let start = Instant::now();
    let dls = loaders(items, classes)?;
    let indexed = (memory("VmHWM:"), start.elapsed().as_secs_f64());

    let folder = tempfile::tempdir()?;
    let mut learn = vision_learner(dls, Backbone::from(Arch::Small))?.without_observers();
    let evaluated = learn.evaluate()?;
    let seconds = start.elapsed().as_secs_f64();
    // An epoch is not waited for: an observer stops the fit at its first step, whose checkpoint is written at its end.
    learn = learn.with_checkpoints(folder.path()).with_observer(|_: &Event| Flow::Stop);
    learn.fit(1, 1e-3)?;
    let peak = memory("VmHWM:");
    drop(learn);

    let [early, late] = checkpoints(steps)?;
    let result = json!({
        "items": items,
        "classes": classes,
        "empty_mb": empty,
        "indexed_over_empty_mb": indexed.0 - empty,
        "index_seconds": indexed.1,
        "peak_over_empty_mb": peak - empty,
        "evaluate_seconds": seconds - indexed.1,
        "valid_loss": evaluated.loss,
        "steps": steps,
        "checkpoint_at_100_steps_bytes": early,
        "checkpoint_at_the_end_bytes": late,
    });
    println!("{result}");
    Ok(())
}

/// A fifth of the items validates.
fn loaders(items: usize, classes: usize) -> Result<DataLoaders<Categories>> {
    let paths: Vec<PathBuf> = (0..items).map(|number| format!("{:03}/{number}", number % classes).into()).collect();
    let dls = DataBlock::new(Drawn, CategoryBlock::new(parent_label))
        .with_progress(Progress::hidden())
        .with_splitter(EndSplitter::last(0.2))
        .dataloaders_of(&paths, &device_from_env()?)?;
    Ok(dls.with_batch_size(256))
}

/// Bytes of the checkpoints of a fit after 100 steps, and after its last.
fn checkpoints(steps: usize) -> Result<[u64; 2]> {
    let folder = tempfile::tempdir()?;
    let (epochs, batch) = (steps.div_ceil(100), 4);
    let dls = loaders(100 * batch * 5 / 4, 4)?.with_batch_size(batch);
    let mut learn = vision_learner(dls, Backbone::from(Arch::Small))?
        .without_observers()
        .with_checkpoints(Checkpoints::in_folder(folder.path()).keeping(epochs));
    learn.fit(epochs, 1e-3)?;
    let size = |steps: usize| {
        let path = folder.path().join(format!("step-{steps:09}.checkpoint"));
        std::fs::metadata(path).map(|file| file.len())
    };
    Ok([size(100)?, size(100 * epochs)?])
}

/// Megabytes of this process, as the system tells them.
fn memory(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = status.lines().find_map(|text| text.strip_prefix(line)?.split_whitespace().next()?.parse().ok());
    kibibytes.unwrap_or(0.0) * 1024.0 / 1e6
}
