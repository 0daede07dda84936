//! Values of cleanlab (`reference/confident.py` made them): the same examples for the same rule, in the same order.

use std::collections::BTreeMap;

use firelight_doctor::{ConfidentJoint, LabelErrors, Order, Rule};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    one: Vec<Case>,
    several: Vec<Several>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    classes: usize,
    probabilities: Vec<u32>,
    labels: Vec<usize>,
    thresholds: Vec<f64>,
    confident: Vec<usize>,
    estimated: Vec<usize>,
    found: BTreeMap<String, Vec<usize>>,
    scores: BTreeMap<String, Vec<f64>>,
    alike: Vec<[usize; 3]>,
    #[serde(default)]
    moved: Vec<usize>,
    #[serde(default)]
    shares: BTreeMap<String, [f64; 2]>,
}

#[derive(Deserialize)]
struct Several {
    classes: usize,
    probabilities: Vec<u32>,
    labels: Vec<Vec<usize>>,
    found: BTreeMap<String, Vec<[usize; 2]>>,
    quality: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/confident.json")).expect("the reference")
}

fn rows(parts: &[u32], classes: usize) -> Vec<Vec<f32>> {
    let row = |row: &[u32]| row.iter().map(|&part| (f64::from(part) / 10000.0) as f32).collect();
    parts.chunks(classes).map(row).collect()
}

const RULES: [(&str, Rule); 4] =
    [("Class", Rule::Class), ("NoiseRate", Rule::NoiseRate), ("Both", Rule::Both), ("Confident", Rule::Confident)];
const ORDERS: [(&str, Order); 2] = [("SelfConfidence", Order::SelfConfidence), ("Margin", Order::Margin)];

#[test]
fn joints_are_those_of_cleanlab() {
    for case in reference().one {
        let joint = ConfidentJoint::of(&rows(&case.probabilities, case.classes), &case.labels).expect("a joint");
        for (class, (ours, theirs)) in joint.thresholds().iter().zip(&case.thresholds).enumerate() {
            // It has 2 for a class without examples.
            let ours = ours.unwrap_or(2.0);
            assert!((ours - theirs).abs() < 1e-12, "{}: threshold of {class} is {ours}, there {theirs}", case.name);
        }
        let pairs = || (0..case.classes).flat_map(|given| (0..case.classes).map(move |actual| (given, actual)));
        let confident: Vec<usize> = pairs().map(|(given, actual)| joint.confident(given, actual)).collect();
        assert_eq!(confident, case.confident, "{}", case.name);
        let estimated: Vec<usize> = pairs().map(|(given, actual)| joint.estimated(given, actual)).collect();
        assert_eq!(estimated, case.estimated, "{}", case.name);
        let mut alike: Vec<[usize; 3]> =
            joint.alike().iter().map(|pair| [pair.first, pair.second, pair.examples]).collect();
        alike.sort_unstable();
        assert_eq!(alike, case.alike, "{}", case.name);
    }
}

#[test]
fn the_same_labels_are_wrong_in_the_same_order() {
    let mut compared = 0;
    for case in reference().one {
        let rows = rows(&case.probabilities, case.classes);
        for (rule_name, rule) in RULES {
            for (order_name, order) in ORDERS {
                let name = format!("{rule_name} {order_name}");
                let search = LabelErrors::new().with_rule(rule).with_order(order);
                let found = search.find(&rows, &case.labels).expect("errors");
                let items: Vec<usize> = found.iter().map(|error| error.item).collect();
                assert_eq!(items, case.found[&name], "{}, {name}", case.name);
                for error in &found {
                    let theirs = [case.scores["SelfConfidence"][error.item], case.scores["Margin"][error.item]];
                    assert!((error.self_confidence - theirs[0]).abs() < 1e-6);
                    assert!((error.margin - theirs[1]).abs() < 1e-6);
                }
                compared += items.len();
            }
        }
    }
    assert!(compared > 3000, "{compared} errors are compared");
}

/// Precision and recall are equal to cleanlab's since the labels are; what they are is printed (`--nocapture`) and has a floor.
#[test]
fn moved_labels_are_found_as_cleanlab_finds_them() {
    for case in reference().one.iter().filter(|case| !case.moved.is_empty()) {
        let rows = rows(&case.probabilities, case.classes);
        for (rule_name, rule) in RULES {
            let found = LabelErrors::new().with_rule(rule).find(&rows, &case.labels).expect("errors");
            let right = found.iter().filter(|error| case.moved.contains(&error.item)).count() as f64;
            let (precision, recall) = (right / found.len() as f64, right / case.moved.len() as f64);
            let theirs = case.shares[&format!("{rule_name} SelfConfidence")];
            println!("{}, {rule_name}: precision {precision:.3}, recall {recall:.3}", case.name);
            assert!((precision - theirs[0]).abs() < 1e-12 && (recall - theirs[1]).abs() < 1e-12);
        }
    }
}

#[test]
fn several_labels_are_judged_class_by_class() {
    for case in reference().several {
        let rows = rows(&case.probabilities, case.classes);
        for (name, rule) in RULES {
            let found = LabelErrors::new().with_rule(rule).find_several(&rows, &case.labels).expect("errors");
            let mut places: Vec<[usize; 2]> = found.iter().map(|error| [error.item, error.class]).collect();
            places.sort_unstable();
            assert_eq!(places, case.found[name], "{name}");
            assert!(found.windows(2).all(|pair| pair[0].quality <= pair[1].quality));
            for error in found {
                assert!((error.quality - case.quality[error.item]).abs() < 1e-9);
                assert_eq!(error.given, case.labels[error.item].contains(&error.class));
            }
        }
    }
}
