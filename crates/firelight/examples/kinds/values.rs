use std::path::Path;

use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    let pictures = ImageBlock::rgb().with_file(Column::new("file").in_folder("images"));
    // Numbers from 0 to 1 are learned sooner than pixels. A column as it is: `RegressionBlock::one(Column::new("left"))`.
    let left = RegressionBlock::one(|row: &Row| Ok(row.number("left")? / 48.0));
    let dls = DataBlock::new(pictures, left)
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = vision_learner(dls, Backbone::from(Arch::Small).with_dropout(0.0))?.with_metrics([rmse(), r2()]);
    learn.fit_one_cycle(40, 5e-3)?;
    learn.show_results(8)?.save(set.join("places.png"))?;
    learn.export(set.join("places.firelight"))?;
    println!("a card that begins at {} of the width", learn.answer(set.join("images/0.png"))?);
    Ok(())
}
