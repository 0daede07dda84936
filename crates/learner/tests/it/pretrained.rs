//! Bodies of other families under a learner: by folder, by file, trained, exported and predicted with.

use burn::tensor::Device;
use firelight_learner::models::Arch;
use firelight_learner::models::weights::{Names, to_safetensors};
use firelight_learner::{Backbone, Predictor, vision_learner};

use crate::shapes;

/// A folder as a repository of the hub has it, of drawn weights.
fn repository(arch: Arch, config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let weights = to_safetensors(&arch.body(5, &Device::flex()), Names::Timm).expect("weights");
    std::fs::write(folder.path().join("model.safetensors"), weights).expect("a file");
    std::fs::write(folder.path().join("config.json"), config).expect("a file");
    folder
}

#[test]
fn a_folder_of_weights_says_what_pictures_are_like() {
    let config = r#"{"architecture": "mobilenetv4_conv_small", "pretrained_cfg": {"input_size": [3, 256, 256],
        "interpolation": "bicubic", "crop_pct": 0.95, "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]}}"#;
    let weights = repository(Arch::MobileNetV4ConvSmall, config);
    let body = Backbone::from_folder(weights.path()).expect("a body");
    assert_eq!((body.arch(), body.preset().size, body.preset().crop), (Arch::MobileNetV4ConvSmall, 256, 0.95));
    let alone = Backbone::from_file(weights.path().join("model.safetensors"), &Device::flex()).expect("a body");
    assert_eq!((alone.arch(), alone.preset().size), (Arch::MobileNetV4ConvSmall, 224));

    let pictures = shapes::folder(24);
    let mut learn = vision_learner(shapes::loaders(&pictures, &Device::flex()), body).expect("a learner");
    let normalize = learn.data().transforms().normalize();
    assert_eq!((normalize.mean, normalize.std), (vec![0.1, 0.2, 0.3], vec![0.4, 0.5, 0.6]));
    learn.fit_head(1, 5e-3, 1).expect("a fit of the head");
    learn.unfreeze().expect("thawed");
    learn.fit_one_cycle(1, 1e-3).expect("a fit of all");
    let file = weights.path().join("a.firelight");
    learn.export(&file).expect("an export");
    let predictor = Predictor::load(&file, &Device::flex()).expect("a predictor");
    assert_eq!(predictor.manifest().network.body().map(ToString::to_string).as_deref(), Some("mobilenetv4_conv_small"));
}

#[test]
fn every_family_trains_and_is_exported() {
    let pictures = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    for arch in [
        Arch::ResNet18D,
        Arch::RegNetY002,
        Arch::MobileNetV3Small,
        Arch::ConvNeXtAtto,
        Arch::ConvNeXtV2Atto,
        Arch::ViTTiny,
    ] {
        let data = shapes::loaders(&pictures, &Device::flex());
        let mut learn = vision_learner(data, Backbone::from(arch)).expect("a learner");
        learn.fit_one_cycle(1, 1e-3).unwrap_or_else(|error| panic!("{arch}: {error}"));
        let item = learn.data().valid().dataset().items()[0].clone();
        let own = learn.predictor().expect("a predictor").predict(&item).expect("a prediction");
        let file = place.path().join(arch.name());
        learn.export(&file).expect("an export");
        let told = Predictor::load(&file, &Device::flex()).expect("a predictor").predict(&item).expect("a prediction");
        assert_eq!(told, own, "{arch}");
        let outputs = learn.predictions().expect("predictions");
        for (a, b) in told.probabilities.iter().zip(outputs.row(0)) {
            assert!((a - b).abs() < 1e-3, "{arch}: {a} and {b}");
        }
    }
}
