//! What is found of every kind of target, from outputs that a model is told: numbers counted by hand.

use std::path::Path;

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor};
use firelight_datablock::{
    BoxBlock, CategoryBlock, DataBlock, ImageBlock, IndexSplitter, MaskBlock, MultiCategoryBlock, NodeBlock,
    PointBlock, RegressionBlock, TargetBlock,
};
use firelight_learner::models::Model;
use firelight_learner::{Interpretation, KeepBest, Learner, Part, Scored, TargetDefaults};
use firelight_losses::{CostMatrix, Decision};
use firelight_plots::Mark;
use firelight_transforms::{Mask, Size};
use firelight_vocab::{Taxonomy, Vocab};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

#[derive(Module, Debug)]
struct Told {
    rows: Param<Tensor<2>>,
}

impl Model for Told {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        pictures.mean_dims(&[2, 3]).flatten::<2>(1, 3).narrow(1, 0, 1)
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        let items: Tensor<1, Int> = (features * 255.0).round().int().flatten(0, 1);
        self.rows.val().select(0, items)
    }

    fn groups(&self) -> Vec<String> {
        vec!["^rows$".into()]
    }
}

/// Five pictures, 4 pixels wide and 2 high, whose red tells their number. The last two train.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..5 {
        let picture = RgbImage::from_pixel(4, 2, Rgb([number, 90, 90]));
        picture.save(folder.path().join(format!("{number}.png"))).expect("a picture");
    }
    folder
}

fn number(item: &Path) -> usize {
    item.file_stem().and_then(|stem| stem.to_str()?.parse().ok()).expect("a number")
}

/// A learner whose model gives `rows` for the three validation pictures, before what the loss's activation makes of them.
fn told<Y, const C: usize>(folder: &TempDir, target: Y, rows: [[f32; C]; 3]) -> Learner<Y::Fitted, Told>
where
    Y: TargetBlock<Fitted: TargetDefaults<Item = Path>>,
{
    let loaders = DataBlock::new(ImageBlock::rgb(), target)
        .with_splitter(IndexSplitter::new(0..3))
        .dataloaders(folder.path(), &Device::flex())
        .expect("loaders")
        .with_batch_size(2);
    let fitted = loaders.train().dataset().fitted().clone();
    let rows = [rows.as_flattened(), &[0.0; C], &[0.0; C]].concat();
    let rows = Tensor::<1>::from_floats(&rows[..], &Device::flex()).reshape([5, C]);
    Learner::new(loaders, Told { rows: Param::from_tensor(rows) }, fitted.loss())
        .with_metrics(fitted.metrics())
        .with_decision(fitted.decision())
        .without_observers()
}

fn found<F: TargetDefaults>(learn: &Learner<F, Told>) -> Interpretation<F> {
    learn.interpret().expect("an interpretation")
}

fn near(value: Option<f64>, expected: f64) {
    assert!(value.is_some_and(|value| (value - expected).abs() < 1e-5), "{value:?} is not {expected}");
}

fn items(all: &[Scored]) -> Vec<usize> {
    all.iter().map(|one| one.item).collect()
}

/// The page, which fetches nothing and fills every place, and the names of its sections.
fn page<F: TargetDefaults>(seen: &Interpretation<F>) -> (String, Vec<String>) {
    let place = tempfile::tempdir().expect("a folder");
    let page = std::fs::read_to_string(seen.save_report(place.path()).expect("a page")).expect("a text");
    assert!(!page.contains("{{") && page.ends_with("</html>\n"));
    assert!(!page.contains("http://") && !page.contains("https://"));
    assert!(page.split("src=\"").skip(1).all(|source| source.starts_with("data:image/")));
    let sections = page.split("-title\">").skip(1).filter_map(|text| Some(text.split_once("</h2>")?.0.to_owned()));
    let sections = sections.collect();
    (page, sections)
}

const USUAL: [&str; 5] = ["What came of it", "Configuration", "A batch", "Curves", "Epochs"];

fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}

#[allow(clippy::unnecessary_wraps)] // a labeller may fail
fn labels(item: &Path) -> Result<Vec<String>, firelight_datablock::DataError> {
    let labels: &[&str] = [&["boat"][..], &["boat", "sea"], &[], &["sea"], &["sea"]][number(item)];
    Ok(labels.iter().map(|label| (*label).to_owned()).collect())
}

