//! Draws the book's pictures: `book_pictures PETS_OUT FOLDER`, after `cargo run --release -p pets -- --out PETS_OUT`.

use std::path::Path;

use firelight::prelude::*;
use image::imageops::FilterType;

/// Widest picture, in pixels: about the width of the book's text on a dense screen.
const WIDTH: u32 = 1100;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [run, folder] = &arguments[..] else { return Err("give the pets program's folder and the book's".into()) };
    let (run, folder) = (Path::new(run), Path::new(folder));
    std::fs::create_dir_all(folder)?;

    let vocab = Vocab::from_labels(["pug", "Bengal", "beagle", "Siamese", "boxer", "Birman"]);
    let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let labels = SoftLabels::from_groups(&species).within_mass(0.2);
    labels.heat_map_by(&species).save(folder.join("soft-labels.png"))?;
    let weights = PairWeights::from_groups(&species, 1.0, 3.0).with("pug", "Bengal", 5.0)?;
    weights.heat_map_by(&species).save(folder.join("pair-weights.png"))?;

    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?);
    let dls = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_batch_transforms(aug_transforms().size(64).min_scale(0.5))
        .dataloaders(run.join("sample"), &device_from_env()?)?
        .with_batch_size(32);
    vision_learner(dls, Arch::Small)?.lr_find()?.plot().save(folder.join("lr-find.png"))?;

    for (from, to) in [
        ("soft/batch.png", "batch.jpg"),
        ("soft/worst.png", "worst.jpg"),
        ("soft/losses.png", "losses.png"),
        ("plain/confusion.png", "confusion-plain.png"),
        ("soft/confusion.png", "confusion-soft.png"),
    ] {
        let picture = image::open(run.join(from))?;
        let (width, height) = (picture.width().min(WIDTH), picture.height());
        let picture = picture.resize(width, height, FilterType::Lanczos3); // as large as fits
        picture.to_rgb8().save(folder.join(to))?;
    }
    Ok(())
}
