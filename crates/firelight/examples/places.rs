//! Points and a box, alone and with a class: a face of two dots on a card, drawn here with what it is in a table.

use std::fmt::Write;
use std::path::Path;

use firelight::datablock::Table;
use firelight::learner::metrics::{box_iou, pck};
use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    draw(folder.path())?;
    let device = device_from_env()?;
    let pictures = || ImageBlock::rgb().with_file(Column::new("file"));
    let colour = || CategoryBlock::new(Column::new("colour"));

    // ANCHOR: points
    // Pixels of the picture as its file has it; `PointBlock::some` takes points of which some are not known.
    let eyes = PointBlock::new(|row: &Row| {
        Ok(vec![[row.number("x1")?, row.number("y1")?], [row.number("x2")?, row.number("y2")?]])
    })
    .with_names(Vocab::ordered(["left eye", "right eye"])?);
    let dls = DataBlock::new(pictures(), eyes)
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(folder.path(), &device)?
        .with_batch_size(8);
    let mut learn = position_learner(dls, Arch::Small)?.with_metrics([pck(0.05)]);
    learn.fit_one_cycle(6, 5e-3)?;
    // ANCHOR_END: points
    println!("{:?}", learn.answer(folder.path().join("0.png"))?);

    // ANCHOR: box
    let card = || {
        BoxBlock::new(|row: &Row| {
            Ok([row.number("left")?, row.number("top")?, row.number("right")?, row.number("bottom")?])
        })
    };
    let dls = DataBlock::new(pictures(), card())
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(folder.path(), &device)?
        .with_batch_size(8);
    let mut learn = position_learner(dls, Arch::Small)?.with_metrics([box_iou()]);
    learn.fit_one_cycle(6, 5e-3)?;
    // ANCHOR_END: box
    println!("{:?}", learn.answer(folder.path().join("0.png"))?);

    // ANCHOR: both
    // A class and a box: one model, a loss each.
    let dls = DataBlock::new(pictures(), (colour(), card()))
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(folder.path(), &device)?
        .with_batch_size(8);
    let both = Both::new(CrossEntropy::new(), 2, BoxLoss::default()).with_weights(1.0, 2.0)?;
    let mut learn = vision_learner(dls, Backbone::from(Arch::Small).with_dropout(0.0))?.with_loss(both);
    learn.fit_one_cycle(6, 5e-3)?;
    learn.export(folder.path().join("both.firelight"))?;
    // ANCHOR_END: both
    println!("{:?}", learn.answer(folder.path().join("0.png"))?);
    println!("{} rows", Table::read(folder.path().join("faces.csv"))?.into_rows().len());
    Ok(())
}

/// 96 pictures of a card with two dots, and a table of where they are.
fn draw(folder: &Path) -> Result<()> {
    let mut table = String::from("file,colour,left,top,right,bottom,x1,y1,x2,y2\n");
    for number in 0..96_u32 {
        let (left, top, side) = (3 + number * 7 % 20, 2 + number * 5 % 15, 16 + number % 6);
        let (colour, name) = if number % 2 == 0 { ([230, 120, 60], "orange") } else { ([80, 140, 220], "blue") };
        let eyes = [[left + side / 4, top + side / 3], [left + 3 * side / 4, top + side / 3]];
        let pixel = |x: u32, y: u32| {
            if eyes.iter().any(|eye| x.abs_diff(eye[0]).pow(2) + y.abs_diff(eye[1]).pow(2) <= 2) {
                [20; 3]
            } else if (left..left + side).contains(&x) && (top..top + side).contains(&y) {
                colour
            } else {
                [((x * 3 + y * 7 + number) % 30) as u8 + 170; 3]
            }
        };
        RgbImage::from_fn(48, 40, |x, y| Rgb(pixel(x, y))).save(folder.join(format!("{number}.png")))?;
        // The middle of a pixel is half a pixel behind its outer corner.
        let [x1, y1, x2, y2] = [eyes[0][0], eyes[0][1], eyes[1][0], eyes[1][1]].map(|pixel| pixel as f32 + 0.5);
        let (right, bottom) = (left + side, top + side);
        writeln!(table, "{number}.png,{name},{left},{top},{right},{bottom},{x1},{y1},{x2},{y2}")?;
    }
    std::fs::write(folder.join("faces.csv"), table)?;
    Ok(())
}
