//! ONNX files as ONNX Runtime reads them, where there is one: `FIRELIGHT_ONNX` names a Python that has `onnx` and `onnxruntime`. With
//! `FIRELIGHT_ONNX_ALL=1` of every architecture.

use burn::tensor::Device;
use firelight_costs::{Calibrator, HeldOut};
use firelight_models::{Arch, BodyConfig, Fresh, HeadConfig, Model, PositionNet, UNetConfig, VisionModel, weights};
use firelight_predict::{
    FORMAT, Manifest, Network, NetworkConfig, OwnModel, PredictError, Predictor, Registry, TargetKind, Trust, Vocab,
};
use firelight_transforms::{PictureTransforms, Resize, Scratch, Size};
use image::RgbImage;
use serde_json::{Value, json};

use crate::{head, model, picture};
use python::{answers, python};

#[path = "../../../onnx/tests/it/python.rs"]
mod python;

/// What the runtime says of one picture and of seven; `None` where there is none.
fn run(predictor: &Predictor, pictures: &[RgbImage]) -> Option<Value> {
    let python = python()?;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("model.onnx");
    predictor.export_onnx(&file).expect("a file");
    let transforms = &predictor.manifest().transforms;
    let planes = |picture| transforms.planes(picture, None, &mut Scratch::default()).expect("planes").1;
    let planes: Vec<Vec<f32>> = pictures.iter().map(planes).collect();
    let Size { width, height } = transforms.output_size().expect("a size");
    let input = |some: &[Vec<f32>]| json!({ "shape": [some.len(), 3, height, width], "values": some.concat() });
    Some(answers(&python, &file, &[input(&planes[..1]), input(&planes)]))
}

fn row(told: &Value, name: &str, item: usize) -> Vec<f32> {
    let shape = told[name]["shape"].as_array().unwrap_or_else(|| panic!("no output {name}"));
    let size: usize = shape[1..].iter().map(|size| size.as_u64().expect("a size") as usize).product();
    let values = told[name]["values"].as_array().expect("numbers");
    values[item * size..(item + 1) * size].iter().map(|value| value.as_f64().expect("a number") as f32).collect()
}

/// Asserts that these outputs, side by side, are what the predictor gives.
fn agrees(predictor: &Predictor, outputs: &[&str], what: &str) {
    let pictures: Vec<RgbImage> = (0..7).map(|number| picture(number, 70, 64)).collect();
    let Some(told) = run(predictor, &pictures) else { return };
    assert_eq!(told["inputs"]["pictures"][0], "batch", "{what}");
    let names: Vec<String> = serde_json::from_str(told["metadata"]["names"].as_str().expect("names")).expect("JSON");
    assert_eq!(names, predictor.manifest().target.names());
    for (run, items) in [(0, 1), (1, 7)] {
        for (item, picture) in pictures.iter().enumerate().take(items) {
            let ours = predictor.outputs_of(picture).expect("outputs");
            let theirs: Vec<f32> = outputs.iter().flat_map(|name| row(&told["runs"][run], name, item)).collect();
            assert_eq!(theirs.len(), ours.len(), "{what}");
            let largest = ours.iter().fold(1.0_f32, |most, ours| most.max(ours.abs()));
            for (place, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                assert!(
                    (ours - theirs).abs() <= 1e-4 * largest,
                    "{what}, picture {item}, number {place}: {ours} is not {theirs}"
                );
            }
        }
    }
}

fn vocab(classes: usize) -> Vocab {
    Vocab::ordered((0..classes).map(|class| format!("class {class}"))).expect("a vocab")
}

/// A predictor of a body with a head, for pictures of `side` pixels.
fn with_head(arch: Arch, side: u32, target: TargetKind) -> Predictor {
    let (mut manifest, _) = model(head());
    let config = HeadConfig::new(arch.features(), target.columns());
    let device = Device::flex();
    let model = VisionModel::new(arch.body(7, &device), config.clone().init(7, &device));
    manifest.network = NetworkConfig::Vision { body: BodyConfig::new(arch), head: config };
    manifest.transforms = PictureTransforms::new().with_item(Resize::crop(side));
    manifest.target = target;
    if !matches!(manifest.target, TargetKind::Category(_)) {
        manifest.decision = firelight_costs::Decision::default();
    }
    Predictor::new(manifest, model.for_inference(), device).expect("a predictor")
}

#[test]
fn every_family_is_what_it_was() {
    let all = std::env::var("FIRELIGHT_ONNX_ALL").is_ok();
    let some = [
        "small",
        "resnet18",
        "resnet18d",
        "resnext50_32x4d",
        "regnety_002",
        "efficientnet_b0",
        "tf_efficientnet_b0",
        "tf_efficientnetv2_s",
        "efficientnet-lite0",
        "mobilenetv3_small_100",
        "mobilenetv4_conv_small",
        "convnext_atto",
        "convnextv2_atto",
        "vit_tiny_patch16_224",
        "deit3_small_patch16_224",
        "vit_small_patch14_reg4_dinov2",
    ];
    let mut seen = 0;
    for arch in Arch::all().filter(|arch| all || some.contains(&arch.name())) {
        seen += 1;
        let side = if arch.name().contains("patch14") { 70 } else { 64 };
        agrees(&with_head(arch, side, TargetKind::Category(vocab(5))), &["probabilities"], arch.name());
    }
    assert!(all || seen == some.len(), "{seen} of {} architectures", some.len());
}

