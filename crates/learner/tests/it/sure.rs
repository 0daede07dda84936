//! What is fitted on held-out examples and put in place: calibrations, sets, nodes.

use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use firelight_costs::{
    Calibrator, ClassTree, CostMatrix, HeldOut, Limit, NodeDecision, NodeRule, SetRule, Taxonomy, Vocab,
};
use firelight_datablock::{Categories, CategoryBlock, DataBlock, HoldOut, ImageBlock, RandomSplitter, RegexLabeller};
use firelight_learner::{Event, Figures, Flow, Learner, Part, Predictor, accuracy, calibration_error};
use firelight_losses::{Caution, CrossEntropy, Decision};
use firelight_metrics::SetReport;
use firelight_transforms::{Chance, Resize};

use crate::shapes::{self, ShapeLearner};
use crate::told::{self, Told};

const NAMES: [&str; 3] = ["Bengal", "beagle", "pug"];

/// A learner of a model whose scores are `factor` times those that its 240 validation cases are drawn by.
fn told(factor: f32, seed: u64) -> Learner<Categories, Told> {
    let (mut actual, mut rows) = (Vec::new(), Vec::new());
    for case in 0..240 {
        let mut chance = Chance::new(seed, 0, case);
        let scores: [f32; 3] = std::array::from_fn(|_| chance.range(-2.0, 2.0));
        let powers = scores.map(f32::exp);
        let mut rest = chance.uniform() * powers.iter().sum::<f32>();
        let class = powers.iter().position(|power| {
            rest -= power;
            rest < 0.0
        });
        actual.push(class.unwrap_or(2));
        rows.push(scores.map(|score| factor * score));
    }
    told::learner(NAMES, &actual, &rows, CrossEntropy::new()).with_metrics([accuracy(), calibration_error()])
}