#[test]
fn several_classes_have_scores_curves_and_thresholds() {
    let folder = folder();
    let vocab = Vocab::ordered(["boat", "sea"]).expect("names");
    let rows = [[0.9, 0.6], [0.3, 0.7], [0.6, 0.1]].map(|row| row.map(logit));
    let learn = told(&folder, MultiCategoryBlock::new(labels).with_vocab(vocab.clone()), rows);
    let seen = found(&learn);
    let report = seen.report();
    let [boat, sea] = &report.classes[..] else { panic!("{report}") };
    assert_eq!((boat.examples, boat.picked, boat.precision, boat.recall), (2, 2, Some(0.5), Some(0.5)));
    near(boat.average_precision, 0.5 + 0.5 * 2.0 / 3.0);
    assert_eq!((boat.roc_auc, sea.roc_auc), (Some(0.5), Some(1.0)));
    assert_eq!((sea.precision, sea.recall), (Some(0.5), Some(1.0)));
    near(boat.best_threshold.map(f64::from), 0.3);
    near(sea.best_threshold.map(f64::from), 0.7);
    // One class too many of the first, one too few of the second, one too many of the third.
    let wrong = seen.worst(9);
    assert_eq!((items(&wrong), wrong[0].value), (vec![0, 1, 2], 1.0));
    assert_eq!(number(&seen.path(wrong[1].item)), 1);

    assert_ne!(seen.plot_roc(&["boat"]).expect("a picture"), seen.plot_roc(&[]).expect("a picture"));
    assert_eq!(seen.plot_precision_recall(&[]).ok(), seen.plot_precision_recall(&["boat", "sea"]).ok());
    let error = seen.plot_roc(&["boot"]).unwrap_err();
    assert!(error.to_string().contains("did you mean \"boat\""), "{error}");

    let (page, sections) = page(&seen);
    assert_eq!(sections[..5], USUAL);
    assert_eq!(sections[5..], ["Classes", "Thresholds", "Most wrong", "Highest losses"]);
    assert!(page.contains("<th scope=\"row\">boat</th><td>0</td><td>2</td><td>2</td><td>0.500</td>"));
    assert!(page.contains("average precision") && page.contains("said boat, sea"), "titles of pictures");

    let best = seen.best_decision().expect("a decision");
    let report = found(&learn.with_decision(best)).report();
    near(report.classes[0].f1, 0.8);
    near(report.classes[1].f1, 1.0);
}

#[test]
fn values_have_errors_residuals_and_the_farthest_items() {
    let folder = folder();
    let targets = [[1.0, 10.0], [2.0, 20.0], [4.0, 10.0], [0.0, 0.0], [3.0, 7.0]];
    let block = RegressionBlock::new(move |item: &Path| Ok(targets[number(item)].to_vec()));
    let seen = found(&told(&folder, block, [[1.5, 10.0], [2.0, 26.0], [3.0, 13.0]]));
    let report = seen.report();
    assert_eq!(seen.names(), ["value 1", "value 2"]);
    near(report.values[0].mae, 0.5);
    near(report.values[0].bias, -0.5 / 3.0);
    near(report.values[1].rmse, (45.0_f64 / 3.0).sqrt());
    let worst = seen.worst(1, 2);
    assert_eq!((items(&worst), worst[0].value), (vec![1, 2], 6.0));
    assert_eq!(seen.worst(2, 9), []);
    assert_ne!(seen.plot_residuals(0), seen.plot_residuals(1));
    let (page, sections) = page(&seen);
    assert_eq!(sections[5..], ["Values", "Residuals", "Farthest off", "Highest losses"]);
    assert!(page.contains("<th scope=\"row\">value 1</th><td>0.500</td>") && page.contains("<td>6</td>"));
}

