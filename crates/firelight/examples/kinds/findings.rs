//! What is found of a trained model.

use std::path::Path;

use firelight::datablock::Masks;
use firelight::models::UNet;
use firelight::prelude::*;

/// Of one that tells a class for every pixel.
pub fn of_masks(learn: &Learner<Masks, UNet>, folder: &Path) -> Result<()> {
    // ANCHOR: interpret
    let seen = learn.interpret()?;
    println!("{}", seen.report()); // IoU, Dice, recall and pixels of every class
    for pair in seen.most_confused(3) {
        println!("{} taken for {}: {} pixels", pair.actual, pair.predicted, pair.pixels);
    }
    for worst in seen.worst(3) {
        println!("{}: mean IoU {:.2}", seen.path(worst.item).display(), worst.value);
    }
    seen.save_report(folder)?; // report.html: settings, curves, these tables, the highest losses
    // ANCHOR_END: interpret
    Ok(())
}
