//! Trained weights: reference outputs, file formats, and what is said of weights that do not fit.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::{Module, ParamGroup};
use burn::tensor::{Device, Tensor};
use firelight_models::Arch;
use firelight_models::weights::{WeightsError, load_body, load_classifier};
use serde_json::Value;

use crate::models::device;

/// The reference checkpoints beside the repository, where they are.
pub fn reference(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/models").join(file);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
    }
    path.exists().then_some(path)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Every number within a thousandth of the largest.
#[track_caller]
fn assert_near(what: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let scale = theirs.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= 1e-3 * scale, "{what}: {ours} instead of {theirs}");
    }
}

#[test]
fn resnets_give_torchvisions_stages_and_logits() {
    let Some(expected) = reference("resnet_reference.json").map(|path| json(&path)) else {
        return;
    };
    let device = device();
    for (name, arch) in [("resnet18", Arch::ResNet18), ("resnet50", Arch::ResNet50)] {
        let Some(path) = reference(&format!("{name}.pth")) else {
            return;
        };
        let (classifier, report) = load_classifier(arch, &path, &device).unwrap();
        assert!(report.unused.iter().all(|tensor| tensor.ends_with("num_batches_tracked")), "{report}");
        let wave: Vec<f32> = (0..2 * 3 * 96 * 96).map(|i| (f64::from(i) * 0.01 + 0.3).sin() as f32).collect();
        let pictures = Tensor::<1>::from_floats(wave.as_slice(), &device).reshape([2, 3, 96, 96]);
        let expected = &expected[name];
        // The first is the stem's.
        for (index, stage) in classifier.body.stages(pictures.clone()).into_iter().enumerate().skip(1) {
            let layer = format!("layer{index}");
            let rows: Tensor<2> = stage.flatten(1, 3);
            let mean = values(rows.clone().mean_dim(1));
            assert_near(&format!("{name} {layer} mean"), &mean, &numbers(&expected["stage_mean"][&layer]));
            let most = values(rows.abs().max_dim(1));
            assert_near(&format!("{name} {layer} maximum"), &most, &numbers(&expected["stage_abs_max"][&layer]));
        }
        let logits = classifier.forward(pictures.clone());
        for (row, theirs) in expected["logits_first_10"].as_array().unwrap().iter().enumerate() {
            let ours = values(logits.clone().slice([row..row + 1, 0..10]));
            assert_near(&format!("{name} logits"), &ours, &numbers(theirs));
        }
        let sums = values(logits.sum_dim(1));
        for (ours, theirs) in sums.iter().zip(numbers(&expected["logits_sum"])) {
            assert!((ours - theirs).abs() < 2e-2, "{name} sum of logits: {ours} instead of {theirs}");
        }
        let folded = classifier.folded();
        assert_near("folded", &values(folded.forward(pictures.clone())), &values(classifier.forward(pictures)));
    }
}

#[test]
fn efficientnet_lite0_gives_the_reference_logits() {
    let Some(expected) = reference("efficientnet_lite0_reference.json").map(|path| json(&path)) else {
        return;
    };
    let Some(path) = std::env::var_os("FIRELIGHT_EFFICIENTNET_LITE0") else {
        eprintln!("skipped: FIRELIGHT_EFFICIENTNET_LITE0 does not say where the weights are");
        return;
    };
    let device = device();
    let (classifier, report) = load_classifier(Arch::EfficientNetLite0, path, &device).unwrap();
    assert!(report.digest_checked, "{report}");
    let zeros = classifier.forward(Tensor::zeros([1, 3, 224, 224], &device));
    assert_near("zeros", &values(zeros), &numbers(&expected["zeros_logits"]));
    let ramp = classifier.forward(ramp(&device));
    assert_near("ramp", &values(ramp), &numbers(&expected["ramp_logits"]));
}

/// `(i mod 255 - 127) / 128` in row-major order.
fn ramp(device: &Device) -> Tensor<4> {
    let ramp: Vec<f32> = (0..3 * 224 * 224).map(|i| ((i % 255) as f32 - 127.0) / 128.0).collect();
    Tensor::<1>::from_floats(ramp.as_slice(), device).reshape([1, 3, 224, 224])
}

/// Names and shapes of all tensors of an architecture, as an error lists them.
pub fn published(arch: Arch, folder: &Path) -> Vec<(String, Vec<usize>)> {
    let path = folder.join("nothing.safetensors");
    write_safetensors(&path, &[], "F32");
    match load_body(arch, &path, &device()) {
        Err(WeightsError::Mismatch { missing, .. }) => missing,
        other => panic!("{other:?}"),
    }
}

/// A safetensors file of zeros: an 8-byte length, a JSON header, the values.
pub fn write_safetensors(path: &Path, tensors: &[(String, Vec<usize>)], dtype: &str) {
    let width = match dtype {
        "F16" | "BF16" => 2,
        "F32" | "I32" => 4,
        _ => 8,
    };
    let mut header = serde_json::Map::new();
    let mut end = 0;
    for (name, shape) in tensors {
        let begin = end;
        end += width * shape.iter().product::<usize>();
        header.insert(name.clone(), serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}));
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    fs::write(path, &bytes).unwrap();
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len((bytes.len() + end) as u64).unwrap();
}

/// The text of the error, with the file's folder taken out.
pub fn refusal(arch: Arch, path: &Path) -> String {
    let error = load_body(arch, path, &device()).map(|(_, report)| report).unwrap_err();
    error.to_string().replace(&format!("{}/", path.parent().unwrap().display()), "")
}

