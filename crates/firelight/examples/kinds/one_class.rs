use std::path::Path;

use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    let pictures = ImageBlock::rgb().with_file(Column::new("file").in_folder("images")); // told from the table's folder
    let dls = DataBlock::new(pictures, CategoryBlock::new(Column::new("colour")))
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy(), macro_f1()]);
    learn.fit_one_cycle(3, 5e-3)?;
    learn.show_results(8)?.save(set.join("classes.png"))?;
    learn.export(set.join("classes.firelight"))?;
    println!("a card that is {}", learn.answer(set.join("images/0.png"))?);
    Ok(())
}
