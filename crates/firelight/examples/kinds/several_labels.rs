use std::path::Path;

use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    let tags = MultiCategoryBlock::new(Column::new("tags").split_at(" ")); // `large ball`
    let dls = DataBlock::new(ImageBlock::rgb().with_file(Column::new("file").in_folder("images")), tags)
        .with_table("faces.csv")
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy_multi(), f1_multi()]);
    learn.fit_one_cycle(3, 5e-3)?;
    learn.show_results(8)?.save(set.join("tags.png"))?;
    learn.export(set.join("tags.firelight"))?;
    println!("a card that is {}", learn.answer(set.join("images/0.png"))?);
    Ok(())
}