#[test]
fn pixels_are_counted_over_all_masks_and_those_that_do_not_count_are_passed_over() {
    let folder = folder();
    let vocab = Vocab::ordered(["ground", "cat", "dog"]).expect("names");
    let actual = [[0, 0, 0, 0, 1, 1, 1, 255], [2; 8], [255; 8], [0; 8], [0, 0, 0, 0, 1, 1, 2, 2]];
    let block = MaskBlock::made(vocab.clone(), move |item: &Path| {
        Ok(Mask::new(Size::new(4, 2), actual[number(item)].to_vec()).expect("a mask"))
    });
    let picked: [[usize; 8]; 3] = [[0, 0, 1, 0, 1, 1, 2, 0], [2; 8], [1; 8]];
    let maps = picked.map(|codes| {
        let mut map = [0.0; 24];
        for (pixel, code) in codes.into_iter().enumerate() {
            map[code * 8 + pixel] = 5.0;
        }
        map
    });
    let learn = told(&folder, block, maps);
    let seen = found(&learn);
    let pixels = seen.pixels();
    assert_eq!((pixels.pixels(), pixels.count(0, 1), pixels.count(1, 2), pixels.hits(2)), (15, 1, 1, 8));
    let report = seen.report();
    assert_eq!((report.classes[0].iou, report.classes[1].iou, report.classes[2].pixels), (Some(0.75), Some(0.5), 8));
    near(report.classes[2].iou, 8.0 / 9.0);
    let metrics = learn.evaluate().expect("an evaluation").metrics;
    assert_eq!(report.mean.iou, metrics[0], "what the metric says");
    let named: Vec<_> = seen.most_confused(9).iter().map(|pair| (pair.actual, pair.predicted, pair.pixels)).collect();
    assert_eq!(named, [("ground", "cat", 1), ("cat", "dog", 1)]);
    // Of the last picture nothing counts.
    let worst = seen.worst(9);
    assert_eq!((items(&worst), worst[1].value), (vec![0, 1], 1.0));
    near(Some(worst[0].value), (0.75 + 0.5 + 0.0) / 3.0);
    assert!(seen.plot_confusion().width() > 100);
    let train = learn.interpret_on(Part::Train).expect("an interpretation");
    assert_eq!(train.pixels().pixels(), 16);

    let cost =
        CostMatrix::from_fn(&vocab, |actual, picked| if actual == picked || picked == "dog" { 0.0 } else { 1e4 });
    let dogs = learn.with_decision(Decision::minimum_risk(&cost, &vocab).expect("a rule"));
    assert_eq!(found(&dogs).pixels().picked(2), 15, "by the decision");

    let (page, sections) = page(&seen);
    assert_eq!(sections[5..], ["Classes", "Confusion of pixels", "Least overlap", "Highest losses"]);
    assert!(page.contains("<th scope=\"row\">ground taken for cat</th><td>1</td>") && page.contains("mean IoU 0.42"));
}

#[test]
fn points_have_distances_in_shares_and_pixels_and_unknown_ones_do_not_count() {
    let folder = folder();
    let names = Vocab::ordered(["nose", "tail"]).expect("names");
    let block = PointBlock::some(|item: &Path| {
        Ok(match number(item) {
            0 => vec![Some([2.0, 1.0]), None],
            2 => vec![None, None],
            _ => vec![Some([1.0, 1.0]), Some([3.0, 1.5])],
        })
    });
    let rows = [[0.5, 0.0, 9.0, 9.0], [-0.5, 0.1, 0.5, 0.1], [0.0; 4]];
    let seen = found(&told(&folder, block.with_names(names), rows));
    let report = seen.report();
    let [nose, tail] = &report.points[..] else { panic!("{report}") };
    near(nose.error, 0.15);
    near(nose.pixels, 0.55); // a pixel of the width, a tenth of a pixel of the height
    assert_eq!((nose.known, nose.found), (2, [Some(0.0), Some(0.5), Some(0.5)]));
    near(tail.error, 0.2);
    near(report.all.error, 0.5 / 3.0);
    let worst = seen.worst(9);
    assert_eq!((items(&worst), worst[0].value), (vec![0, 1], 0.25));
    near(Some(worst[1].value), 0.125);
    assert!(seen.plot_found().width() > 100);
    let (page, sections) = page(&seen);
    assert_eq!(sections[5..], ["Points", "Farthest off", "Highest losses"]);
    assert!(page.contains("<tfoot><tr><th scope=\"row\">all</th><td>3</td><td>0.167</td>"));
    assert!(page.contains("What is true is blue"));
}

#[test]
fn boxes_have_overlaps_and_distances() {
    let folder = folder();
    let block = BoxBlock::some(|item: &Path| {
        Ok([Some([0.0, 0.0, 2.0, 1.0]), None, Some([0.0, 0.0, 4.0, 2.0])].get(number(item)).copied().unwrap_or(None))
    });
    let seen = found(&told(&folder, block, [[-1.0, -1.0, 0.0, 1.0], [0.0; 4], [-1.0, -1.0, 1.0, 1.0]]));
    let report = seen.report();
    assert_eq!((report.boxes, report.mean_iou, report.found), (2, Some(0.75), [Some(1.0), Some(0.5)]));
    assert_eq!((report.centre, report.centre_pixels, report.height), (Some(0.125), Some(0.25), Some(0.25)));
    let worst = seen.worst(9);
    assert_eq!((items(&worst), worst[0].value), (vec![0, 2], 0.5));
    let (page, sections) = page(&seen);
    assert_eq!(sections[5..], ["Boxes", "Least overlap", "Highest losses"]);
    assert!(page.contains("<th scope=\"row\">share from IoU 0.75</th><td>0.500</td>"));
}

