//! Files for other programs: their names, their layout, their numbers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use burn::module::Module;
use burn::tensor::Tensor;
use firelight_models::weights::{Checkpoint, Names, load_body, to_bytes, to_safetensors};
use firelight_models::{Arch, Body, HeadConfig, VisionModel};
use serde_json::{Value, json};

use crate::models::device;

fn written<M: Module + AsRef<Body>>(body: &M, names: Names, file: &Path) -> BTreeMap<String, Vec<usize>> {
    std::fs::write(file, to_safetensors(body, names).unwrap()).unwrap();
    Checkpoint::open(file).unwrap().tensors().map(|(name, shape)| (name.to_owned(), shape)).collect()
}

#[test]
fn timm_has_the_same_keys_of_the_same_shapes() {
    let place = tempfile::tempdir().unwrap();
    let theirs: BTreeMap<String, BTreeMap<String, Vec<usize>>> =
        serde_json::from_str(include_str!("reference/names.json")).unwrap();
    assert_eq!(theirs.len(), 5);
    for (name, keys) in theirs {
        let arch: Arch = name.parse().unwrap();
        let body = arch.body(1, &device());
        assert_eq!(written(&body, Names::Timm, &place.path().join("body.safetensors")), keys, "{name}");
    }
}

#[test]
fn what_is_written_is_read_again_bit_for_bit() {
    let place = tempfile::tempdir().unwrap();
    for arch in [Arch::ResNet18, Arch::ResNet50, Arch::EfficientNetLite1] {
        let body = arch.body(3, &device());
        let file = place.path().join("body.safetensors");
        written(&body, Names::Published, &file);
        let (again, report) = load_body(arch, &file, &device()).unwrap();
        assert!(report.unused.is_empty(), "{report}");
        assert!(to_bytes(&again).unwrap() == to_bytes(&body).unwrap(), "{arch}");
        assert!(to_safetensors(&body, Names::Published).unwrap() == std::fs::read(&file).unwrap(), "equal bytes");
    }
}

#[test]
fn a_body_without_published_names_keeps_its_own() {
    let place = tempfile::tempdir().unwrap();
    let names = written(&Arch::Small.body(1, &device()), Names::Published, &place.path().join("small.safetensors"));
    assert!(names.keys().all(|name| name.starts_with("stem.") || name.starts_with("stages.")), "{:?}", names.keys());
}

fn timm() -> Option<OsString> {
    let python = std::env::var_os("FIRELIGHT_TIMM");
    if python.is_none() {
        eprintln!("skipped: FIRELIGHT_TIMM names no Python that has timm and torchvision");
    }
    python
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/reference/names.py")
}

fn seen(side: usize) -> (Vec<f32>, Tensor<4>) {
    let picture: Vec<f32> = (0..3 * side * side).map(|i| (i as f64 * 0.01 + 0.3).sin() as f32).collect();
    let input = Tensor::<1>::from_floats(picture.as_slice(), &device()).reshape([1, 3, side, side]);
    (picture, input)
}

/// One of each family, with its own last layers; torchvision's under its own names.
#[test]
fn whole_networks_are_taken_strictly_and_give_the_same_scores() {
    let Some(python) = timm() else { return };
    let place = tempfile::tempdir().unwrap();
    let networks = [
        ("resnet50", Names::Timm),
        ("resnet18d", Names::Timm),
        ("regnety_002", Names::Timm),
        ("efficientnet_b0", Names::Timm),
        ("tf_efficientnetv2_s", Names::Timm),
        ("mobilenetv3_small_100", Names::Timm),
        ("mobilenetv4_conv_small", Names::Timm),
        ("convnext_atto", Names::Timm),
        ("convnextv2_atto", Names::Timm),
        ("vit_tiny_patch16_224", Names::Timm),
        ("torchvision-resnet34", Names::Published),
        ("torchvision-wide_resnet50_2", Names::Published),
    ];
    for (name, names) in networks {
        let arch: Arch = name.trim_start_matches("torchvision-").parse().unwrap();
        let side = if name.starts_with("vit") { 224 } else { 64 };
        let (picture, input) = seen(side);
        let network = arch.classifier(5, 6, &device());
        written(&network, names, &place.path().join(format!("{name}.safetensors")));
        let scores: Vec<f32> = network.valid().forward(input).into_data().try_to_vec().unwrap();
        let told = json!({ "picture": picture, "side": side, "scores": scores });
        std::fs::write(place.path().join(format!("{name}.json")), told.to_string()).unwrap();
    }
    check(python, &script(), place.path(), networks.len());
}

#[test]
fn a_head_is_written_beside_its_body_under_its_own_paths() {
    let place = tempfile::tempdir().unwrap();
    let body = Arch::ConvNeXtAtto.body(1, &device());
    let model = VisionModel::new(body.clone(), HeadConfig::new(Arch::ConvNeXtAtto.features(), 3).init(1, &device()));
    let all = written(&model, Names::Timm, &place.path().join("all.safetensors"));
    let (head, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
        all.into_iter().partition(|(name, _)| name.starts_with("head."));
    assert_eq!(rest, written(&body, Names::Timm, &place.path().join("body.safetensors")));
    assert_eq!(head["head.layers.1.linear.weight"], [3, 512]);
    assert_eq!(head["head.layers.0.norm.running_mean"], [2 * Arch::ConvNeXtAtto.features()]);
}

#[test]
fn timm_makes_of_a_picture_what_we_make() {
    let Some(python) = timm() else { return };
    let (place, side) = (tempfile::tempdir().unwrap(), 64);
    let (picture, input) = seen(side);
    for (name, arch) in [("resnet18", Arch::ResNet18), ("tf_efficientnet_lite1", Arch::EfficientNetLite1)] {
        let body = arch.body(5, &device());
        written(&body, Names::Timm, &place.path().join(format!("{name}.safetensors")));
        let map: Vec<f32> = body.valid().forward(input.clone()).into_data().try_to_vec().unwrap();
        let told = json!({ "picture": picture, "side": side, "map": map });
        std::fs::write(place.path().join(format!("{name}.json")), told.to_string()).unwrap();
    }
    let script = script();
    check(python, &script, place.path(), 2);
}

fn check(python: OsString, script: &Path, place: &Path, files: usize) {
    let checked = Command::new(python).arg(script).arg("check").arg(place).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let said = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(said.lines().count(), files);
    for line in said.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["apart"].as_f64().unwrap() < 1e-4, "{line}");
    }
}
