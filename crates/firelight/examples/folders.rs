//! Folders `train` and `valid` with a folder a class, as many sets of pictures come: `folders [ROOT]`, or on pictures that
//! it draws.

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let drawn = tempfile::tempdir()?;
    let root = match std::env::args().nth(1) {
        Some(root) => root.into(),
        None => draw(drawn.path())?,
    };
    let device = device_from_env()?;
    // ANCHOR: block
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
        .with_splitter(GrandparentSplitter::new("train", "valid"))
        .with_item_transform(Resize::crop(36))
        .with_batch_transforms(aug_transforms().size(32).max_rotate(0.0));
    // ANCHOR_END: block
    // ANCHOR: summary
    println!("{}", block.summary(&root, &device));
    // ANCHOR_END: summary

    let dls = block.dataloaders(&root, &device)?.with_batch_size(8);
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy()]);
    learn.fit_one_cycle(6, 5e-3)?;
    if let Some(row) = learn.history().epochs.last() {
        println!(
            "validation loss {:.2}, accuracy {:.2}",
            row.valid_loss.unwrap_or(f64::NAN),
            row.metrics[0].unwrap_or(f64::NAN)
        );
    }
    Ok(())
}

/// Bars that stand and bars that lie.
fn draw(root: &std::path::Path) -> Result<std::path::PathBuf> {
    for (part, count) in [("train", 24), ("valid", 8)] {
        for class in ["lying", "standing"] {
            let folder = root.join(part).join(class);
            std::fs::create_dir_all(&folder)?;
            for number in 0..count {
                let bar = |x: u32, y: u32| {
                    let place = if class == "lying" { y } else { x };
                    Rgb(if (place + number) / 4 % 2 == 0 { [230, 200, 60] } else { [30, 40, 5 * number as u8] })
                };
                RgbImage::from_fn(40, 40, bar).save(folder.join(format!("{number}.png")))?;
            }
        }
    }
    Ok(root.to_path_buf())
}
