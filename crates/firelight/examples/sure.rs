//! Sure, and how sure: calibrated probabilities, sets with a promise, any node of a tree.
//!
//! ```sh
//! cargo run --release -p firelight --example sure                  # on pictures that it draws
//! cargo run --release -p firelight --example sure -- IMAGES WEIGHTS OUT
//! ```
//!
//! `IMAGES` is a folder of the Oxford-IIIT pets, `WEIGHTS` EfficientNet-Lite0's file: with them it prints what the book's page says, and draws its picture
//! into `OUT`.

use std::path::{Path, PathBuf};

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let place = tempfile::tempdir()?;
    let (mut learn, out) = match arguments.as_slice() {
        [images, weights, out] => (pets(Path::new(images), weights)?, PathBuf::from(out)),
        _ => (drawn(place.path())?, place.path().join("out")),
    };
    std::fs::create_dir_all(&out)?;
    let some = |breed: &str| if breed.starts_with(char::is_uppercase) { "some cat" } else { "some dog" };
    let groups = Groups::by(learn.data().vocab(), some);

    // ANCHOR: calibrate
    let calibration = learn.calibrate(&Calibrator::temperature())?;
    println!("{calibration}\n");
    // ANCHOR_END: calibrate

    // ANCHOR: sets
    let sets = learn.prediction_sets(&SetRule::lac(), Limit::on_average(0.05)?)?;
    println!("{sets}\n");
    // ANCHOR_END: sets

    // ANCHOR: climb
    let tree = ClassTree::new(&Taxonomy::from_groups(&groups), learn.data().vocab())?;
    println!("{}\n", learn.climb(&tree, Limit::on_average(0.05)?)?);
    // ANCHOR_END: climb

    // ANCHOR: told
    let seen = learn.predictions()?; // of the validation part, calibrated
    let unsure = (0..seen.items.len()).filter(|&row| sets.of(seen.row(row)).len() > 1);
    for row in unsure.take(4) {
        let file = learn.data().valid().dataset().path(seen.items[row]);
        let told = learn.predict(&file)?;
        println!("{}: {} {:.2}{}", file.display(), told.class, told.probability(), told.sure);
    }
    // ANCHOR_END: told

    // ANCHOR: report
    let interpretation = learn.interpret()?.with_groups(&groups);
    if let Some(report) = interpretation.sure_report() {
        println!("\n{report}\n");
        report.plot_reliability().save(out.join("reliability.png"))?;
    }
    interpretation.save_report(&out)?; // the same on the run's page
    // ANCHOR_END: report

    // ANCHOR: export
    let file = out.join("sure.firelight");
    learn.export(&file)?;
    let elsewhere = Predictor::load(&file, learn.device())?;
    let one = learn.data().valid().dataset().path(0);
    assert_eq!(elsewhere.predict(&one)?, learn.predict(&one)?); // set, node and all
    // ANCHOR_END: export

    // ANCHOR: costs
    let vocab = learn.data().vocab().clone();
    let cost = CostMatrix::from_groups(&groups, 0.25, 1.0);
    let learn = learn
        .with_decision(Decision::minimum_risk(&cost, &vocab)?)
        .with_nodes(NodeDecision::or_unknown(&cost, &vocab, 0.1)?) // "I do not know" costs a tenth of the worst mistake
        .without_prediction_sets();
    assert!(learn.evaluate()?.cautions.is_empty()); // its probabilities are calibrated
    let learn = learn.without_calibration();
    for caution in learn.evaluate()?.cautions {
        println!("{caution}");
    }
    // ANCHOR_END: costs

    // ANCHOR: by_hand
    let (first, second) = learn.held_out()?.split(0.5, 42)?;
    let calibration = Calibrator::vector().fit(&first)?;
    let sets =
        SetRule::raps(0.01, 5).per_group(&groups).fit(&second.calibrated(&calibration), Limit::on_average(0.1)?)?;
    let learn = learn.with_calibration(calibration).with_prediction_sets(sets);
    // ANCHOR_END: by_hand
    if let Some(report) = learn.interpret()?.sure_report() {
        println!("\n{report}");
    }
    Ok(())
}

/// A head on the features of a body that knows pictures, and three parts: to train on, to choose by, and to fit promises on.
fn pets(images: &Path, weights: &str) -> Result<Learner<Categories>> {
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(?i)(.+)_\d+\.jpe?g$")?);
    // ANCHOR: parts
    let splitter = HoldOut::new(RandomSplitter::new(0.25), RandomSplitter::new(0.25));
    // ANCHOR_END: parts
    let dls = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(splitter)
        .with_item_transform(Resize::crop(256))
        .with_batch_transforms(aug_transforms().size(256).max_warp(0.0).max_rotate(0.0).min_scale(0.35))
        .dataloaders(images, &device_from_env()?)?
        .with_batch_size(32);
    let mut learn = vision_learner(dls, efficientnet_lite0().with_weights(weights))?.without_observers();
    learn.fit_head(20, 5e-3, 1)?;
    Ok(learn)
}

/// Stripes that are easy to take for one another.
fn drawn(folder: &Path) -> Result<Learner<Categories>> {
    for n in 0..240_u32 {
        let (name, stripes) = [("Bengal", 6), ("Siamese", 7), ("beagle", 30), ("pug", 34)][n as usize % 4];
        let bright = |x: u32, y: u32| if ((x + n) / stripes).is_multiple_of(2) { 200 } else { 60 + (y * n % 50) as u8 };
        let picture = RgbImage::from_fn(32, 32, |x, y| Rgb([bright(x, y), (y * 4) as u8, 40]));
        picture.save(folder.join(format!("{name}_{n}.png")))?;
    }
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?);
    let dls = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(HoldOut::new(RandomSplitter::new(0.3), RandomSplitter::new(0.25)))
        .with_item_transform(Resize::crop(32))
        .dataloaders(folder, &device_from_env()?)?
        .with_batch_size(16);
    let mut learn = vision_learner(dls, Arch::Small)?.without_observers();
    learn.fit_one_cycle(4, 1e-2)?;
    Ok(learn)
}
