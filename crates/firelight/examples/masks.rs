//! A class for every pixel: a disc and a bar on a ground, drawn here with their masks beside them.

use std::path::Path;

use firelight::datablock::Beside;
use firelight::learner::metrics::{class_iou, mean_iou};
use firelight::prelude::*;
use image::{GrayImage, Luma, Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (pictures, masks) = (folder.path().join("pictures"), folder.path().join("masks"));
    draw(&pictures, &masks)?;

    // ANCHOR: masks
    let names = Vocab::ordered(["ground", "disc", "bar"])?; // code 0, 1 and 2 of a mask
    let dls = DataBlock::new(ImageBlock::rgb(), MaskBlock::new(names.clone(), Beside::new(&masks, "png")))
        .with_item_transform(Resize::squish(32))
        .with_batch_transforms(aug_transforms())
        .dataloaders(&pictures, &device_from_env()?)?
        .with_batch_size(8);

    // A score a class and pixel. Any loss over classes will do: `.with_loss(PerPixel::new(Focal::new(2.0)?).with_vocab(&names))`.
    let mut learn = unet_learner(dls, Arch::Small)?.with_metrics([mean_iou(&names), class_iou(&names, "bar")?]);
    learn.fit_one_cycle(6, 5e-3)?;
    learn.show_results(8)?.save(folder.path().join("results.png"))?; // what is true beside what is said
    learn.export(folder.path().join("masks.firelight"))?;
    // ANCHOR_END: masks
    // ANCHOR: interpret
    let seen = learn.interpret()?;
    println!("{}", seen.report()); // IoU, Dice, recall and pixels of every class
    for pair in seen.most_confused(3) {
        println!("{} taken for {}: {} pixels", pair.actual, pair.predicted, pair.pixels);
    }
    for worst in seen.worst(3) {
        println!("{}: mean IoU {:.2}", seen.path(worst.item).display(), worst.value);
    }
    seen.save_report(folder.path())?; // report.html: settings, curves, these tables, the highest losses
    // ANCHOR_END: interpret
    let predictor = Predictor::load(folder.path().join("masks.firelight"), &device_from_env()?)?;
    if let Answer::Mask(mask) = predictor.answer(pictures.join("0.png"))? {
        println!(
            "{} pixels of a disc, {} of a bar",
            mask.counts().get(&1).unwrap_or(&0),
            mask.counts().get(&2).unwrap_or(&0)
        );
    }
    Ok(())
}

/// 96 pictures of 48 by 40 pixels, and a mask for each.
fn draw(pictures: &Path, masks: &Path) -> Result<()> {
    std::fs::create_dir(pictures)?;
    std::fs::create_dir(masks)?;
    for number in 0..96_u32 {
        let (x0, y0, bar) = (8 + number * 7 % 30, 8 + number * 5 % 22, 4 + number * 11 % 36);
        let code = |x: u32, y: u32| {
            if x.abs_diff(x0).pow(2) + y.abs_diff(y0).pow(2) < 36 {
                1
            } else if (bar..bar + 5).contains(&x) {
                2
            } else {
                0
            }
        };
        let colour = |x: u32, y: u32| match code(x, y) {
            1 => [220, 90 + (number % 40) as u8, 60],
            2 => [70, 110, 210],
            _ => [((x * 5 + y * 3 + number) % 40) as u8 + 90; 3],
        };
        RgbImage::from_fn(48, 40, |x, y| Rgb(colour(x, y))).save(pictures.join(format!("{number}.png")))?;
        GrayImage::from_fn(48, 40, |x, y| Luma([code(x, y)])).save(masks.join(format!("{number}.png")))?;
    }
    Ok(())
}
