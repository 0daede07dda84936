//! The book's tour, from a folder of pictures named as the Oxford set's and EfficientNet-Lite0's weights to a model in a file.

// ANCHOR: prelude
use firelight::prelude::*;
// ANCHOR_END: prelude

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder of pictures?")?;
    let weights = arguments.next().ok_or("which file of weights?")?;
    // ANCHOR: device
    let device = device_from_env()?; // FIRELIGHT_DEVICE, or flex
    // ANCHOR_END: device
    // ANCHOR: block
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?);
    let pets = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(RandomSplitter::new(0.2).with_seed(42))
        .with_item_transform(Resize::crop(256))
        .with_batch_transforms(aug_transforms().size(224).min_scale(0.5));
    // ANCHOR_END: block

    // ANCHOR: loaders
    let dls = pets.dataloaders(&folder, &device)?.with_batch_size(32);
    println!("{}", dls.vocab());
    println!("a batch is {:?}", dls.one_batch()?.inputs.dims());
    // ANCHOR_END: loaders
    // ANCHOR: loss
    let cat_or_dog = |breed: &str| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" };
    let species = Groups::by(dls.vocab(), cat_or_dog);
    let labels = SoftLabels::from_groups(&species).within_mass(0.2);
    let loss = SoftLabelCrossEntropy::new(&labels, dls.vocab())?;
    // ANCHOR_END: loss

    // ANCHOR: train
    let mut learn = vision_learner(dls, efficientnet_lite0().with_weights(weights))?
        .with_loss(loss)
        .with_metrics([accuracy(), mistake_severity(&species)]);
    learn.fit_head(12, 5e-3, 1)?; // 12 epochs of the head on features that are computed once
    // ANCHOR_END: train

    // ANCHOR: look
    let seen = learn.interpret()?;
    for mistake in seen.top_losses(3) {
        println!("{:.2} {}", mistake.loss, mistake.path.display());
    }
    learn.save_pictures("tour-out")?; // a batch, the losses, the rates
    seen.save_pictures("tour-out", Some(&species))?; // the confusion matrix, the worst mistakes
    seen.with_groups(&species).save_report("tour-out")?; // all of it and more on one page
    // ANCHOR_END: look

    // ANCHOR: export
    learn.export("tour-out/pets.firelight")?;
    let predictor = Predictor::load("tour-out/pets.firelight", &device)?;
    for file in image_files(&folder)?.into_iter().take(3) {
        println!("{}: {}", file.display(), predictor.predict(&file)?.class);
    }
    // ANCHOR_END: export
    Ok(())
}
