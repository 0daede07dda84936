//! What is wrong with labels and pictures, decided and trained on. On pictures that it draws.

use firelight::doctor::{Action, Correction, Corrections, LabelErrors, Order};
use firelight::prelude::*;
use firelight::transforms::Chance;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for n in 0..90_u32 {
        let kind = n as usize % 3;
        let picture = RgbImage::from_fn(48, 48, |x, y| {
            let block = Chance::new(n.into(), (x / 6).into(), (y / 6).into()).below(120) as u32;
            let mut colour = [block as u8; 3];
            colour[kind] = (100 + block / 2 + (x + y) % 48) as u8;
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
    rows.retain(|row| row.item != "zebra_9.png");
    let [item, given, suggested] = ["zebra_9.png", "zebra", "lion"].map(String::from);
    rows.push(Correction { item, given, suggested, action: Action::Relabel });
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
