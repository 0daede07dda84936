//! `fine_tune` of a learner, as a program has it, on pictures that cost little to make.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use firelight::image::{Rgb, RgbImage};
use firelight::prelude::*;
use firelight::transforms::Picture;
use serde_json::{Map, Value, json};

use crate::Asked;

const CLASSES: usize = 8;
/// With a frozen body, and of everything.
const EPOCHS: [usize; 2] = [1, 3];
/// In an epoch; and in one where no time is to be spent.
const STEPS: [usize; 2] = [24, 3];

/// Stripes, the finer the higher the class, with a phase and a colour by the item's number. An item is called as `3_117`.
#[derive(Debug, Clone)]
struct Stripes {
    side: u32,
}

impl InputBlock for Stripes {
    fn read(&self, item: &Path) -> Result<Picture, TransformError> {
        let name = item.to_string_lossy();
        let (class, number) = name.split_once('_').unwrap_or_default();
        let [class, number] = [class, number].map(|digits| digits.parse::<f32>().unwrap_or_default());
        let wave = |x: u32| (127.0 + 100.0 * (x as f32 * (0.1 + 0.2 * class) + number).sin()) as u8;
        let row: Vec<u8> = (0..self.side).map(wave).collect();
        let pixel = |x: u32, _| Rgb([row[x as usize], 255 - row[x as usize], (number * 37.0) as u8]);
        Ok(RgbImage::from_fn(self.side, self.side, pixel).into())
    }
}

/// The median time between the last epoch's steps, how often the learner waited for the device, and whether anything was learned.
pub fn tune(asked: &Asked, device: &Device) -> Result<Map<String, Value>> {
    let steps = STEPS[usize::from(asked.seconds <= 0.0)];
    // Each batch has all classes, so that neither part has one that the other has not.
    let name = |number| format!("{}_{number}", number % CLASSES.min(asked.batch)).into();
    let items: Vec<PathBuf> = (0..asked.batch * (steps + 1)).map(name).collect();
    let classes = CategoryBlock::new(RegexLabeller::file_name(r"^(\d+)_")?);
    let dls = DataBlock::new(Stripes { side: asked.side as u32 }, classes)
        .with_splitter(IndexSplitter::new(0..asked.batch))
        .dataloaders_of(&items, device)?
        .with_batch_size(asked.batch);
    let done = Arc::new(Mutex::new(Vec::new()));
    let note = done.clone();
    let observer = move |event: &Event| {
        if let (Event::Step(_), Ok(mut done)) = (event, note.lock()) {
            done.push(Instant::now());
        }
        Flow::Continue
    };
    let mut learn = vision_learner(dls, asked.arch)?.without_observers().with_observer(observer);
    learn = learn.with_precision(asked.precision);
    let begun = Instant::now();
    learn.fine_tune_from(EPOCHS[0], EPOCHS[1], 1e-3)?;
    let seconds = begun.elapsed().as_secs_f64();
    let done = done.lock().map_err(|error| error.to_string())?;
    let last = &done[done.len().saturating_sub(steps)..];
    let mut each: Vec<f64> = last.windows(2).map(|pair| 1e3 * (pair[1] - pair[0]).as_secs_f64()).collect();
    each.sort_by(f64::total_cmp);
    let history = learn.history();
    let waits = learn.readings().count() as f64;
    let validated = history.epochs.len() as f64;
    Ok(Map::from_iter([
        ("ms".into(), json!(each.get(each.len() / 2))),
        ("seconds".into(), json!(seconds)),
        ("waits".into(), json!(waits)),
        // A batch of validation, at the end of each epoch, is waited for once.
        ("waits_a_step".into(), json!((waits - validated) / history.steps.len() as f64)),
        ("losses".into(), json!(history.epochs.iter().map(|row| row.train_loss).collect::<Vec<f64>>())),
        ("accuracy".into(), json!(history.last("accuracy"))),
    ]))
}
