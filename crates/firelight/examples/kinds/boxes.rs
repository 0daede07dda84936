use std::path::Path;

use firelight::datablock::CocoPicture;
use firelight::prelude::*;

use crate::detector::{CellLoss, Cells};

pub fn run(set: &Path) -> Result<()> {
    let pictures = ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf()));
    let objects = LabelledBoxBlock::new(|picture: &CocoPicture| Ok(picture.boxes()));
    let dls = DataBlock::new(pictures, objects)
        .with_source(CocoFile::new("objects.json").with_pictures("images"))
        .with_item_transform(Resize::squish(32))
        .dataloaders(set, &device_from_env()?)?
        .with_batch_size(8);
    let vocab = dls.train().dataset().fitted().vocab().clone();
    let mut learn = Learner::new(dls.clone(), Cells::new(vocab.len(), dls.device()), CellLoss);
    learn.fit_one_cycle(40, 1e-2)?;
    learn.show_batch()?.save(set.join("boxes.png"))?; // with the names of the classes
    let found = Cells::found(learn.predictions()?.row(0), &vocab);
    println!("{found:?} is {}", dls.valid().dataset().fitted().describe(&dls.valid().dataset().targets()[0]));
    Ok(())
}
