//! Files for other programs: their names, their layout, their numbers.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use burn::module::Module;
use burn::tensor::Tensor;
use firelight_models::weights::{Checkpoint, Names, load_body, to_bytes, to_safetensors};
use firelight_models::{Arch, Body};
use serde_json::{Value, json};

use crate::models::device;

fn written(body: &Body, names: Names, file: &Path) -> BTreeMap<String, Vec<usize>> {
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

#[test]
fn timm_makes_of_a_picture_what_we_make() {
    let Some(python) = std::env::var_os("FIRELIGHT_TIMM") else {
        eprintln!("skipped: FIRELIGHT_TIMM names no Python that has timm");
        return;
    };
    let (place, side) = (tempfile::tempdir().unwrap(), 64);
    let picture: Vec<f32> = (0..3 * side * side).map(|i| (f64::from(i) * 0.01 + 0.3).sin() as f32).collect();
    let input = Tensor::<1>::from_floats(picture.as_slice(), &device()).reshape([1, 3, side as usize, side as usize]);
    for (name, arch) in [("resnet18", Arch::ResNet18), ("tf_efficientnet_lite1", Arch::EfficientNetLite1)] {
        let body = arch.body(5, &device());
        written(&body, Names::Timm, &place.path().join(format!("{name}.safetensors")));
        let map: Vec<f32> = body.valid().forward(input.clone()).into_data().try_to_vec().unwrap();
        let told = json!({ "picture": picture, "side": side, "map": map });
        std::fs::write(place.path().join(format!("{name}.json")), told.to_string()).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/reference/names.py");
    let checked = Command::new(python).arg(script).arg("check").arg(place.path()).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let said = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(said.lines().count(), 2);
    for line in said.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["apart"].as_f64().unwrap() < 1e-4, "{line}");
    }
}
