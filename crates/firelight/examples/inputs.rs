//! Inputs that are not one colour picture: gray scans of 16 bits, and pairs of pictures that are compared, both drawn here.

use std::fmt::Write;
use std::path::Path;

use firelight::prelude::*;
use image::{ImageBuffer, Luma, Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    draw(folder.path())?;
    let device = device_from_env()?;

    // ANCHOR: gray
    // One channel of as many bits as the files have; the body's first layer is made for it.
    let dls =
        DataBlock::new(ImageBlock::gray().with_file(Column::new("scan")), CategoryBlock::new(Column::new("finding")))
            .with_table("scans.csv")
            .with_item_transform(Resize::squish(32))
            .with_training_colours(TrainingColours::default())
            .dataloaders(folder.path(), &device)?
            .with_batch_size(8);
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy()]);
    learn.fit_one_cycle(6, 5e-3)?;
    learn.export(folder.path().join("scans.firelight"))?;
    // ANCHOR_END: gray
    println!("{:?}", learn.answer(folder.path().join("scan-0.png"))?);

    // ANCHOR: pair
    // Two pictures an item: one body sees both, and the head what it says of either.
    let picture = |column| ImageBlock::rgb().with_file(Column::new(column)).with_shared_files(true);
    let dls = DataBlock::new((picture("left"), picture("right")), CategoryBlock::new(Column::new("colour")))
        .with_table("pairs.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(folder.path(), &device)?
        .with_batch_size(8);
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy()]);
    learn.fit_one_cycle(8, 5e-3)?;
    let predictor = learn.predictor()?;
    let answer = predictor.answer_files(&["left-0.png", "right-0.png"].map(|name| folder.path().join(name)))?;
    // ANCHOR_END: pair
    println!("{answer:?}");
    learn.show_results(6)?.save(std::env::temp_dir().join("pairs.png"))?;
    Ok(())
}

/// 96 scans whose finding is a spot that is brighter by 2 % of white than its ground, which 8 bits hardly show, and as many pairs of cards of one colour or two.
fn draw(folder: &Path) -> Result<()> {
    let (mut scans, mut pairs) = (String::from("scan,finding\n"), String::from("left,right,colour\n"));
    for number in 0..96_u32 {
        let (x0, y0, spot) = (8 + number * 7 % 14, 8 + number * 5 % 14, number % 2 == 0);
        let near = |x: u32, y: u32| spot && x.abs_diff(x0).pow(2) + y.abs_diff(y0).pow(2) <= 20;
        let scan =
            |x: u32, y: u32| Luma([9000 + if near(x, y) { 1300 } else { 0 } + (x * 37 + y * 91 + number) as u16 % 64]);
        ImageBuffer::from_fn(32, 32, scan).save(folder.join(format!("scan-{number}.png")))?;
        writeln!(scans, "scan-{number}.png,{}", if spot { "spot" } else { "clear" })?;

        let warm = |at: u32| if (number + at).is_multiple_of(3) { [230, 120, 60] } else { [80, 140, 220] };
        let cards = [("left", warm(0)), ("right", warm(number % 2))];
        for (at, (side, colour)) in cards.into_iter().enumerate() {
            let ground = |x: u32, y: u32| [((x * 3 + y * 7 + number) % 30) as u8 + 170; 3];
            let inside = |x: u32, y: u32| (6..28).contains(&x) && (4 + at as u32..30).contains(&y);
            let pixel = |x, y| Rgb(if inside(x, y) { colour } else { ground(x, y) });
            RgbImage::from_fn(40, 36, pixel).save(folder.join(format!("{side}-{number}.png")))?;
        }
        let colour = if cards[0].1 == cards[1].1 { "same" } else { "other" };
        writeln!(pairs, "left-{number}.png,right-{number}.png,{colour}")?;
    }
    std::fs::write(folder.join("scans.csv"), scans)?;
    std::fs::write(folder.join("pairs.csv"), pairs)?;
    Ok(())
}