fn breed(item: &Path) -> &'static str {
    ["cat", "dog", "dog", "cat", "dog"][number(item)]
}

/// Both are classes, so that either may be wrong.
#[test]
fn a_pair_is_right_where_neither_is_wrong() {
    let folder = folder();
    let breeds = || CategoryBlock::new(|item: &Path| Ok(breed(item).to_owned()));
    let learn = told(&folder, (breeds(), breeds()), [[0.0; 4]; 3]);
    let fitted = learn.data().train().dataset().fitted();
    let mark = |said: (usize, usize)| fitted.title(&[0.5; 4], &said, &(0, 0)).1;
    assert_eq!(mark((0, 0)), Some(Mark::Right));
    assert_eq!([(1, 0), (0, 1), (1, 1)].map(mark), [Some(Mark::Wrong); 3]);
}

#[test]
fn a_page_of_another_part_says_which() {
    let folder = folder();
    let learn = told(&folder, RegressionBlock::one(|item: &Path| Ok(number(item) as f32)), [[0.0]; 3]);
    let (valid, _) = page(&found(&learn));
    assert!(valid.contains("<dt>validation loss</dt>") && valid.contains("<td>3 pictures of the validation part</td>"));
    let (train, _) = page(&learn.interpret_on(Part::Train).expect("an interpretation"));
    assert!(train.contains("<dt>training loss</dt>") && train.contains("<td>2 pictures of the training part</td>"));
}

#[test]
fn both_targets_of_a_pair_are_looked_at_each_in_its_own_outputs() {
    let folder = folder();
    let breeds = CategoryBlock::new(|item: &Path| Ok(breed(item).to_owned()));
    let boxes = BoxBlock::new(|_: &Path| Ok([0.0, 0.0, 2.0, 1.0]));
    let exact = [-1.0, -1.0, 0.0, 0.0];
    let row = |cat: f32, [left, top, right, bottom]: [f32; 4]| [cat, 0.0, left, top, right, bottom];
    let rows = [row(2.0, exact), row(1.0, [-1.0, -1.0, 0.0, 1.0]), row(-3.0, exact)];
    let learn = told(&folder, (breeds, boxes), rows);
    let seen = found(&learn);
    assert_eq!(seen.first().confusion(), [[1, 0], [1, 1]]);
    near(seen.second().report().mean_iou, 2.5 / 3.0);
    assert_eq!(items(&seen.second().worst(1)), [1]);
    let (page, sections) = page(&seen);
    let expected = [
        "First target: Classes",
        "First target: Confusion",
        "Second target: Boxes",
        "Second target: Least overlap",
        "Highest losses",
    ];
    assert_eq!(sections[5..], expected);
    assert!(page.contains("<th scope=\"row\">dog taken for cat</th><td>1</td>"));

    let vocab = Vocab::from_labels(["cat", "dog"]);
    let cost = CostMatrix::from_fn(&vocab, |actual, picked| match (actual, picked) {
        ("dog", "cat") => 100.0,
        _ => f64::from(actual != picked),
    });
    let careful = learn.with_decision(Decision::minimum_risk(&cost, &vocab).expect("a rule"));
    let seen = found(&careful);
    assert_eq!(seen.first().confusion(), [[0, 1], [0, 2]]);
    near(seen.second().report().mean_iou, 2.5 / 3.0);
    assert_eq!(careful.evaluate().expect("an evaluation").metrics[0], seen.first().class_report().accuracy);
}

#[test]
fn costs_of_one_of_two_targets_of_equally_many_classes_decide_that_one_alone() {
    let folder = folder();
    let breeds = || CategoryBlock::new(|item: &Path| Ok(breed(item).to_owned()));
    let coats = || CategoryBlock::new(|item: &Path| Ok(if breed(item) == "cat" { "long" } else { "short" }.to_owned()));
    // The first is likelier in both targets of all pictures, and right for the first picture alone.
    let learn = || told(&folder, (breeds(), coats()), [[1.0, 0.0, 1.0, 0.0]; 3]);
    let rule = |names: [&str; 2]| {
        let vocab = Vocab::from_labels(names);
        let cost = CostMatrix::from_fn(&vocab, |actual, picked| match (actual, picked) {
            ("dog", "cat") | ("short", "long") => 100.0,
            _ => f64::from(actual != picked),
        });
        Decision::minimum_risk(&cost, &vocab).expect("a rule")
    };
    let (third, two_thirds) = (Some(1.0 / 3.0), Some(2.0 / 3.0));
    assert_eq!(learn().evaluate().expect("an evaluation").metrics, [third, third]);
    for (names, expected) in [(["cat", "dog"], [two_thirds, third]), (["long", "short"], [third, two_thirds])] {
        let learn = learn().with_decision(rule(names));
        assert_eq!(learn.evaluate().expect("an evaluation").metrics, expected, "{names:?}");
        let seen = found(&learn);
        let accuracies = [seen.first(), seen.second()].map(|half| half.class_report().accuracy);
        assert_eq!(accuracies, expected, "{names:?}");
    }
}

