use std::path::Path;

use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    let card = BoxBlock::new(|row: &Row| {
        Ok([row.number("left")?, row.number("top")?, row.number("right")?, row.number("bottom")?])
    });
    let both = (CategoryBlock::new(Column::new("colour")), card);
    let dls = DataBlock::new(ImageBlock::rgb().with_file(Column::new("file").in_folder("images")), both)
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = vision_learner(dls, Backbone::from(Arch::Small).with_dropout(0.0))?; // one model, a loss each
    learn.fit_one_cycle(40, 5e-3)?;
    learn.show_results(8)?.save(set.join("both.png"))?;
    learn.export(set.join("both.firelight"))?;
    println!("{}", learn.answer(set.join("images/0.png"))?);
    Ok(())
}
