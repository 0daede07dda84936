//! The server with a model of each kind of target, of weights by chance.

use std::path::Path;

use firelight::models::{Arch, BodyConfig, HeadConfig, PositionNet, UNetConfig, VisionModel, weights};
use firelight::predict::{FORMAT, Manifest, NetworkConfig, TargetKind, Trust};
use firelight::prelude::*;
use firelight::transforms::{InputReader, PictureTransforms, Size};
use serde_json::{Value, json};

use super::Served;

fn names<const N: usize>(names: [&str; N]) -> Vocab {
    Vocab::ordered(names).expect("names")
}

/// Has items of several files.
#[test]
fn a_model_of_two_pictures_is_refused_with_a_sentence() {
    let folder = super::super::folder();
    let (device, body) = (Device::flex(), BodyConfig::new(Arch::Small).with_pictures(2));
    let head = HeadConfig::new(body.features(), 2);
    let model = VisionModel::new(body.body(3, &device), head.init(4, &device));
    let weights = weights::to_bytes(&model).expect("bytes");
    let mut manifest = manifest(NetworkConfig::Vision { body, head }, TargetKind::Values(2));
    manifest.input = InputReader::of_channels(&[3, 3]);
    FORMAT.write(&folder.path().join("two.firelight"), &manifest, &[&weights]).expect("an export");
    for arguments in [&["serve", "two.firelight", "--port", "0"][..], &["predict", "two.firelight", "images"]] {
        let error = super::super::refusal(folder.path(), arguments);
        assert!(error.contains("an item of this model has 2 files") && error.contains("answer_files"), "{error}");
    }
}

/// Writes an export of a body with a head, or a U-Net where `mapped`, that tells this.
fn export(folder: &Path, target: TargetKind, mapped: bool) {
    let (device, arch, columns) = (Device::flex(), Arch::Small, target.columns());
    let (network, weights) = match &target {
        TargetKind::Mask(_) => {
            let config = UNetConfig::new(arch, columns);
            (NetworkConfig::UNet(config.clone()), weights::to_bytes(&config.init(3, &device)))
        }
        _ if mapped => {
            let config = UNetConfig::new(arch, columns / 2);
            let net = PositionNet::new(config.init(3, &device));
            (NetworkConfig::Positions(config), weights::to_bytes(&net))
        }
        _ => {
            let head = HeadConfig::new(arch.features(), columns);
            let model = VisionModel::new(arch.body(3, &device), head.init(4, &device));
            (NetworkConfig::Vision { body: arch.into(), head }, weights::to_bytes(&model))
        }
    };
    let manifest = manifest(network, target);
    FORMAT.write(&folder.join("model.firelight"), &manifest, &[&weights.expect("bytes")]).expect("an export");
}

fn manifest(network: NetworkConfig, target: TargetKind) -> Manifest {
    Manifest {
        firelight: "0.1.0".into(),
        burn: "0.22.1".into(),
        network,
        target,
        transforms: PictureTransforms::new()
            .with_item(Resize::squish(Size::new(48, 32)))
            .with_normalize(Normalize::imagenet()),
        input: InputReader::default(),
        decision: Decision::Argmax,
        trust: Trust::default(),
    }
}