#[test]
fn a_validation_part_of_which_nothing_counts_has_no_loss_and_no_best_model() {
    let folder = folder();
    let block = || PointBlock::some(|item: &Path| Ok(vec![(number(item) > 2).then_some([1.0, 1.0])]));
    let mut learn = told(&folder, block(), [[0.0; 2]; 3]).with_best(KeepBest::new("valid_loss"));
    learn.fit(2, 1e-3).expect("a fit");
    assert!(learn.history().epochs.iter().all(|row| row.valid_loss.is_none() && row.metrics == [None, None]));
    assert!(learn.best().is_none());
    assert!(learn.evaluate().expect("an evaluation").loss.is_nan());
    let seen = found(&learn);
    assert_eq!((seen.report().all.known, seen.worst(9)), (0, vec![]));
    let (page, _) = page(&seen);
    assert!(page.contains("<dt>validation loss</dt><dd>n/a</dd>"));
    assert!(page.contains("in shares of the picture's side: none.</p>"));
}

/// Three pictures: some cat that is taken for a Bengal, a Siamese that is taken for a pug, and a pug.
#[test]
fn labels_have_what_is_picked_for_them() {
    let folder = folder();
    let tree = Taxonomy::from_paths(["cat/Bengal", "cat/Siamese", "dog/pug"]).expect("a tree");
    let labels = ["cat", "Siamese", "pug", "cat", "Bengal"];
    let block = NodeBlock::new(&tree, move |item: &Path| Ok(labels[number(item)].to_owned())).expect("a block");
    let learn = told(&folder, block, [[2.0, 0.0, 0.0], [0.0, 0.5, 3.0], [0.0, 0.0, 9.0]]);
    let evaluation = learn.evaluate().expect("an evaluation");
    near(evaluation.metrics[0], 2.0 / 3.0);
    near(evaluation.metrics[1], 0.5);
    let total = |row: [f64; 3]| row.iter().map(|score| score.exp()).sum::<f64>().ln();
    let cat = total([2.0, 0.0, 0.0]) - (2.0_f64.exp() + 1.0).ln();
    let losses = cat + total([0.0, 0.5, 3.0]) - 0.5 + total([0.0, 0.0, 9.0]) - 9.0;
    near(Some(evaluation.loss), losses / 3.0);

    let seen = found(&learn);
    let rows: Vec<_> = seen
        .labels()
        .into_iter()
        .map(|label| format!("{} {} {} {} {}", label.name, label.trained, label.items, label.within, label.most))
        .collect();
    assert_eq!(rows, ["cat 1 1 1 Bengal", "Bengal 1 0 0 –", "Siamese 0 1 0 pug", "pug 0 1 1 pug"]);
    let wrong: Vec<Scored> = seen.wrong();
    assert_eq!(wrong.iter().map(|one| one.item).collect::<Vec<_>>(), [1]);
    near(Some(wrong[0].value), 0.5_f64.exp() / (1.0 + 0.5_f64.exp() + 3.0_f64.exp()));
    let titles: Vec<_> = (0..3)
        .map(|item| {
            let fitted = learn.data().train().dataset().fitted();
            let row = learn.predictions().expect("predictions").row(item).to_vec();
            let said = fitted.read(&row, Size::new(4, 2), &Decision::Argmax);
            fitted.title(&row, &said, &learn.data().valid().dataset().targets()[item])
        })
        .collect();
    assert_eq!(titles[0], (vec!["Bengal 79 %".to_owned(), "is cat".to_owned()], Some(Mark::Right)));
    assert_eq!(titles[1], (vec!["said pug 88 %".to_owned(), "is Siamese".to_owned()], Some(Mark::Wrong)));
    assert_eq!(titles[2], (vec!["pug 100 %".to_owned()], Some(Mark::Right)));
}
