//! Exports that a stranger made: every value of a manifest and of the tensors' head, replaced by what may do harm.
//!
//! The digest of each is right, as a stranger would have it. What is told at the end: how many were tried, refused with a sentence, taken and
//! used. A short form runs here; `FIRELIGHT_HOSTILE=all` takes every value at every place.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::Device;
use firelight_costs::{CostMatrix, Decision};
use firelight_models::{Arch, PositionNet, UNetConfig, weights};
use firelight_predict::{FORMAT, Manifest, NetworkConfig, PredictError, Predictor, TargetKind, Vocab};
use firelight_transforms::{RatioResize, aug_transforms};
use serde_json::{Value, json};

use crate::{head, model, picture};

/// Pointers to all values inside of one.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        // Beyond the first two, the elements of a list are like these.
        Value::Array(list) => {
            for (place, inner) in list.iter().enumerate().take(2) {
                places(inner, &format!("{at}/{place}"), found);
            }
        }
        Value::Object(map) => {
            for (name, inner) in map {
                places(inner, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

/// What a value is replaced by: things of its own kind that are large, small, none or in another order, and things of other kinds.
fn replacements(value: &Value) -> Vec<Value> {
    let huge =
        [1_u64 << 15, 1 << 24, 1 << 26, 1 << 31, u64::from(u32::MAX), 1 << 48, u64::MAX].map(|number| json!(number));
    let mut all = vec![
        Value::Null,
        json!(0),
        json!(-1),
        json!(1),
        json!(3),
        json!(1e38),
        json!(-0.5),
        json!(""),
        json!([]),
        json!({}),
    ];
    all.extend(huge);
    match value {
        Value::Array(list) => {
            all.push(list.iter().rev().cloned().collect());
            all.push(list.iter().chain(list).cloned().collect());
            all.push(list.iter().skip(1).cloned().collect());
            all.push(list.first().map_or(Value::Null, |first| json!(vec![first.clone(); 100_000])));
        }
        Value::Object(map) => {
            for name in map.keys() {
                let mut fewer = map.clone();
                fewer.remove(name);
                all.push(fewer.into());
            }
        }
        Value::String(text) => all.push(json!(text.repeat(10_000))),
        Value::Bool(is) => all.push(json!(!is)),
        _ => {}
    }
    all.retain(|other| other != value);
    all
}

#[derive(Debug, Default)]
struct Counts {
    tried: usize,
    refused: usize,
    taken: usize,
    unanswered: usize,
}

/// Tries one, and everything that a program does with it.
fn attack(path: &std::path::Path, manifest: &Value, tensors: &[u8], counts: &mut Counts, what: &str) {
    FORMAT.write(path, manifest, &[tensors]).expect("a file");
    let attempt = || match Predictor::load(path, &Device::flex()) {
        Err(error) => {
            assert!(matches!(error, PredictError::File(_)), "{error}");
            assert!(error.to_string().len() < 2000, "{what}: {} bytes of an error", error.to_string().len());
            false
        }
        Ok(predictor) => {
            for (width, height) in [(40, 36), (200, 3)] {
                let told = predictor.answer_picture(&picture(1, width, height));
                if let Ok(answer) = told {
                    let text = serde_json::to_string(&predictor.named(&answer)).expect("JSON");
                    assert!(!text.contains("null"), "{what}: {text}");
                }
            }
            true
        }
    };
    counts.tried += 1;
    match catch_unwind(AssertUnwindSafe(attempt)) {
        Ok(true) => counts.taken += 1,
        Ok(false) => counts.refused += 1,
        Err(_) => {
            counts.unanswered += 1;
            eprintln!("not answered: {what}");
        }
    }
}

/// A manifest of each kind of network and target, small enough to be made thousands of times.
fn exports() -> Vec<(Manifest, Vec<u8>)> {
    let device = Device::flex();
    let (mut classes, vision) = model(head().with_hidden([8]));
    let vocab = classes.target.vocab().expect("a vocab").clone();
    classes.decision = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).expect("a rule");
    classes.transforms = classes.transforms.with_augment(aug_transforms().size(32));
    let vision = weights::to_bytes(&vision).expect("bytes");

    let ground = Vocab::ordered(["ground", "animal"]).expect("a vocab");
    let config = UNetConfig::new(Arch::Small, 2);
    let mask = Manifest {
        network: NetworkConfig::UNet(config.clone()),
        target: TargetKind::Mask(ground),
        decision: Decision::Argmax,
        ..model(head()).0
    };
    let unet = weights::to_bytes(&config.init(1, &device)).expect("bytes");
    let place = Manifest {
        network: NetworkConfig::Positions(config.clone()),
        target: TargetKind::Box,
        transforms: model(head()).0.transforms.with_item(RatioResize::new(32)),
        ..mask.clone()
    };
    let positions = weights::to_bytes(&PositionNet::new(config.init(1, &device))).expect("bytes");
    vec![(classes, vision), (mask, unet), (place, positions)]
}

#[test]
fn no_value_of_a_manifest_does_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.firelight");
    let all = std::env::var("FIRELIGHT_HOSTILE").is_ok_and(|form| form == "all");
    let (mut counts, mut number) = (Counts::default(), 0_usize);
    for (manifest, tensors) in exports() {
        let manifest = serde_json::to_value(&manifest).expect("JSON");
        let mut alone = Counts::default();
        attack(&path, &manifest, &tensors, &mut alone, "nothing");
        assert_eq!(alone.taken, 1, "as it is, it is taken");
        let mut found = Vec::new();
        places(&manifest, "", &mut found);
        for place in found {
            for value in replacements(manifest.pointer(&place).expect("a place")) {
                number += 1;
                // A prime number of them apart, so that each value comes at some places and each place has some values.
                if all || number.is_multiple_of(13) {
                    let mut other = manifest.clone();
                    let what = format!("{place} = {:.60}", value.to_string());
                    *other.pointer_mut(&place).expect("a place") = value;
                    attack(&path, &other, &tensors, &mut counts, &what);
                }
            }
        }
    }
    eprintln!("{counts:?}");
    assert_eq!(counts.unanswered, 0);
    assert!(counts.tried > 100 && counts.refused > counts.tried / 2, "{counts:?}");
}

/// The same of what stands before the tensors.
#[test]
fn no_value_of_the_tensors_head_does_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.firelight");
    let (manifest, tensors) = exports().swap_remove(0);
    let manifest = serde_json::to_value(&manifest).expect("JSON");
    let length = u64::from_le_bytes(tensors[..8].try_into().expect("8 bytes")) as usize;
    let head: Value = serde_json::from_slice(&tensors[8..8 + length]).expect("JSON");
    let mut found = Vec::new();
    places(&head, "", &mut found);
    let mut counts = Counts::default();
    let mut values = found.iter().flat_map(|place| {
        replacements(head.pointer(place).expect("a place")).into_iter().map(move |value| (place, value))
    });
    // Tensors are many and alike.
    while let Some((place, value)) = values.nth(16) {
        let mut other = head.clone();
        *other.pointer_mut(place).expect("a place") = value.clone();
        let other = other.to_string();
        let bytes = [&(other.len() as u64).to_le_bytes()[..], other.as_bytes(), &tensors[8 + length..]].concat();
        attack(&path, &manifest, &bytes, &mut counts, &format!("{place} = {:.60}", value.to_string()));
    }
    for length in [0, 1, 1 << 20, 1 << 40, u64::MAX, u64::MAX - 8] {
        let bytes = [&length.to_le_bytes()[..], &tensors[8..]].concat();
        attack(&path, &manifest, &bytes, &mut counts, &format!("a head of {length} bytes"));
    }
    eprintln!("{counts:?}");
    assert_eq!(counts.unanswered, 0);
    assert!(counts.refused * 10 > counts.tried * 9, "{counts:?}");
}
