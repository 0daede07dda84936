//! What makes answers worth trusting: in an export, in answers and in tables.

use std::path::Path;

use burn::tensor::Device;
use firelight_costs::{Calibrator, ClassTree, Climb, HeldOut, Limit, NodeDecision, SetRule, Taxonomy, Vocab};
use firelight_files::Format;
use firelight_models::{Model, weights};
use firelight_predict::{FORMAT, HowSure, Manifest, Predictor, TargetKind, Trust};
use serde_json::{Value, json};

use crate::exports::refused;
use crate::{export, head, model, picture};

const NAMES: [&str; 3] = ["ant", "bee", "a fly, drawn"];

fn vocab() -> Vocab {
    Vocab::ordered(NAMES).expect("a vocab")
}

/// Of a model that is always a little sure of one class, and right as often as not.
fn held(vocab: &Vocab) -> HeldOut {
    let rows: Vec<[f32; 3]> = (0..30)
        .map(|at| {
            let mut row = [0.1, 0.15, 0.2];
            row[at % 3] += 0.55;
            row
        })
        .collect();
    let targets: Vec<usize> = (0..30).map(|at| if at % 2 == 0 { at % 3 } else { (at + 1) % 3 }).collect();
    HeldOut::of_probabilities(vocab, &rows, &targets).expect("examples")
}

fn tree(vocab: &Vocab) -> ClassTree {
    let paths = ["animal/hymenoptera/ant", "animal/hymenoptera/bee", "animal/a fly, drawn"];
    ClassTree::new(&Taxonomy::from_paths(paths).expect("a taxonomy"), vocab).expect("a tree")
}

fn trust() -> Trust {
    let (vocab, limit) = (vocab(), Limit::on_average(0.3).expect("a limit"));
    let held = held(&vocab);
    Trust {
        calibration: Some(Calibrator::vector().fit(&held).expect("a calibration")),
        sets: Some(SetRule::lac().fit(&held, limit).expect("sets")),
        nodes: Some(Climb::fit(&tree(&vocab), &held, limit).expect("a climb").into()),
    }
}

fn trusting() -> (Manifest, firelight_models::VisionModel) {
    let (manifest, model) = model(head());
    (Manifest { trust: trust(), ..manifest }, model)
}

#[test]
fn calibrated_probabilities_the_set_and_the_node_are_told() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = trusting();
    let plain = crate::predictor();
    let own = Predictor::new(manifest.clone(), model.for_inference(), Device::flex()).expect("a predictor");
    let loaded = Predictor::load(export(place.path(), &manifest, &model), &Device::flex()).expect("a predictor");
    assert_eq!(loaded.manifest().trust.calibration, manifest.trust.calibration);
    for number in 0..20 {
        let seen = picture(number, 40, 36);
        let told = loaded.predict_picture(&seen).expect("a prediction");
        assert_eq!(told, own.predict_picture(&seen).expect("a prediction"), "to the last bit");
        let calibration = manifest.trust.calibration.as_ref().expect("a calibration");
        assert_eq!(told.probabilities, calibration.apply(&plain.outputs_of(&seen).expect("outputs")));
        assert_eq!(told.probabilities, loaded.outputs_of(&seen).expect("outputs"));
        let (set, node) = (told.sure.set.expect("a set"), told.sure.node.expect("a node"));
        assert!(told.sure.calibrated);
        assert_eq!(set.classes, set.indices.iter().map(|&class| NAMES[class]).collect::<Vec<_>>());
        assert_eq!(set.promise, "without the actual class: at most 0.3 on average");
        assert_eq!(node.promise.as_deref(), Some("wrong: at most 0.3 on average"));
        assert_eq!((node.path.first().map(String::as_str), node.path.last()), (Some("animal"), Some(&node.name)));
        let sum = tree(&vocab()).probabilities(&told.probabilities)[node.node];
        assert!((f64::from(node.probability) - sum).abs() < 1e-6);
    }
    let told = plain.predict_picture(&picture(1, 40, 36)).expect("a prediction");
    assert_eq!(told.sure, HowSure::default());
}

#[test]
fn json_tables_and_words_have_it() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = trusting();
    let predictor = Predictor::new(manifest, model.for_inference(), Device::flex()).expect("a predictor");
    let file = place.path().join("one.png");
    picture(3, 40, 36).save(&file).expect("a picture");
    let answer = predictor.answer(&file).expect("an answer");
    let told = answer.as_category().expect("a class").clone();
    let (set, node) = (told.sure.set.clone().expect("a set"), told.sure.node.clone().expect("a node"));

    let words = answer.to_string();
    let set_words = format!("; one of {} (without the actual class: at most 0.3 on average); ", set.classes.join(", "));
    let node_words = format!("{} {:.1} % (wrong: at most 0.3 on average)", node.name, 100.0 * node.probability);
    assert!(words.starts_with(&told.class) && words.contains(&set_words) && words.ends_with(&node_words), "{words}");

    let said: Value = serde_json::to_value(predictor.named(&answer)).expect("JSON");
    let expected_set = json!({ "classes": set.classes, "promise": set.promise });
    let expected_node =
        json!({ "name": node.name, "path": node.path, "probability": node.probability, "promise": node.promise });
    assert_eq!((&said["calibrated"], &said["set"], &said["node"]), (&json!(true), &expected_set, &expected_node));

    let (csv, jsonl) = (place.path().join("a.csv"), place.path().join("a.jsonl"));
    predictor.predict_files([&file]).with_probabilities(true).write_csv(&csv).expect("a table");
    let mut table = csv::Reader::from_path(&csv).expect("a table");
    let header: Vec<String> = table.headers().expect("a header").iter().map(str::to_owned).collect();
    let start = ["file", "class", "probability", "set", "node", "node probability"];
    assert_eq!(header, [&start[..], &NAMES].concat());
    let row = table.records().next().expect("a row").expect("a row");
    assert_eq!((&row[3], &row[4]), (set.classes.join(";").as_str(), node.name.as_str()));
    assert_eq!((row.len(), row[5].parse()), (9, Ok(node.probability)));
    predictor.predict_files([&file]).write_json_lines(&jsonl).expect("lines");
    let line: Value = serde_json::from_str(&std::fs::read_to_string(&jsonl).expect("lines")).expect("JSON");
    assert_eq!((&line["set"], &line["node"], &line["calibrated"]), (&expected_set, &expected_node, &json!(true)));
}

