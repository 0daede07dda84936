//! Numbers instead of classes: where a dot is, and how large. Drawn here, with the numbers in the names (`0.25_0.75_0.1.png`).

use std::path::Path;

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    draw(folder.path())?;

    let place = RegressionBlock::new(|item: &Path| -> Result<Vec<f32>, DataError> {
        let name = item.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let numbers = name.split('_').map(str::parse).collect::<Result<Vec<f32>, _>>();
        numbers.map_err(|_| DataError::NoLabel { labeller: "the place of the dot".into(), path: item.to_path_buf() })
    });
    let dls = DataBlock::new(ImageBlock::rgb(), place)
        .with_item_transform(Resize::squish(32))
        .dataloaders(folder.path(), &device_from_env()?)?
        .with_batch_size(16);

    // An output a number, and mean squared error; `.with_loss(MeanAbsolute)` is less drawn to outliers.
    let mut learn =
        vision_learner(dls, Backbone::from(Arch::Small).with_dropout(0.0))?.with_metrics([rmse(), mae(), r2()]);
    learn.fit_one_cycle(15, 1e-2)?;
    for worst in learn.top_losses(3)? {
        println!("{:.4} {:?} taken for {:?}", worst.loss, worst.target, worst.outputs);
    }
    Ok(())
}

/// 240 pictures of a dot: its place, across and down, and its radius, all as shares of the side.
fn draw(folder: &Path) -> image::ImageResult<()> {
    for number in 0..240_u32 {
        let share = |prime: u32| (number * prime % 61) as f32 / 61.0;
        let (x0, y0, radius) = (0.2 + 0.6 * share(17), 0.2 + 0.6 * share(23), 0.08 + 0.1 * share(31));
        let inside = |x: u32, y: u32| (x as f32 / 32.0 - x0).hypot(y as f32 / 32.0 - y0) < radius;
        let picture = RgbImage::from_fn(32, 32, |x, y| Rgb(if inside(x, y) { [240; 3] } else { [30, 60, 90] }));
        picture.save(folder.join(format!("{x0:.3}_{y0:.3}_{radius:.3}.png")))?;
    }
    Ok(())
}
