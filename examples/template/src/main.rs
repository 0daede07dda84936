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
        println!("my-classifier FOLDER [WEIGHTS]: a folder for each class, and weights of EfficientNet-Lite0");
        return Ok(());
    };
    let weights = arguments.next();

    let pictures = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
        .with_splitter(RandomSplitter::new(0.2).with_seed(42))
        .with_item_transform(Resize::crop(256))
        .with_batch_transforms(aug_transforms().size(224));
    let dls = pictures.dataloaders(&folder, &device_from_env()?)?.with_batch_size(32);
    println!("{}", dls.vocab()); // which output column is which class
    for caution in dls.cautions() {
        eprintln!("note: {caution}"); // a class that only one picture has, or no other class at all
    }

    let backbone = weights.as_ref().map_or_else(|| Arch::Small.into(), |file| efficientnet_lite0().with_weights(file));
    let mut learn = vision_learner(dls, backbone)?.with_metrics([accuracy(), mean_recall()]);
    if weights.is_some() {
        learn.fit_head(12, 5e-3, 1)?; // the body runs once over the pictures as they are, and once augmented
    } else {
        learn.fit_one_cycle(10, 5e-3)?;
    }
    let report = learn.interpret()?.save_report("report")?;
    learn.export("model.firelight")?;
    println!("see {}; model.firelight is what `Predictor::load` reads", report.display());
    Ok(())
}