#[test]
fn a_file_of_the_third_version_loads_and_trusts_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = model(head());
    let json = serde_json::to_value(&manifest).expect("JSON");
    assert!(json.get("trust").is_none(), "nothing is said of what is not there");
    let path = place.path().join("third");
    let third = Format { version: 3, ..FORMAT };
    third.write(&path, &json, &[&weights::to_bytes(&model).expect("bytes")]).expect("a file");
    let first = std::fs::read(&path).expect("a file");
    assert!(first.starts_with(b"firelight-export 3 "));
    let loaded = Predictor::load(&path, &Device::flex()).expect("an old export");
    assert!(loaded.manifest().trust.is_empty());
    let seen = picture(1, 40, 36);
    let expected = crate::predictor().predict_picture(&seen).expect("a prediction");
    assert_eq!(loaded.predict_picture(&seen).expect("a prediction"), expected);
}

/// Numbers that are none, other classes and wrong shapes.
#[test]
fn trust_that_makes_no_sense_is_refused_with_a_sentence() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = trusting();
    let tensors = weights::to_bytes(&model).expect("bytes");
    let whole = serde_json::to_value(&manifest).expect("JSON");
    let said = |pointer: &str, value: Value| {
        let mut manifest = whole.clone();
        *manifest.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not in {whole}")) = value;
        refused(place.path(), &manifest, &tensors)
    };
    let unread = |pointer: &str, value: Value| {
        let text = said(pointer, value);
        let text = text.strip_prefix("its manifest cannot be read: ").unwrap_or_else(|| panic!("{text}")).to_owned();
        text.split(" at line").next().unwrap_or_default().to_owned()
    };
    let none = "the numbers of a calibration do not fit its 3 classes; fit it again";
    let weights = "/trust/calibration/scaling/Vector/weights";
    assert_eq!(unread(weights, json!([1.0, 2.0])), none);
    // What JSON has for NaN.
    assert!(unread(weights, json!([1.0, null, 1.0])).starts_with("invalid type: null, expected f64"));
    let thresholds = unread("/trust/sets/thresholds", json!([]));
    assert_eq!(thresholds, "the thresholds of sets do not fit their 3 classes; fit them again");
    assert_eq!(unread("/trust/sets/limit/rate", json!(1.5)), "rate 1.5 must be above 0 and below 1");
    assert!(unread("/trust/nodes/Climb/limit/rate", json!(0.0)).starts_with("rate 0 must be above 0"));

    let other = Vocab::ordered(["bee", "ant", "a fly, drawn"]).expect("a vocab");
    let of_others = held(&other);
    let limit = Limit::on_average(0.3).expect("a limit");
    let calibration = Calibrator::temperature().fit(&of_others).expect("a calibration");
    let sets = SetRule::lac().fit(&of_others, limit).expect("sets");
    let nodes = NodeDecision::path_length(&tree(&other)).into();
    let trusts = [
        ("calibration", Trust { calibration: Some(calibration), ..Trust::default() }),
        ("prediction sets", Trust { sets: Some(sets), ..Trust::default() }),
        ("rule of nodes", Trust { nodes: Some(nodes), ..Trust::default() }),
    ];
    for (part, trust) in trusts {
        assert_eq!(said("/trust", json!(trust)), format!("its {part} is for 3 other classes"));
    }
    // Of other kinds it would say nothing.
    let tells = |target: TargetKind| {
        let manifest = Manifest { target, ..manifest.clone() };
        Predictor::new(manifest, model.for_inference(), Device::flex()).expect_err("refused").to_string()
    };
    assert_eq!(
        tells(TargetKind::Categories(vocab())),
        "predict: the manifest makes no sense: its calibration is for one class a picture, and the model tells any of 3 classes; take it from the \
         export that the model is from"
    );
    assert!(
        tells(TargetKind::Values(3)).contains("its calibration is for one class a picture, and the model tells 3 ")
    );
    let pair =
        TargetKind::pair(TargetKind::Category(Vocab::ordered(["a", "b"]).expect("names")), TargetKind::Values(1));
    assert!(tells(pair).contains("its calibration is for one class a picture, and the model tells "));
}

/// What is read is what was written, and the file needs no more than that.
#[test]
fn an_export_keeps_it_whole() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = trusting();
    let file = export(place.path(), &manifest, &model);
    let first = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).expect("a file")[..20]).into_owned();
    assert!(first(&file).starts_with("firelight-export 4 "));
    let loaded = Predictor::load(&file, &Device::flex()).expect("a predictor");
    let [now, before] = [&loaded.manifest().trust, &manifest.trust];
    let words = |trust: &Trust| {
        let parts = (trust.calibration.as_ref(), trust.sets.as_ref(), trust.nodes.as_ref());
        format!("{}\n{}\n{}", parts.0.expect("one"), parts.1.expect("one"), parts.2.expect("one"))
    };
    assert_eq!(words(now), words(before));
}
