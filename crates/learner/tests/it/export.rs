use std::path::Path;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Int, Tensor};
use firelight_datablock::{ImageBlock, InputBlock, TrainingColours};
use firelight_learner::models::{Arch, HeadConfig};
use firelight_learner::{Learner, LearnerError, PredictError, Predictor};
use firelight_losses::{
    CostMatrix, CrossEntropy, Decision, Loss, PairWeighted, PairWeights, SoftLabelCrossEntropy, SoftLabels,
};
use firelight_transforms::{InputReader, Limits, Normalize, Picture, PictureReader, TransformError, open};
use firelight_vocab::Groups;
use image::RgbImage;

use crate::shapes;

#[test]
fn an_export_predicts_as_the_learner_does_without_the_data() {
    let pictures = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&pictures, &Device::flex()));
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("shapes.firelight");
    learn.export(&file).expect("an export");
    assert_eq!(std::fs::read_dir(place.path()).expect("a folder").count(), 1, "no temporary file stays");

    let item = learn.data().valid().dataset().items()[0].clone();
    let expected = learn.predictions().expect("predictions");
    let own = learn.predictor().expect("a predictor").predict(&item).expect("a prediction");
    drop(learn);
    let loaded = Predictor::load(&file, &Device::flex()).expect("a predictor");
    let prediction = loaded.predict(&item).expect("a prediction");
    assert_eq!(prediction, own);
    assert_eq!(loaded.vocab().names(), ["Bright", "bars", "dark"]);
    assert_eq!(prediction.index, expected.decided[0]);
    assert!((prediction.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    for (one, all) in prediction.probabilities.iter().zip(expected.row(0)) {
        assert!((one - all).abs() < 1e-5);
    }
    assert_eq!(prediction.likeliest(1)[0].0, prediction.index);
}

#[test]
fn the_decision_rule_travels_with_the_export() {
    let pictures = shapes::folder(24);
    let loaders = shapes::loaders(&pictures, &Device::flex());
    let groups = Groups::by(loaders.vocab(), |_| "all");
    let rule = Decision::minimum_risk(&CostMatrix::from_groups(&groups, 1.0, 1.0), loaders.vocab()).expect("a rule");
    let learn = shapes::learner(loaders).with_decision(rule.clone());
    let place = tempfile::tempdir().expect("a folder");
    learn.export(place.path().join("x")).expect("an export");
    let loaded = Predictor::load(place.path().join("x"), &Device::flex()).expect("a predictor");
    assert_eq!(loaded.manifest().decision, rule);
}

#[test]
fn the_training_pictures_colours_travel_with_the_export() {
    let pictures = shapes::folder(24);
    let loaders = shapes::loaders(&pictures, &Device::flex());
    let measured = TrainingColours::default().measure(loaders.train().dataset(), loaders.progress()).expect("colours");
    assert_ne!(measured, Normalize::imagenet());
    let learn = shapes::learner(loaders.with_normalize(measured.clone()));
    let place = tempfile::tempdir().expect("a folder");
    learn.export(place.path().join("x")).expect("an export");
    let loaded = Predictor::load(place.path().join("x"), &Device::flex()).expect("a predictor");
    assert_eq!(loaded.manifest().transforms.normalize(), measured);
}

#[test]
fn an_export_makes_its_folder_and_says_what_it_cannot_write() {
    let pictures = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    let learn = shapes::learner(shapes::loaders(&pictures, &Device::flex()));
    learn.export(place.path().join("new/folder/x")).expect("an export");
    std::fs::write(place.path().join("file"), "in the way").expect("a file");
    let error = learn.export(place.path().join("file/x")).expect_err("no folder").to_string();
    assert!(error.starts_with("export: cannot write ") && error.contains("file"), "{error}");
}

/// Reads what the usual block reads, in negative.
#[derive(Debug, Clone)]
struct Negative;

impl InputBlock for Negative {
    fn read(&self, path: &Path) -> Result<Picture, TransformError> {
        let mut picture = open(path, &Limits::default())?;
        image::imageops::invert(&mut picture);
        Ok(picture.into())
    }
}

/// B11, F2: what trains is what predicts, and what a file cannot hold is not exported.
#[test]
fn an_input_block_of_ones_own_predicts_and_is_refused_by_an_export() {
    let pictures = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders_of(Negative, pictures.path(), &Device::flex()));
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let all = learn.predictions().expect("predictions");
    let predictor = learn.predictor().expect("a predictor");
    let items = learn.data().valid().dataset().items().to_vec();
    for (row, &item) in all.items.iter().enumerate() {
        for prediction in [learn.predict(&items[item]), predictor.predict(&items[item]).map_err(LearnerError::from)] {
            for (one, many) in prediction.expect("a prediction").probabilities.iter().zip(all.row(row)) {
                assert!((one - many).abs() < 1e-5);
            }
        }
    }
    predictor
        .predict_files(&items)
        .for_each(|path, prediction| {
            let row = items.iter().position(|item| item == path).expect("an item");
            assert!((prediction.probabilities[0] - all.row(row)[0]).abs() < 1e-5);
        })
        .expect("predictions");
    let place = tempfile::tempdir().expect("a folder");
    let error = learn.export(place.path().join("x")).expect_err("refused").to_string();
    assert_eq!(
        error,
        "export: the input block Negative is code, which a file does not hold; export a model of `ImageBlock`"
    );
    assert_eq!(std::fs::read_dir(place.path()).expect("a folder").count(), 0);
}

