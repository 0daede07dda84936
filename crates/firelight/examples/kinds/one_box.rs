use std::path::Path;

use firelight::metrics::box_iou;
use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    let card = BoxBlock::new(|row: &Row| {
        Ok([row.number("left")?, row.number("top")?, row.number("right")?, row.number("bottom")?])
    });
    let dls = DataBlock::new(ImageBlock::rgb().with_file(Column::new("file").in_folder("images")), card)
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = position_learner(dls, Arch::Small)?.with_metrics([box_iou()]);
    learn.fit_one_cycle(6, 5e-3)?;
    learn.show_results(8)?.save(set.join("cards.png"))?;
    learn.export(set.join("cards.firelight"))?;
    println!("a card in {}", learn.answer(set.join("images/0.png"))?);
    Ok(())
}
