//! What is wrong with labels and pictures, decided and trained on. On pictures that it draws.

use firelight::doctor::{Action, Corrections, LabelErrors, Order};
use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for n in 0..90_u32 {
        let kind = n as usize % 3;
        let bright = |x: u32, y: u32| match kind {
            0 => (x * (5 + n % 4)) % 48 * 5,
            1 => (y * (5 + n % 4)) % 48 * 5,
            _ => x * y * (1 + n / 3) % 240,
        };
        let picture = RgbImage::from_fn(48, 48, |x, y| {
            let mut colour = [30 + (n % 7) as u8; 3];
            colour[kind] = bright(x, y) as u8;
            Rgb(colour)
        });
        // Number 9 is a lion.
        let name = if n == 9 { "zebra" } else { ["lion", "tiger", "zebra"][kind] };
        picture.save(folder.path().join(format!("{name}_{n}.png")))?;
    }
    std::fs::copy(folder.path().join("lion_6.png"), folder.path().join("lion_6000.png"))?;
    let file = folder.path().join("corrections.csv");
    let device = device_from_env()?;

    // ANCHOR: examine
    let block = DataBlock::from_name_re(r"(.+)_\d+\.png$")?.with_item_transform(Resize::crop(32));
    let dls = block.dataloaders(folder.path(), &device)?.with_batch_size(16);
    let learn = vision_learner(dls, Arch::Small)?; // better: a body with trained weights
    let findings = learn.examine()?;
    println!("{findings}");
    // ANCHOR_END: examine

    // ANCHOR: settings
    let how = Examination::new()
        .with_aspects([Aspect::Labels, Aspect::Duplicates]) // not outliers, not faults
        .with_folds(10)?
        .with_label_errors(LabelErrors::new().with_order(Order::Margin));
    let thorough = learn.examine_by(&how)?;
    // ANCHOR_END: settings
    println!("{} labels may be wrong", thorough.label_errors.len());

    // ANCHOR: decide
    let mut rows = findings.review(); // all suspects, to be kept until somebody decides
    for row in rows.iter_mut().filter(|row| row.item == "zebra_9.png") {
        row.action = Action::Relabel;
    }
    Corrections::of(rows)?.write(&file)?;
    // ANCHOR_END: decide

    // ANCHOR: train
    let dls = block.with_corrections(&file).dataloaders(folder.path(), &device)?.with_batch_size(16);
    if let Some(changes) = dls.changes() {
        println!("{changes}"); // 1 item(s) relabelled, 0 left out
    }
    let mut corrected = vision_learner(dls, Arch::Small)?;
    corrected.fit_one_cycle(2, 1e-2)?;
    // ANCHOR_END: train

    // ANCHOR: similar
    let index = learn.feature_index()?; // of all parts, once
    for similar in learn.similar(&index, folder.path().join("lion_6.png"), 3)? {
        println!("{:.3} {}", similar.cosine, similar.name); // lion_6.png and lion_6000.png first
    }
    // ANCHOR_END: similar
    Ok(())
}
