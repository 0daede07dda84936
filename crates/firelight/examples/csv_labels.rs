//! Labels from a table: `csv_labels [TABLE FOLDER]` with the columns `file` and `label`, or on files that it writes.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let drawn = tempfile::tempdir()?;
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (table, folder) = match (arguments.next(), arguments.next()) {
        (Some(table), Some(folder)) => (table, folder),
        _ => draw(drawn.path())?,
    };
    let mut labels = HashMap::new();
    for row in csv::Reader::from_path(&table)?.deserialize() {
        let (file, label): (String, String) = row?;
        labels.insert(folder.join(file), label);
    }
    let mut items: Vec<PathBuf> = labels.keys().cloned().collect();
    items.sort(); // a map has no order, and a split needs one

    // ANCHOR: labels
    // any function from a path is a labeller
    let label_of = move |item: &Path| {
        let missing = || DataError::NoLabel { labeller: "the table".into(), path: item.to_path_buf() };
        labels.get(item).cloned().ok_or_else(missing)
    };
    // ANCHOR_END: labels
    let device = device_from_env()?;
    let dls = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(label_of))
        .with_splitter(RandomSplitter::new(0.25).with_seed(1))
        .with_item_transform(Resize::squish(32))
        .dataloaders_of(&items, &device)?
        .with_batch_size(8);
    println!("{}", dls.vocab());
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy()]);
    learn.fit_one_cycle(4, 5e-3)?;
    for mistake in learn.interpret()?.top_losses(3) {
        println!("{:.2} {}", mistake.loss, mistake.path.display());
    }
    Ok(())
}

/// Warm and cold pictures with names that say nothing.
fn draw(root: &Path) -> Result<(PathBuf, PathBuf)> {
    let mut table = String::from("file,label\n");
    for number in 0..40_u8 {
        let (label, red, blue) = if number % 3 == 0 { ("cold", 3 * number, 220) } else { ("warm", 220, 3 * number) };
        writeln!(table, "{number}.png,{label}")?;
        RgbImage::from_fn(32, 32, |x, y| Rgb([red, (x * y % 256) as u8, blue]))
            .save(root.join(format!("{number}.png")))?;
    }
    std::fs::write(root.join("labels.csv"), table)?;
    Ok((root.join("labels.csv"), root.to_path_buf()))
}
