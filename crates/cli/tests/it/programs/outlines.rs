// As `firelight train` does it.

use std::path::Path;

use firelight::datablock::{Coco, CocoObject, CocoPicture};
use firelight::prelude::*;
use firelight::transforms::Filter;

fn main() -> Result<()> {
    let device = device_from_env()?; // FIRELIGHT_DEVICE=flex | wgpu | cuda …
    let data = Path::new("data");
    let mut pictures = Coco::read(data.join("annotations.json"))?
        .with_categories(["ground", "square", "disc"])
        .into_items(data.join("images"));
    pictures.retain(|picture| picture.file().is_file() && picture.objects().iter().all(CocoObject::has_outline));
    let classes = Vocab::ordered(["ground", "square", "disc"])?;
    let block = DataBlock::new(
        ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf())),
        MaskBlock::made(classes.clone(), move |picture: &CocoPicture| picture.mask(&classes)),
    )
    .with_splitter(RandomSplitter::new(0.2).with_seed(1))
    .with_item_transform(Resize::crop(32).with_filter(Filter::Bilinear))
    .with_batch_transforms(aug_transforms().size(32).max_warp(0.0).max_rotate(0.0).max_lighting(0.1).min_scale(0.9));
    let dls = block.dataloaders_of(&pictures, &device)?.with_batch_size(9).with_seed(1).with_on_error(OnError::Skip);
    let backbone = Backbone::from(Arch::Small).with_seed(1).with_dropout(0.2).with_last_cross(false);
    let mut learn = unet_learner(dls, backbone)?.with_seed(1).with_best(KeepBest::new("valid_loss"));
    learn.fit_one_cycle(2, 0.006)?;
    learn.export("model.firelight")?;
    learn.interpret()?.save_report(".")?;
    Ok(())
}
