//! Labels from a table: `csv_labels [TABLE]` with the columns `file` and `label`, or on pictures that it draws.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let drawn = tempfile::tempdir()?;
    let file = std::env::args().nth(1).map_or_else(|| draw(drawn.path()), |table| Ok(table.into()))?;
    let device = device_from_env()?;
    // ANCHOR: table
    let table = Table::read(file)?; // file,label
    let block = DataBlock::new(
        ImageBlock::rgb().with_file(Column::new("file")), // told from the table's folder
        CategoryBlock::new(Column::new("label")),
    )
    .with_splitter(HoldOut::new(
        RandomSplitter::new(0.1).with_seed(1),               // a tenth is for testing
        StratifiedSplitter::new(0.25, Column::new("label")), // of the rest a quarter validates
    ))
    .with_item_transform(Resize::squish(32));
    let dls = block.dataloaders_of(table.rows(), &device)?.with_batch_size(8);
    // ANCHOR_END: table
    println!("{}", dls.vocab());
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy()]);
    learn.fit_one_cycle(4, 5e-3)?;
    for mistake in learn.interpret()?.top_losses(3) {
        println!("{:.2} {}", mistake.loss, mistake.path.display());
    }
    println!("on the third part: {:?}", learn.evaluate_on(Part::Test)?);
    Ok(())
}

/// Warm and cold pictures with names that say nothing.
fn draw(root: &Path) -> Result<PathBuf> {
    let mut table = String::from("file,label\n");
    for number in 0..40_u8 {
        let (label, red, blue) = if number % 3 == 0 { ("cold", 3 * number, 220) } else { ("warm", 220, 3 * number) };
        writeln!(table, "{number}.png,{label}")?;
        RgbImage::from_fn(32, 32, |x, y| Rgb([red, (x * y % 256) as u8, blue]))
            .save(root.join(format!("{number}.png")))?;
    }
    let file = root.join("labels.csv");
    std::fs::write(&file, table)?;
    Ok(file)
}
