use std::path::Path;

use firelight::metrics::{class_iou, mean_iou};
use firelight::prelude::*;

pub fn run(set: &Path) -> Result<()> {
    let names = Vocab::ordered(["ground", "card", "eye"])?; // code 0, 1 and 2 of a mask
    let masks = MaskBlock::new(names.clone(), Beside::new(set.join("masks"), "png"));
    let dls = DataBlock::new(ImageBlock::rgb(), masks)
        .with_item_transform(Resize::squish(32))
        .dataloaders(set.join("images"), &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = unet_learner(dls, Arch::Small)?.with_metrics([mean_iou(&names), class_iou(&names, "card")?]);
    learn.fit_one_cycle(4, 5e-3)?;
    learn.show_results(8)?.save(set.join("masks.png"))?; // what is true beside what is said
    learn.export(set.join("masks.firelight"))?;
    println!("{}", learn.answer(set.join("images/0.png"))?);
    crate::findings::of_masks(&learn, set)
}