#[test]
fn any_prefix_and_any_float_type_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let tensors = published(Arch::EfficientNetLite0, folder.path());
    for (prefix, dtype) in [("", "F32"), ("state_dict.module.", "F16"), ("model.", "BF16"), ("module.", "F64")] {
        let path = folder.path().join("lite0.bin");
        let mut named: Vec<_> =
            tensors.iter().map(|(name, shape)| (format!("{prefix}{name}"), shape.clone())).collect();
        named.push((format!("{prefix}_fc.weight"), vec![10, 1280]));
        named.push((format!("{prefix}_bn0.num_batches_tracked"), vec![1]));
        if !prefix.is_empty() {
            named.push(("optimizer.momentum".into(), vec![3]));
        }
        write_safetensors(&path, &named, dtype);
        let (_, report) = load_body(Arch::EfficientNetLite0, &path, &device()).unwrap();
        assert_eq!(report.tensors, tensors.len());
        let mut left = vec![format!("{prefix}_fc.weight"), format!("{prefix}_bn0.num_batches_tracked")];
        left.extend((!prefix.is_empty()).then(|| "optimizer.momentum".into()));
        left.sort();
        assert_eq!(report.unused, left);
    }
}

#[test]
fn the_report_says_what_was_taken_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut tensors = published(Arch::ResNet18, folder.path());
    tensors.push(("fc.weight".into(), vec![5, 512]));
    tensors.push(("fc.bias".into(), vec![5]));
    let path = folder.path().join("five.safetensors");
    write_safetensors(&path, &tensors, "F32");
    let (_, report) = load_body(Arch::ResNet18, &path, &device()).unwrap();
    let expected =
        format!("resnet18: 100 tensors (11.2 M values) from {}; 2 not used: fc.bias … fc.weight", path.display());
    assert_eq!(report.to_string(), expected);
    let (classifier, report) = load_classifier(Arch::ResNet18, &path, &device()).unwrap();
    assert_eq!(report.to_string(), format!("resnet18: 102 tensors (11.2 M values) from {}", path.display()));
    assert_eq!(classifier.fc.weight.dims(), [512, 5]);
}

#[test]
fn missing_unexpected_and_misshapen_tensors_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.safetensors");
    let mut tensors = published(Arch::ResNet18, folder.path());
    tensors.retain(|(name, _)| !name.starts_with("layer2.0.conv1") && !name.starts_with("layer4.1.bn2"));
    tensors.push(("layer2.0.conv9.weight".into(), vec![3, 3]));
    for (name, shape) in &mut tensors {
        if name == "conv1.weight" {
            shape[1] = 1;
        }
    }
    write_safetensors(&path, &tensors, "F32");
    assert_eq!(
        refusal(Arch::ResNet18, &path),
        "weights odd.safetensors do not fit resnet18\n  \
         5 missing: layer2.0.conv1.weight [128, 64, 3, 3], layer4.1.bn2.weight [512], layer4.1.bn2.bias [512], \
         layer4.1.bn2.running_mean [512], layer4.1.bn2.running_var [512]\n  \
         1 unexpected: layer2.0.conv9.weight [3, 3]\n  \
         1 of another shape: conv1.weight [64, 1, 7, 7] instead of [64, 3, 7, 7]"
    );
}

#[test]
fn weights_of_another_architecture_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.pth");
    write_safetensors(&path, &published(Arch::ResNet34, folder.path()), "F32");
    let text = refusal(Arch::ResNet18, &path);
    let start = "weights weights.pth do not fit resnet18 (they look like resnet34: choose that architecture)\n  \
                 80 unexpected: layer1.2.bn1.bias [64], ";
    assert!(text.starts_with(start), "{text}");
    assert!(text.ends_with(" and 75 more"), "{text}");
    let text = refusal(Arch::EfficientNetLite0, &path);
    assert!(
        text.contains("do not fit efficientnet-lite0 (they look like resnet34: choose that architecture)"),
        "{text}"
    );
    load_body(Arch::ResNet34, &path, &device()).unwrap();
}

#[test]
fn the_small_network_has_no_weights_to_load() {
    let error = load_body(Arch::Small, "any.pth", &device()).unwrap_err().to_string();
    assert_eq!(
        error,
        "small has no trained weights: it is trained from scratch; leave the weights out or choose another architecture"
    );
}

#[test]
fn loaded_weights_can_be_frozen_trained_and_evaluated() {
    let Some(path) = reference("resnet18.pth") else {
        return;
    };
    let device = device();
    let (body, _) = load_body(Arch::ResNet18, &path, &device.clone().autodiff()).unwrap();
    let (plain, _) = load_body(Arch::ResNet18, &path, &device).unwrap();
    let wave = Tensor::arange(0..2 * 3 * 64 * 64, &device).float().sin().reshape([2, 3, 64, 64]);
    assert_eq!(values(plain.forward(wave.clone())), values(body.valid().forward(wave.clone())));
    let tracked = Tensor::from_inner(wave.clone());
    let frozen = body.valid().train().freeze_group(ParamGroup::from_regex("^ResNet").unwrap());
    assert!(!frozen.forward(tracked.clone()).is_tracked());
    assert_eq!(values(plain.forward(wave.clone())), values(frozen.forward(tracked.clone()).inner()));

    let trained = body.forward(tracked);
    assert!(trained.is_tracked());
    trained.sum().backward();
    assert_ne!(
        values(plain.forward(wave.clone())),
        values(body.valid().forward(wave)),
        "statistics move and stay moved"
    );
}