/// F17: pictures that train can be predicted; the limits are in the export.
#[test]
fn limits_travel_with_the_export() {
    let pictures = shapes::folder(24);
    let limited = |pixels| ImageBlock::rgb().with_limits(Limits::default().with_pixels(pixels));
    let learn = shapes::learner(shapes::loaders_of(limited(2000), pictures.path(), &Device::flex()));
    let place = tempfile::tempdir().expect("a folder");
    learn.export(place.path().join("x")).expect("an export");
    let predictor = Predictor::load(place.path().join("x"), &Device::flex()).expect("a predictor");
    assert_eq!(
        predictor.manifest().input,
        InputReader::File(PictureReader::default().with_limits(Limits::default().with_pixels(2000)))
    );
    let large = place.path().join("large.png");
    RgbImage::new(50, 50).save(&large).expect("a picture of 2,500");
    assert!(matches!(predictor.predict(&large), Err(PredictError::Input { .. })));
    let more = shapes::learner(shapes::loaders_of(limited(3000), pictures.path(), &Device::flex()));
    more.predict(&large).expect("a prediction");
    more.export(place.path().join("x")).expect("an export");
    let predictor = Predictor::load(place.path().join("x"), &Device::flex()).expect("a predictor");
    predictor.predict(&large).expect("a prediction");
    predictor.predict_bytes(&std::fs::read(&large).expect("bytes")).expect("a prediction");
}

/// F4: numbers that are none are not exported.
#[test]
fn weights_that_are_not_finite_are_not_written() {
    let pictures = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    // Such a model is in memory after weights of one's own.
    let mut own = shapes::learner(shapes::loaders(&pictures, &Device::flex())).model().valid();
    own.head = HeadConfig::new(Arch::Small.features(), 3).init(1, &Device::flex());
    let own = own.map(&mut Poison);
    let learn = Learner::new(shapes::loaders(&pictures, &Device::flex()), own, CrossEntropy::new());
    let error = learn.save(place.path().join("x")).expect_err("refused").to_string();
    assert!(error.starts_with("export: the weights ") && error.ends_with(" are not finite numbers"), "{error}");
    let predictions = learn.predictions().expect_err("nothing is predicted");
    assert!(matches!(predictions, LearnerError::NoNumbers { path: Some(_) }), "{predictions}");
    assert!(learn.interpret().is_err() && learn.tta(1).is_err());
    let evaluation = learn.evaluate().expect("figures");
    assert!(evaluation.loss.is_nan());
}

/// Makes every number of a model NaN.
struct Poison;

impl ModuleMapper for Poison {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        parameter.map(|tensor| tensor * f32::NAN)
    }
}

#[test]
fn a_picture_that_cannot_be_read_is_named() {
    let pictures = shapes::folder(24);
    let learn = shapes::learner(shapes::loaders(&pictures, &Device::flex()));
    let predictor = learn.predictor().expect("a predictor");
    let error = predictor.predict("nowhere.jpg").expect_err("no file").to_string();
    assert!(error.starts_with("predict: ") && error.contains("nowhere.jpg"), "{error}");
    assert!(predictor.predict_picture(&RgbImage::new(5, 500)).is_ok());
}

