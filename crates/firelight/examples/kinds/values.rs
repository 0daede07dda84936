use std::path::Path;

use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    let side = RegressionBlock::one(Column::new("side")); // several numbers: `RegressionBlock::new(Columns::new(["a", "b"]))`
    let dls = DataBlock::new(ImageBlock::rgb().with_file(Column::new("file")), side)
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([rmse(), r2()]).with_loss(MeanAbsolute);
    learn.fit_one_cycle(6, 2e-2)?;
    learn.show_results(8)?.save(set.join("sides.png"))?;
    learn.export(set.join("sides.firelight"))?;
    println!("a card of {} pixels", learn.answer(set.join("0.png"))?);
    Ok(())
}