fn tree(vocab: &Vocab) -> ClassTree {
    let paths = ["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"];
    ClassTree::new(&Taxonomy::from_paths(paths).expect("a taxonomy"), vocab).expect("a tree")
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

#[test]
fn all_that_reads_probabilities_reads_calibrated_ones() {
    let mut learn = told(2.5, 0);
    let (raw, before) = (learn.predictions().expect("predictions"), learn.evaluate().expect("an evaluation"));
    let calibration = learn.calibrate(&Calibrator::temperature()).expect("a calibration");
    let applied: Vec<f32> = raw.outputs.chunks(3).flat_map(|row| calibration.apply(row)).collect();

    let seen = learn.predictions().expect("predictions");
    assert_eq!(bits(&seen.outputs), bits(&applied));
    assert_eq!(
        (&seen.decided, &seen.losses),
        (&raw.decided, &raw.losses),
        "one temperature, and the loss is what is trained"
    );
    let held = HeldOut::of_probabilities(learn.data().vocab(), &seen.rows_of(3), &seen.targets).expect("examples");
    assert_eq!(learn.held_out().expect("examples"), held);

    let after = learn.evaluate().expect("an evaluation");
    assert_eq!((after.loss, after.metrics[0]), (before.loss, before.metrics[0]));
    let effect = calibration.effect();
    assert!((before.metrics[1].expect("an error") - effect.before.calibration_error).abs() < 1e-9);
    // Of forty sets drawn so the errors were 0.13 or more before, and 0.10 or less after.
    assert!(effect.before.calibration_error > 0.11 && after.metrics[1].expect("an error") < 0.12, "{calibration}");
    assert_eq!(after.metrics[1], held.quality().map(|quality| quality.calibration_error));

    let interpretation = learn.interpret().expect("an interpretation");
    assert_eq!(bits(&interpretation.predictions().outputs), bits(&applied));
    let high = learn.top_losses(3).expect("high losses");
    assert_eq!(bits(&high[0].outputs), bits(seen.row(high[0].row)));
    assert_eq!(bits(&learn.tta(0).expect("predictions").outputs), bits(&applied));
    let again = learn.without_calibration();
    assert_eq!(bits(&again.predictions().expect("predictions").outputs), bits(&raw.outputs));
    let given = again.with_calibration(calibration);
    assert_eq!(bits(&given.predictions().expect("predictions").outputs), bits(&applied));
}

/// Rows for what takes them one by one.
trait Rows {
    fn rows_of(&self, columns: usize) -> Vec<Vec<f32>>;
}

impl<T> Rows for firelight_learner::Predictions<T> {
    fn rows_of(&self, columns: usize) -> Vec<Vec<f32>> {
        self.outputs.chunks(columns).map(<[f32]>::to_vec).collect()
    }
}

/// Of forty sets drawn so the coverage was 0.71 to 0.91, and the mean of ten 0.78 to 0.82: binomial bands, wider by those of the thresholds.
#[test]
fn sets_of_one_half_keep_their_promise_on_the_other() {
    let limit = Limit::on_average(0.2).expect("a limit");
    let mut missed = 0.0;
    for seed in 0..10 {
        let held = told(2.5, seed).held_out().expect("examples");
        let (first, second) = held.split(0.5, seed).expect("halves");
        let sets = SetRule::lac().may_be_empty().fit(&first, limit).expect("sets");
        let coverage = SetReport::of(&sets, &second).all.coverage.expect("examples");
        assert!((0.62..=0.97).contains(&coverage), "{coverage}");
        missed += 1.0 - coverage;
    }
    assert!((missed / 10.0 - 0.2).abs() < 0.06, "{missed}");
}

#[test]
fn what_was_fitted_here_is_judged_out_of_fold() {
    let mut learn = told(2.5, 1);
    let calibrator = Calibrator::temperature();
    let calibration = learn.calibrate(&calibrator).expect("a calibration");
    let limit = Limit::on_average(0.2).expect("a limit");
    let sets = learn.prediction_sets(&SetRule::lac(), limit).expect("sets");
    let climb = learn.climb(&tree(learn.data().vocab()), limit).expect("a climb");
    let report = learn.interpret().expect("an interpretation").sure_report().expect("a report");
    let (before, after) = (calibration.effect().before, calibration.effect().after);
    let figures = |of: &Figures| (of.calibration_error, of.negative_log_likelihood);
    assert_eq!(figures(&report.before), (before.calibration_error, before.negative_log_likelihood));
    let told = report.after.as_ref().map(figures);
    assert_eq!(told, Some((after.calibration_error, after.negative_log_likelihood)));

    // Sets are fitted and judged on probabilities that no calibration has seen.
    let plain = learn.without_calibration();
    let judged = calibrator.out_of_fold(&plain.held_out().expect("examples")).expect("examples");
    assert_eq!(sets, SetRule::lac().fit(&judged, limit).expect("sets"));
    assert_eq!(climb, firelight_costs::Climb::fit(&tree(plain.data().vocab()), &judged, limit).expect("a climb"));
    let by_hand = SetReport::out_of_fold(&SetRule::lac(), limit, &judged, 5).expect("a report");
    assert_eq!(report.sets, Some((format!("sets {}", sets.promise()), by_hand)));
    let (rule, nodes) = report.nodes.as_ref().expect("nodes");
    assert_eq!((rule, nodes.examples), (&climb.to_string(), 240));
    assert!(nodes.right.expect("answers") > 0.7 && nodes.exact < nodes.right, "{nodes}");
    // The text has all of it.
    let text = report.to_string();
    for part in ["before: calibration error", "after:  calibration error", "sets without the actual class", "climbs up"]
    {
        assert!(text.contains(part), "{text}");
    }
    assert!(plain.interpret().expect("an interpretation").sure_report().expect("a report").sets.is_none());
}

#[test]
fn a_third_part_is_what_is_fitted_on() {
    let pictures = shapes::folder(48);
    let block = DataBlock::new(
        ImageBlock::rgb(),
        CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$").expect("a pattern")),
    );
    let loaders = block
        .with_splitter(HoldOut::new(RandomSplitter::new(0.25), RandomSplitter::new(0.2)))
        .with_item_transform(Resize::crop(32))
        .dataloaders(pictures.path(), &Device::flex())
        .expect("loaders");
    let mut learn = shapes::learner(loaders.with_batch_size(8));
    let calibration = learn.calibrate(&Calibrator::temperature()).expect("a calibration");
    let third = learn.data().test_part().expect("a third part").dataset().len();
    assert_eq!(calibration.effect().examples, third);
    assert_ne!(third, learn.data().valid().dataset().len());
    // So what the validation part says of it is said of unseen examples.
    let report = learn.interpret().expect("an interpretation").sure_report().expect("a report");
    let quality = learn.held_out_on(Part::Valid).expect("examples").quality();
    assert_eq!(report.after.map(|after| after.calibration_error), quality.map(|quality| quality.calibration_error));
}

/// A learner with all of it in place, of small batches: the shapes are soon learned.
fn sure(folder: &tempfile::TempDir) -> ShapeLearner {
    let mut learn = shapes::learner(shapes::loaders(folder, &Device::flex()));
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    learn.calibrate(&Calibrator::vector().with_folds(2)).expect("a calibration");
    let limit = Limit::on_average(0.3).expect("a limit");
    learn.prediction_sets(&SetRule::aps(), limit).expect("sets");
    let shapes = Taxonomy::from_paths(["shape/plain/Bright", "shape/plain/dark", "shape/bars"]).expect("a taxonomy");
    let tree = ClassTree::new(&shapes, learn.data().vocab()).expect("a tree");
    learn.climb(&tree, limit).expect("a climb");
    learn
}

#[test]
fn all_of_it_travels_with_the_export_bit_for_bit() {
    let pictures = shapes::folder(48);
    let learn = sure(&pictures);
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("shapes.firelight");
    learn.export(&file).expect("an export");
    let loaded = Predictor::load(&file, &Device::flex()).expect("a predictor");
    let seen = learn.predictions().expect("predictions");
    let paths: Vec<_> = seen.items.iter().map(|&item| learn.data().valid().dataset().path(item).into_owned()).collect();
    let (own, mut row) = (learn.predictor().expect("a predictor"), 0);
    let check = |path: &std::path::Path, prediction: &firelight_learner::Prediction| {
        assert_eq!(bits(&prediction.probabilities), bits(seen.row(row)));
        assert_eq!(prediction.index, seen.decided[row]);
        assert_eq!(*prediction, own.predict(path).expect("a prediction"));
        let (set, node) =
            (prediction.sure.set.as_ref().expect("a set"), prediction.sure.node.as_ref().expect("a node"));
        assert!(prediction.sure.calibrated);
        assert_eq!(set.indices, learn.trust().sets.as_ref().expect("sets").of(seen.row(row)));
        assert_eq!(Some(node.node), learn.trust().nodes.as_ref().expect("nodes").decide(seen.row(row)));
        assert_eq!(node.path.first().map(String::as_str), Some("shape"));
        row += 1;
    };
    loaded.predict_files(&paths).with_batch_size(8).for_each(check).expect("predictions");
    assert_eq!(row, 12);
    let text = learn.answer(&paths[0]).expect("an answer").to_string();
    assert!(text.contains("; one of ") && text.contains("at most 0.3 on average"), "{text}");
}

#[test]
fn a_fit_takes_out_of_place_what_was_fitted_and_says_so() {
    let pictures = shapes::folder(48);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = heard.clone();
    let observer = move |event: &Event| {
        if let Event::Notice(text) = event {
            log.lock().expect("a log").push((*text).to_owned());
        }
        Flow::Continue
    };
    let mut learn = sure(&pictures).with_observer(observer);
    let all = learn.trust().clone();
    // What changes no weights takes nothing.
    learn.freeze().expect("frozen");
    learn.fit(0, 1e-2).expect("no fit");
    learn.fit(1, f64::NAN).expect_err("no rate");
    assert_eq!((learn.trust(), heard.lock().expect("a log").len()), (&all, 0));

    learn.fit(1, 1e-3).expect("a fit");
    assert!(learn.trust().is_empty());
    let gone = "what was fitted on the probabilities of the model before (calibration, sets, climbs) is gone with them; fit it again";
    assert_eq!(heard.lock().expect("a log").as_slice(), [gone]);
    // What was decided, and not fitted, stays.
    let flat = ClassTree::flat(learn.data().vocab(), "unknown").expect("a tree");
    let rule = NodeRule::from(NodeDecision::path_length(&flat));
    let mut learn = learn.with_nodes(rule.clone());
    learn.calibrate(&Calibrator::temperature()).expect("a calibration");
    learn.fit(1, 1e-3).expect("a fit");
    assert_eq!((learn.trust().nodes.as_ref(), learn.trust().calibration.as_ref()), (Some(&rule), None));
    assert_eq!(heard.lock().expect("a log").len(), 2);

    let place = tempfile::tempdir().expect("a folder");
    learn.save(place.path().join("weights")).expect("a file");
    learn.calibrate(&Calibrator::temperature()).expect("a calibration");
    learn.load(place.path().join("weights")).expect("weights");
    assert!(learn.trust().calibration.is_none());
    learn.calibrate(&Calibrator::temperature()).expect("a calibration");
    let learn = learn.with_data(shapes::loaders(&pictures, &Device::flex())).expect("data");
    assert!(learn.trust().calibration.is_none() && learn.trust().nodes.is_some());
}

/// A new calibration is of other probabilities than those that sets and climbs were fitted on.
#[test]
fn another_calibration_takes_sets_and_climbs_out_of_place() {
    let pictures = shapes::folder(48);
    let mut learn = sure(&pictures);
    learn.calibrate(&Calibrator::temperature().with_folds(2)).expect("a calibration");
    assert!(learn.trust().calibration.is_some() && learn.trust().sets.is_none() && learn.trust().nodes.is_none());
}

/// A program that is started again calibrates between its fits as it did before.
#[test]
fn a_run_that_goes_on_calibrates_as_it_did() {
    let (pictures, checkpoints) = (shapes::folder(48), tempfile::tempdir().expect("a folder"));
    let program = || {
        let loaders = shapes::loaders(&pictures, &Device::flex());
        let mut learn = shapes::learner(loaders).with_checkpoints(checkpoints.path());
        learn.fit(1, 1e-2).expect("a fit");
        let first = learn.calibrate(&Calibrator::temperature()).expect("a calibration");
        learn.fit(1, 1e-2).expect("a fit");
        assert!(learn.trust().is_empty(), "whether it was done now or before");
        let second = learn.calibrate(&Calibrator::temperature()).expect("a calibration");
        (first, second, bits(&learn.predictions().expect("predictions").outputs))
    };
    let first = program();
    assert_ne!(first.0, first.1);
    assert_eq!(first, program());
}

#[test]
fn what_is_for_other_classes_is_refused_by_what_uses_it() {
    let pictures = shapes::folder(24);
    let learner = || shapes::learner(shapes::loaders(&pictures, &Device::flex()));
    let vocab = Vocab::ordered(["dark", "bars", "Bright"]).expect("the same classes in another order");
    let held = HeldOut::of_probabilities(&vocab, &[[0.5, 0.3, 0.2]; 6], &[0, 1, 2, 0, 1, 0]).expect("examples");
    let calibration = Calibrator::temperature().fit(&held).expect("a calibration");
    let sets = SetRule::lac().fit(&held, Limit::on_average(0.4).expect("a limit")).expect("sets");
    let nodes = NodeDecision::path_length(&ClassTree::flat(&vocab, "any").expect("a tree"));
    let place = tempfile::tempdir().expect("a folder");
    let given = vec![
        ("calibration", learner().with_calibration(calibration)),
        ("prediction sets", learner().with_prediction_sets(sets)),
        ("rule of nodes", learner().with_nodes(nodes)),
    ];
    for (what, learn) in given {
        let text = format!(
            "the {what} was built for 3 classes that are not the data's 3 in the same order; build it with the vocab of these loaders (`dls.vocab()`)"
        );
        assert_eq!(learn.predictions().expect_err("refused").to_string(), text);
        assert_eq!(learn.evaluate().expect_err("refused").to_string(), text);
        assert_eq!(learn.interpret().expect_err("refused").to_string(), text);
        assert_eq!(learn.show_results(1).expect_err("refused").to_string(), text);
        assert_eq!(learn.predictor().expect_err("refused").to_string(), text);
        assert_eq!(learn.export(place.path().join("x")).expect_err("refused").to_string(), text);
    }
    let mut few = learner();
    let error = few.calibrate(&Calibrator::temperature().with_folds(50)).expect_err("refused").to_string();
    assert_eq!(error, "there are 6 held-out examples, of 50 that are needed at least; hold out more");
    assert!(few.trust().is_empty());
}

#[test]
fn a_decision_by_cost_over_probabilities_that_are_not_calibrated_is_told_with_the_figure() {
    let mut learn = told(2.5, 2);
    let vocab = learn.data().vocab().clone();
    assert!(learn.evaluate().expect("an evaluation").cautions.is_empty(), "the likeliest class weighs nothing");
    learn = learn.with_decision(Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).expect("a rule"));
    let error = learn.held_out().expect("examples").quality().expect("examples").calibration_error;
    let text = format!(
        "a decision of least expected cost weighs probabilities, and their calibration error is {error:.3} here; calibrate them before \
         (`learn.calibrate(&Calibrator::temperature())`)"
    );
    let told = |learn: &Learner<Categories, Told>| {
        let cautions = learn.evaluate().expect("an evaluation").cautions;
        cautions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told(&learn), [text.as_str()]);
    learn.calibrate(&Calibrator::temperature()).expect("a calibration");
    assert!(told(&learn).is_empty());
    // Nodes of least expected cost weigh probabilities too.
    let plain = learn.with_decision(Decision::Argmax).without_calibration();
    let plain = plain.with_nodes(NodeDecision::wu_palmer(&tree(&vocab)));
    assert_eq!(told(&plain), [text.as_str()]);
}

