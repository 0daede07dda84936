// As `firelight train` does it.

use std::path::Path;

use firelight::datablock::{Coco, CocoPicture};
use firelight::prelude::*;
use firelight::transforms::Filter;

fn main() -> Result<()> {
    let device = device_from_env()?; // FIRELIGHT_DEVICE=flex | wgpu | cuda …
    let data = Path::new("data");
    let mut pictures = Coco::from_yolo(data.join("train/images"), ["disc", "square"])?
        .with_categories(["disc", "square"])
        .into_items(data.join("train/images"));
    let train = pictures.len();
    pictures.extend(
        Coco::from_yolo(data.join("valid/images"), ["disc", "square"])?
            .with_categories(["disc", "square"])
            .into_items(data.join("valid/images")),
    );
    let valid = train..pictures.len();
    let block = DataBlock::new(
        ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf())),
        CategoryBlock::new(CocoPicture::class),
    )
    .with_splitter(IndexSplitter::new(valid))
    .with_item_transform(Resize::crop(32).with_filter(Filter::Bilinear))
    .with_batch_transforms(aug_transforms().size(32).max_warp(0.0).max_rotate(0.0).max_lighting(0.1).min_scale(0.9));
    let dls = block.dataloaders_of(&pictures, &device)?.with_batch_size(15).with_seed(1);
    let backbone = Backbone::from(Arch::Small).with_seed(1).with_dropout(0.2);
    let mut learn = vision_learner(dls, backbone)?.with_seed(1).with_best(KeepBest::new("valid_loss"));
    learn.fit_one_cycle(2, 0.006)?;
    learn.export("model.firelight")?;
    learn.interpret()?.save_report(".")?;
    Ok(())
}
