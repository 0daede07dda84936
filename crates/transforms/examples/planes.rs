//! Pictures into planes for any tensor library, without burn: `planes [FOLDER]`, or on pictures that it draws.

use std::path::PathBuf;

use firelight_transforms::{
    Chance, Limits, Normalize, PictureTransforms, Resize, Scratch, Size, TransformError, aug_transforms, open,
    verify_images,
};
use rayon::prelude::*;

const SIZE: Size = Size::square(224);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let drawn = tempfile::tempdir()?;
    let folder = if let Some(folder) = std::env::args().nth(1) {
        PathBuf::from(folder)
    } else {
        for number in 0..8_u8 {
            let stripe = |x: u32, y: u32| image::Rgb([x as u8, y as u8, number * 32]);
            image::RgbImage::from_fn(320, 240, stripe).save(drawn.path().join(format!("{number}.png")))?;
        }
        drawn.path().to_owned()
    };
    let mut files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    files.truncate(64);
    println!("{}", verify_images(&files, &Limits::default()));

    // ANCHOR: transforms
    let transforms = PictureTransforms::new()
        .with_item(Resize::crop(256))
        .with_augment(aug_transforms().size(SIZE).min_scale(0.5))
        .with_normalize(Normalize::imagenet());
    // ANCHOR_END: transforms
    println!("{transforms}");

    // ANCHOR: batch
    // one batch: [pictures, 3, 224, 224], a worker a core, each with buffers of its own
    let mut batch = vec![0.0; files.len() * SIZE.planes()];
    let jobs = files.par_iter().zip(batch.par_chunks_exact_mut(SIZE.planes())).enumerate();
    jobs.try_for_each_init(Scratch::default, |scratch, (item, (file, planes))| {
        let picture = open(file, &Limits::default())?;
        let mut chance = Chance::new(42, 0, item as u64); // (seed, epoch, item): the same draw on every run
        transforms.apply(&picture, Some(&mut chance), scratch, planes).map_err(|error| error.in_file(file))?;
        Ok::<_, TransformError>(())
    })?;
    // ANCHOR_END: batch
    let mean = batch.iter().sum::<f32>() / batch.len() as f32;
    println!("{} pictures in {} numbers, mean {mean:.2}", files.len(), batch.len());
    Ok(())
}