#[test]
fn every_kind_of_target_is_what_it_was() {
    let small = |target| with_head(Arch::Small, 48, target);
    agrees(&small(TargetKind::Categories(vocab(4))), &["probabilities"], "several labels");
    agrees(&small(TargetKind::Values(3)), &["values"], "values");
    agrees(&small(TargetKind::Points(vocab(2))), &["points"], "points");
    agrees(&small(TargetKind::Box), &["box"], "a box");
    let both = TargetKind::pair(
        TargetKind::Category(vocab(3)),
        TargetKind::pair(TargetKind::Categories(vocab(2)), TargetKind::Box),
    );
    agrees(&small(both), &["probabilities", "second_probabilities", "box"], "a pair");
}

#[test]
fn maps_are_what_they_were() {
    let device = Device::flex();
    for arch in [Arch::Small, Arch::ResNet18] {
        let (mut manifest, _) = model(head());
        let config = UNetConfig::new(arch, 3);
        // No multiple of the deepest map's stride.
        manifest.transforms = PictureTransforms::new().with_item(Resize::crop(Size::new(50, 42)));
        manifest.decision = firelight_costs::Decision::default();
        let mut masks: Manifest = manifest.clone();
        masks.network = NetworkConfig::UNet(config.clone());
        masks.target = TargetKind::Mask(vocab(3));
        let network: Network = config.init(7, &device).for_inference().into();
        agrees(&Predictor::new(masks, network, device.clone()).expect("one"), &["probabilities"], "a mask");
        manifest.network = NetworkConfig::Positions(config.clone());
        manifest.target = TargetKind::Points(vocab(3));
        let network: Network = PositionNet::new(config.fresh(&mut Fresh::seeded(7), &device)).for_inference().into();
        agrees(&Predictor::new(manifest, network, device.clone()).expect("one"), &["points"], "points of maps");
    }
}

#[test]
fn a_calibration_is_in_the_file() {
    let (manifest, model) = model(head());
    let TargetKind::Category(vocab) = &manifest.target else { panic!("one class") };
    let rows: Vec<[f32; 3]> = (0..90).map(|row| [[0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.2, 0.2, 0.6]][row % 3]).collect();
    let targets: Vec<usize> = (0..90).map(|row| if row % 5 == 0 { (row + 1) % 3 } else { row % 3 }).collect();
    let held = HeldOut::of_probabilities(vocab, &rows, &targets).expect("examples");
    let groups = firelight_costs::Groups::by(vocab, |name| if name == "ant" { "walks" } else { "flies" });
    for calibrator in [Calibrator::temperature(), Calibrator::vector(), Calibrator::per_group(&groups)] {
        let mut manifest = manifest.clone();
        let calibration = calibrator.fit(&held).expect("a calibration");
        let what = calibration.to_string();
        manifest.trust = Trust { calibration: Some(calibration), ..Trust::default() };
        agrees(
            &Predictor::new(manifest, model.for_inference(), Device::flex()).expect("one"),
            &["probabilities"],
            &what,
        );
    }
}

#[test]
fn a_model_of_ones_own_is_written_too() {
    let device = Device::flex();
    let config = HeadConfig::new(Arch::Small.features(), 3);
    let make = |_: &Value, device: &Device| -> Result<VisionModel, String> {
        Ok(VisionModel::new(Arch::Small.body(0, device), HeadConfig::new(Arch::Small.features(), 3).init(0, device)))
    };
    let own = VisionModel::new(Arch::Small.body(9, &device), config.init(9, &device));
    let (mut manifest, _) = model(head());
    manifest.network = NetworkConfig::Own(OwnModel::new("mine", &json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.firelight");
    FORMAT.write(&path, &manifest, &[&weights::to_bytes(&own).expect("bytes")]).expect("an export");
    let predictor = Predictor::load_with(&path, &Registry::default().with("mine", make), &device).expect("a predictor");
    agrees(&predictor, &["probabilities"], "a model of one's own");
}

#[test]
fn pictures_of_any_size_want_one() {
    let (mut manifest, model) = model(head());
    manifest.transforms = PictureTransforms::new();
    let predictor = Predictor::new(manifest, model.for_inference(), Device::flex()).expect("one");
    assert!(matches!(predictor.to_onnx(None), Err(PredictError::NoSize)));
    assert!(predictor.to_onnx(Some(Size::new(40, 48))).is_ok());
    let nowhere = tempfile::tempdir().expect("a folder").path().join("gone").join("model.onnx");
    let (manifest, model) = crate::model(head());
    let error = Predictor::new(manifest, model.for_inference(), Device::flex())
        .expect("one")
        .export_onnx(&nowhere)
        .expect_err("no folder");
    assert!(error.to_string().contains("gone"), "{error}");
}