/// The page has the diagram, the figures, the sets by class and the nodes, and the caution where there is one.
#[test]
fn the_page_tells_how_sure_the_model_is() {
    let (pictures, place) = (shapes::folder(48), tempfile::tempdir().expect("a folder"));
    let page = |learn: &ShapeLearner| {
        let path = learn.interpret().expect("an interpretation").save_report(place.path()).expect("a page");
        std::fs::read_to_string(path).expect("a page")
    };
    let learn = sure(&pictures);
    let told = page(&learn);
    for part in [
        "id=\"sure\"",
        "How often what is said with some confidence is right",
        "Coverage and size of sets without the actual class: at most 0.3 on average",
        "calibrated, out of fold where it was fitted here",
        "Answers of any node: ",
        "a factor and a summand for each of 3 classes",
    ] {
        assert!(told.contains(part), "{part}");
    }
    let vocab = learn.data().vocab().clone();
    let by_cost = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).expect("a rule");
    let learn = learn.without_calibration().with_decision(by_cost);
    let error = learn.held_out().expect("examples").quality().expect("examples").calibration_error;
    let caution = Caution::uncalibrated(error);
    let told = page(&learn);
    assert_eq!(caution.is_some(), told.contains("Caution"), "{error}");
    assert!(!told.contains("Coverage and size") && told.contains("the model's own"));
    if let Some(caution) = caution {
        assert!(told.contains(&caution.to_string().replace('&', "&amp;")), "{caution}");
    }
}
