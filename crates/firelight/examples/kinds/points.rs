use std::path::Path;

use firelight::metrics::{pck, point_error};
use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    // Pixels of the picture as its file has it; `PointBlock::some` takes points of which some are not known.
    let eyes = |row: &Row| Ok(vec![[row.number("x1")?, row.number("y1")?], [row.number("x2")?, row.number("y2")?]]);
    let eyes = PointBlock::new(eyes).with_names(Vocab::ordered(["left eye", "right eye"])?);
    let dls = DataBlock::new(ImageBlock::rgb().with_file(Column::new("file").in_folder("images")), eyes)
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = position_learner(dls, Arch::Small)?.with_metrics([pck(0.05), point_error()]);
    learn.fit_one_cycle(6, 5e-3)?;
    learn.show_results(8)?.save(set.join("eyes.png"))?;
    learn.export(set.join("eyes.firelight"))?;
    println!("eyes at {}", learn.answer(set.join("images/0.png"))?);
    Ok(())
}
