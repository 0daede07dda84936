//! An input block and a transform of your own: which way a series of numbers goes, told from a picture of it.

use std::path::Path;

use firelight::prelude::*;
use firelight::transforms::{Closure, Picture, TransformError};
use image::{Rgb, RgbImage, imageops};

// ANCHOR: input
/// Draws the numbers of a text file as columns: any file becomes a picture here.
#[derive(Debug, Clone)]
struct Series;

impl InputBlock for Series {
    fn read(&self, item: &Path) -> Result<Picture, TransformError> {
        let text =
            std::fs::read_to_string(item).map_err(|why| TransformError::Read { path: item.to_path_buf(), why })?;
        let heights: Vec<u32> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let width = heights.len().max(1) as u32;
        Ok(RgbImage::from_fn(width, 32, |x, y| {
            let height = heights.get(x as usize).copied().unwrap_or(0);
            Rgb(if 32 - y <= height { [240, 180, 40] } else { [20, 20, 60] })
        })
        .into())
    }
}
// ANCHOR_END: input

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for number in 0..48_u32 {
        let (class, slope) = if number % 2 == 0 { ("rising", 1) } else { ("falling", -1) };
        let height = |x: i32| 16 + slope * (x - 16) / 2 + (x * 7 + number as i32) % 5;
        let line: Vec<String> = (0..32).map(|x| height(x).to_string()).collect();
        std::fs::write(folder.path().join(format!("{class}_{number}.txt")), line.join(" "))?;
    }
    // ANCHOR: block
    let blur = Closure::new("blur", |picture, _chance| Ok(imageops::blur(picture, 0.8)));
    let block = DataBlock::new(Series, CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.txt$")?))
        .with_files(ImageFiles::new().with_endings(["txt"]))
        .with_splitter(FuncSplitter::new(|item: &Path| item.to_string_lossy().ends_with("7.txt")))
        .with_item_transform(blur)
        .with_item_transform(Resize::squish(32))
        .with_training_colours(TrainingColours::default());
    // ANCHOR_END: block
    let device = device_from_env()?;
    println!("{}", block.summary(folder.path(), &device));
    let dls = block.dataloaders(folder.path(), &device)?.with_batch_size(9);
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy()]);
    learn.fit_one_cycle(4, 5e-3)?;
    println!("accuracy {:.2}", learn.history().epochs[3].metrics[0].unwrap_or(f64::NAN));
    Ok(())
}
