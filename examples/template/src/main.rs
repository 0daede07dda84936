//! Trains a classifier of pictures that lie in a folder for each class, and exports it.
//!
//! ```sh
//! cargo run --release -- FOLDER [WEIGHTS]
//! ```

use firelight::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        println!("my-classifier FOLDER [WEIGHTS]: a folder for each class, and a resnet18 file of torchvision");
        return Ok(());
    };
    let weights = arguments.next();

    let pictures = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
        .with_splitter(RandomSplitter::new(0.2).with_seed(42))
        .with_item_transform(Resize::crop(256))
        .with_batch_transforms(aug_transforms().size(224));
    let dls = pictures.dataloaders(&folder, &device_from_env()?)?.with_batch_size(32);
    println!("{}", dls.vocab()); // which output column is which class

    let backbone = weights.as_ref().map_or_else(|| Arch::Small.into(), |file| resnet18().with_weights(file));
    let mut learn = vision_learner(dls, backbone)?.with_metrics([accuracy(), mean_recall()]);
    if weights.is_some() {
        learn.fine_tune(4, 2e-3)?;
    } else {
        learn.fit_one_cycle(10, 5e-3)?;
    }
    learn.interpret()?.save_report("report")?; // report/report.html
    learn.export("model.firelight")?;
    Ok(())
}