/// A model of this kind says over HTTP what the library says, with evidence for each of its numbers. Gives the answer's JSON.
fn is_served(target: &TargetKind, mapped: bool) -> Value {
    let folder = super::super::folder();
    export(folder.path(), target.clone(), mapped);
    let server = Served::start(folder.path(), "model.firelight");
    let json = |body: &str| -> Value { serde_json::from_str(body).expect("JSON") };

    let outputs = target.names();
    let (status, body) = server.get("/model");
    let mut told = json!({ "tells": target.to_string(), "outputs": outputs });
    if target.one_of().is_some() {
        told["highest_cost"] = 1.0.into();
    }
    assert_eq!((status, json(&body)), (200, told));
    let (status, page) = server.get("/");
    assert!(status == 200 && page.contains("<h1>What does the model see?</h1>"), "{page}");

    let broken = b"a letter to the editor";
    assert_eq!(server.post(broken.len(), broken).0, 422);
    let picture = std::fs::read(folder.path().join("images/pug_1.jpg")).expect("a picture");
    let (status, body) = server.post(picture.len(), &picture);
    assert_eq!(status, 200, "{body}");
    let said = json(&body);

    let last = format!("/predict?evidence={}", outputs.len() - 1);
    let mut pictures = Vec::new();
    for query in ["/predict?evidence", "/predict?evidence=0", &last] {
        let (status, body) = server.send(query, picture.len(), &picture);
        let mut explained = json(&body);
        let evidence = explained.as_object_mut().and_then(|fields| fields.remove("evidence")).expect("evidence");
        assert!(evidence.as_str().is_some_and(|uri| uri.starts_with("data:image/jpeg;base64,/9j/")), "{body}");
        assert_eq!((status, &explained), (200, &said), "the same answer as without");
        pictures.push(evidence);
    }
    assert_ne!(pictures[1], pictures[2], "each number has evidence of its own");
    for none in [outputs.len().to_string(), "cat".into(), "-1".into()] {
        let (status, body) = server.send(&format!("/predict?evidence={none}"), picture.len(), &picture);
        let remedy = format!("from 0 to {}; /model has their names, in this order", outputs.len() - 1);
        let error = format!("evidence=… takes a number of the model's, {remedy}");
        assert_eq!((status, json(&body)), (400, json!({ "error": error })));
    }

    let explain = ["predict", "model.firelight", "images/pug_1.jpg", "--explain", "why"];
    assert!(super::super::pets(folder.path(), &explain).status.success());
    let mut drawn = std::fs::read_dir(folder.path().join("why")).expect("a folder");
    let name = drawn.next().expect("a picture").expect("an entry").file_name().to_string_lossy().into_owned();
    // What no file name has is an underscore.
    let plain = |output: &str| output.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    assert!(outputs.iter().any(|output| name == format!("0001-pug_1-{}.png", plain(output))), "{name}");

    let predictor = Predictor::load(folder.path().join("model.firelight"), &Device::flex()).expect("a predictor");
    let answer = predictor.answer_bytes(&picture).expect("an answer");
    let mut library = json(&serde_json::to_string(&predictor.named(&answer)).expect("JSON"));
    // Of a breed the program has more to say.
    if let Some(first) = library.get_mut("first") {
        assert_eq!(said["first"]["class"], first["class"]);
        *first = said["first"].clone();
    }
    assert_eq!(said, library);
    said
}

#[test]
fn several_classes() {
    let said = is_served(&TargetKind::Categories(names(["collar", "grass", "indoors"])), false);
    assert_eq!(said["probabilities"].as_object().map(serde_json::Map::len), Some(3));
    assert!(said["classes"].is_array());
}

#[test]
fn numbers() {
    let said = is_served(&TargetKind::Values(2), false);
    assert!(said["values"]["value 1"].is_f64() && said["values"]["value 2"].is_f64(), "{said}");
}

#[test]
fn a_mask() {
    let said = is_served(&TargetKind::Mask(names(["ground", "animal"])), false);
    let mask = &said["mask"];
    assert_eq!((&mask["width"], &mask["height"]), (&json!(48), &json!(40)), "as large as the picture");
    let pixels = |class: &str| mask["classes"][class]["pixels"].as_u64().expect("a number");
    assert_eq!(pixels("ground") + pixels("animal"), 48 * 40);
}

#[test]
fn points_by_a_head_and_by_maps() {
    for mapped in [false, true] {
        let said = is_served(&TargetKind::Points(names(["left eye", "right eye"])), mapped);
        assert_eq!(said["points"]["right eye"].as_array().map(Vec::len), Some(2), "{said}");
    }
}

#[test]
fn a_box_by_a_head_and_by_maps() {
    for mapped in [false, true] {
        let said = is_served(&TargetKind::Box, mapped);
        assert_eq!(said["box"].as_array().map(Vec::len), Some(4), "{said}");
    }
}

#[test]
fn a_breed_and_a_box() {
    let said = is_served(&TargetKind::pair(TargetKind::Category(names(["Bengal", "pug"])), TargetKind::Box), false);
    assert_eq!(said["first"]["likeliest"].as_array().map(Vec::len), Some(2), "{said}");
    assert!(said["first"]["expected_cost"].is_f64());
    assert_eq!(said["second"]["box"].as_array().map(Vec::len), Some(4), "{said}");
}
