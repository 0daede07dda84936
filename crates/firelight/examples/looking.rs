//! Looking at what a model learned: numbers, predictions, pictures, reasons. On pictures that it draws.

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for n in 0..90_u32 {
        let (name, stripes) = [("tiger", 4), ("lion", 40), ("Zebra", 2)][n as usize % 3];
        let bright = |x: u32| if ((x + n) / stripes).is_multiple_of(2) { 230 } else { 60 };
        let picture = RgbImage::from_fn(32, 32, |x, y| Rgb([bright(x), (y * 4) as u8, 40]));
        picture.save(folder.path().join(format!("{name}_{n}.png")))?;
    }
    let animals = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?);
    let dls = DataBlock::new(ImageBlock::rgb(), animals)
        .with_batch_transforms(aug_transforms().size(32))
        .dataloaders(folder.path(), &device_from_env()?)?
        .with_batch_size(8);
    let cats = Groups::by(dls.vocab(), |animal| if animal == "Zebra" { "horses" } else { "cats" });
    let mut learn = vision_learner(dls, Arch::Small)?.with_metrics([accuracy(), mistake_severity(&cats)]);
    learn.fit_one_cycle(4, 1e-2)?;
    let out = folder.path().join("out");

    // ANCHOR: numbers
    let valid = learn.evaluate()?; // loss and metrics
    let gap = valid.loss - learn.evaluate_on(Part::Train)?.loss;
    println!("loss {:.3}, {gap:.3} above training", valid.loss);
    // ANCHOR_END: numbers

    // ANCHOR: predictions
    let plain = learn.predictions()?; // in the order of the files, with targets and losses
    let views = learn.tta(4)?; // four augmented views of each picture, blended with it
    println!("{:?} became {:?}", plain.row(0), views.row(0));
    // ANCHOR_END: predictions

    // ANCHOR: interpret
    let seen = learn.interpret()?.with_groups(&cats);
    for ConfusedPair { actual, predicted, times } in seen.most_confused(1) {
        println!("{actual} taken for {predicted}: {times}");
    }
    println!("{}", seen.class_report());
    seen.save_report(&out)?; // report.html
    // ANCHOR_END: interpret

    // ANCHOR: costs
    let vocab = learn.data().vocab().clone();
    let cost = CostMatrix::from_groups(&cats, 0.25, 1.0); // a cat for another cat, and anything else
    let learn = learn
        .with_decision(Decision::minimum_risk(&cost, &vocab)?)
        .with_metrics([accuracy(), mean_cost(&cost, &vocab)?]);
    for CostlyPair { pair, cost } in learn.interpret()?.most_costly(&cost)? {
        println!("{} taken for {}: {} times, for {cost}", pair.actual, pair.predicted, pair.times);
    }
    println!("{:?} by mistake on average", learn.evaluate()?.metrics[1]);
    // ANCHOR_END: costs

    // ANCHOR: reasons
    let worst = &seen.top_losses(1)[0];
    let picture = image::open(&worst.path)?.to_rgb8();
    let evidence = learn.predictor()?.explain(&picture, Some(worst.predicted))?;
    evidence.overlay().save(out.join("why.png"))?;
    // ANCHOR_END: reasons
    Ok(())
}
