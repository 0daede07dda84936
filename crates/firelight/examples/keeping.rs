//! Checkpoints while training, then an export that predicts a folder of pictures into a table; on pictures that it draws.

use std::path::Path;

use firelight::models::weights::Names;
use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let place = tempfile::tempdir()?;
    let (folder, inbox, kept) = (place.path().join("pictures"), place.path().join("inbox"), place.path().join("kept"));
    draw(&folder, 60)?;
    draw(&inbox, 6)?;
    std::fs::write(inbox.join("torn.png"), "half a picture")?;

    let device = device_from_env()?;
    let shapes = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?);
    let dls = DataBlock::new(ImageBlock::rgb(), shapes)
        .with_batch_transforms(aug_transforms().size(64).max_rotate(0.0))
        .dataloaders(&folder, &device)?
        .with_batch_size(8);
    // ANCHOR: checkpoints
    let mut learn = vision_learner(dls, resnet18())?
        .with_checkpoints(Checkpoints::in_folder(kept.join("checkpoints")).every_steps(50))
        .with_best(KeepBest::new("valid_loss"));
    learn.fit_one_cycle(6, 5e-3)?; // run again after a crash, the program goes on from the newest checkpoint
    // ANCHOR_END: checkpoints
    learn.export(kept.join("shapes.firelight"))?;
    // ANCHOR: body
    learn.save_body(kept.join("body.safetensors"), Names::Timm)?;
    // ANCHOR_END: body
    // ANCHOR: onnx
    learn.predictor()?.export_onnx(kept.join("shapes.onnx"))?;
    // ANCHOR_END: onnx

    let predictor = Predictor::load(kept.join("shapes.firelight"), &device)?;
    let table = kept.join("shapes.csv");
    // ANCHOR: predict
    let done = predictor.predict_files(image_files(&inbox)?).with_on_error(OnError::Skip).write_csv(&table)?;
    for broken in &done.broken {
        eprintln!("{}", broken.reason);
    }
    // ANCHOR_END: predict
    print!("{}", std::fs::read_to_string(&table)?);
    Ok(())
}

/// Discs and frames in many colours.
fn draw(folder: &Path, count: u8) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for number in 0..count {
        let name = if number % 2 == 0 { "disc" } else { "frame" };
        let inside = |x: u32, y: u32| {
            let (dx, dy) = (x.abs_diff(16), y.abs_diff(16));
            if name == "disc" { dx * dx + dy * dy < 100 } else { (8..12).contains(&dx.max(dy)) }
        };
        let colour = |x, y| Rgb(if inside(x, y) { [240, 4 * number, 60] } else { [30, 60, 3 * number] });
        RgbImage::from_fn(32, 32, colour).save(folder.join(format!("{name}_{number}.png")))?;
    }
    Ok(())
}