#[test]
fn pictures_of_training_and_mistakes_are_written() {
    let pictures = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&pictures, &Device::flex()));
    learn.fit_one_cycle(1, 1e-2).expect("a fit");
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("new");
    learn.save_pictures(&folder).expect("pictures");
    let interpretation = learn.interpret().expect("an interpretation");
    interpretation.save_pictures(&folder, None).expect("pictures");
    for name in ["batch.png", "losses.png", "rates.png", "confusion.png", "worst.png"] {
        assert!(image::open(folder.join(name)).is_ok(), "{name}");
    }
    let counted: usize = interpretation.confusion().iter().flatten().sum();
    assert_eq!(counted, 6);
    let report = interpretation.class_report();
    assert_eq!(report.weighted_mean.examples, 6);
    let cost = CostMatrix::uniform(interpretation.vocab()).with("dark", "bars", 5.0).expect("a cost");
    let costly = interpretation.most_costly(&cost).expect("costs");
    assert!(costly.windows(2).all(|pair| pair[0].cost >= pair[1].cost));
    let histogram = interpretation.cost_histogram(&cost).expect("costs");
    assert_eq!(histogram.iter().map(|(_, examples)| examples).sum::<usize>(), 6);
    let paid: f64 = histogram.iter().map(|(cost, examples)| cost * *examples as f64).sum();
    assert!((paid - costly.iter().map(|pair| pair.cost).sum::<f64>()).abs() < 1e-9);
    let page = interpretation.save_report(&folder).expect("a page");
    assert_eq!(page, folder.join("report.html"));
    let text = std::fs::read_to_string(&page).expect("a text");
    assert!(!text.contains("{{") && text.ends_with("</html>\n"));
    // Nothing is fetched: every source and every link is in the page.
    for place in text.split("src=\"").skip(1) {
        assert!(place.starts_with("data:image/"), "{}", &place[..40.min(place.len())]);
    }
    assert!(!text.contains("http://") && !text.contains("https://"));
    let worst = interpretation.top_losses(6);
    assert!(worst.windows(2).all(|pair| pair[0].loss >= pair[1].loss));
}

#[test]
fn a_runs_page_names_a_boxed_loss_and_shows_every_matrix_in_it() {
    let pictures = shapes::folder(24);
    let loaders = shapes::loaders(&pictures, &Device::flex());
    let vocab = loaders.vocab().clone();
    let soft = SoftLabelCrossEntropy::new(&SoftLabels::uniform(&vocab, 0.1).expect("labels"), &vocab).expect("a loss");
    let weights = PairWeights::from_fn(&vocab, |truth, predicted| if truth == predicted { 1.0 } else { 2.0 });
    let pair = PairWeighted::new(soft, &weights, &vocab).expect("a loss");
    let described = Loss::<Tensor<1, Int>>::describe(&pair);
    assert!(
        described.starts_with("pair weighted (") && described.contains(" of soft label cross entropy ("),
        "{described}"
    );
    let boxed: Box<dyn Loss<Tensor<1, Int>>> = Box::new(pair);
    let learn = shapes::learner(loaders).with_loss(boxed);
    let groups = Groups::by(&vocab, |class| if class == "Bright" { "<light>" } else { "dark & bars" });
    let place = tempfile::tempdir().expect("a folder");
    let page = learn.interpret().expect("an interpretation").with_groups(&groups).save_report(place.path());
    let text = std::fs::read_to_string(page.expect("a page")).expect("a text");
    assert!(text.contains(&described), "{described}");
    assert!(text.contains("alt=\"Pair weights of") && text.contains("alt=\"Soft labels of"));
    // What names hold cannot end the script's data early.
    assert!(text.contains(r"\u003clight>") && !text.contains("<light>"));
}

#[test]
fn the_version_of_burn_in_files_is_the_one_of_the_workspace() {
    let pictures = shapes::folder(24);
    let predictor = shapes::learner(shapes::loaders(&pictures, &Device::flex())).predictor().expect("a predictor");
    let workspace = include_str!("../../../../Cargo.toml");
    assert!(workspace.contains(&format!("\nburn = {{ version = \"={}\"", predictor.manifest().burn)));
}
