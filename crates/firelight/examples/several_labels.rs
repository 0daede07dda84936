//! Pictures with any number of labels each: drawn here, with their labels in their names (`red-round_7.png`).

use std::path::Path;

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    draw(folder.path())?;

    let tags = MultiCategoryBlock::new(|item: &Path| -> Result<Vec<String>, DataError> {
        let name = item.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let tags = name.split('_').next().unwrap_or_default();
        Ok(tags.split('-').filter(|tag| !tag.is_empty()).map(String::from).collect())
    });
    let dls = DataBlock::new(ImageBlock::rgb(), tags)
        .with_item_transform(Resize::crop(32))
        .with_batch_transforms(aug_transforms())
        .dataloaders(folder.path(), &device_from_env()?)?
        .with_batch_size(16);
    println!("labels: {}", dls.vocab().names().join(", "));

    // An output a label, binary cross entropy, and every label from one half.
    let mut learn = vision_learner(dls, Backbone::from(Arch::Small))?.with_metrics([accuracy_multi(), f1_multi()]);
    learn.fit_one_cycle(8, 1e-2)?;
    for worst in learn.top_losses(3)? {
        println!("{:.3} {}: {:?}", worst.loss, worst.path.display(), worst.outputs);
    }
    Ok(())
}

/// 160 pictures that are red or not, and round or not.
fn draw(folder: &Path) -> image::ImageResult<()> {
    for number in 0..160_u32 {
        let (red, round) = (number % 2 == 0, number / 2 % 2 == 0);
        let names: Vec<&str> = [(red, "red"), (round, "round")].iter().filter(|tag| tag.0).map(|tag| tag.1).collect();
        let (x0, y0) = (12 + number % 9, 12 + number / 3 % 9);
        let inside = |x: u32, y: u32| {
            let (dx, dy) = (x.abs_diff(x0), y.abs_diff(y0));
            if round { dx * dx + dy * dy < 64 } else { dx.max(dy) < 8 }
        };
        let colour = if red { [220, 40, 40] } else { [60, 90, 200] };
        let picture =
            RgbImage::from_fn(32, 32, |x, y| Rgb(if inside(x, y) { colour } else { [200, (number % 60) as u8, 120] }));
        picture.save(folder.join(format!("{}_{number}.png", names.join("-"))))?;
    }
    Ok(())
}
