use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::{Device, TensorData, activation::softmax};
use firelight_costs::{CostMatrix, Decision};
use firelight_models::{Arch, HeadConfig, Model, UNetConfig, weights};
use firelight_predict::{FORMAT, FileError, NetworkConfig, PredictError, Predictor, Registry, TargetKind, Vocab};
use firelight_transforms::{Chance, PictureTransforms, Resize, Scratch, Size, TransformError};
use image::RgbImage;
use serde_json::{Value, json};

use crate::{export, head, model, picture};

/// What is said of the export of a manifest that is any JSON, without its path.
pub fn refused(folder: &Path, manifest: &Value, tensors: &[u8]) -> String {
    let path = folder.join("model.firelight");
    FORMAT.write(&path, manifest, &[tensors]).expect("a file");
    let error = Predictor::load(&path, &Device::flex()).expect_err("refused");
    assert!(matches!(error, PredictError::File(FileError::Unusable { .. })), "{error}");
    error.to_string().rsplit("export: ").next().unwrap_or_default().to_owned()
}

#[test]
fn an_export_predicts_as_its_model_does_by_hand() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = model(head());
    let loaded = Predictor::load(export(place.path(), &manifest, &model), &Device::flex()).expect("a predictor");
    let own = Predictor::new(manifest.clone(), model.for_inference(), Device::flex()).expect("a predictor");
    for (number, width, height) in [(1, 40, 36), (2, 200, 32), (3, 7, 5)] {
        let picture = picture(number, width, height);
        let planes = manifest.transforms.planes(&picture, None, &mut Scratch::default()).expect("planes").1;
        let input = Tensor::from_data(TensorData::new(planes, [1, 3, 32, 32]), &Device::flex());
        let scores = model.head.forward(model.body.forward(input));
        let expected: Vec<f32> = softmax(scores, 1).into_data().iter::<f32>().collect();
        let prediction = loaded.predict_picture(&picture).expect("a prediction");
        assert_eq!(prediction, own.predict_picture(&picture).expect("a prediction"));
        for (found, expected) in prediction.probabilities.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-5, "{:?} and {expected:?}", prediction.probabilities);
        }
        let most = expected.iter().copied().fold(0.0, f32::max);
        assert!(most - expected[prediction.index] < 1e-5);
        assert_eq!(prediction.class, ["ant", "bee", "a fly, drawn"][prediction.index]);
    }
}

/// A cost so high that one class is never worth its risk changes what is picked, not the probabilities.
#[test]
fn the_decision_rule_picks() {
    let (manifest, model) = model(head());
    let likeliest = Predictor::new(manifest.clone(), model.for_inference(), Device::flex()).expect("a predictor");
    let seen = picture(1, 40, 36);
    let first = likeliest.predict_picture(&seen).expect("a prediction");
    let vocab = likeliest.vocab();
    let mut cost = CostMatrix::uniform(vocab);
    for actual in vocab.iter().filter(|name| **name != first.class) {
        cost = cost.with(actual, &first.class, 1e6).expect("a cost");
    }
    let decision = Decision::minimum_risk(&cost, vocab).expect("a rule");
    let mut manifest = manifest.clone();
    manifest.decision = decision;
    let careful = Predictor::new(manifest, model.for_inference(), Device::flex()).expect("a predictor");
    let second = careful.predict_picture(&seen).expect("a prediction");
    assert_ne!(second.class, first.class);
    assert_eq!(second.probabilities, first.probabilities);
}

#[test]
fn a_damaged_export_is_refused_and_never_wrong_in_silence() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = model(head());
    let path = export(place.path(), &manifest, &model);
    let whole = std::fs::read(&path).expect("bytes");
    let refused = |bytes: &[u8], what: &str| {
        std::fs::write(&path, bytes).expect("a file");
        let error = Predictor::load(&path, &Device::flex()).expect_err(what);
        assert!(matches!(error, PredictError::File(FileError::Unusable { .. })), "{what}: {error}");
    };
    let mut chance = Chance::new(1, 2, 3);
    for _ in 0..50 {
        let length = chance.below(whole.len() as u64) as usize;
        refused(&whole[..length], &format!("cut to {length} bytes"));
    }
    for _ in 0..200 {
        let bit = chance.below(8 * whole.len() as u64) as usize;
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        refused(&bytes, &format!("bit {bit} flipped"));
    }
}

/// What a prediction takes is the maker's choice, up to a limit that whoever loads it may raise.
#[test]
fn models_for_very_large_pictures_are_loaded_where_their_maker_is_trusted() {
    let (place, device) = (tempfile::tempdir().expect("a folder"), Device::flex());
    let of = |size: Size| {
        let (mut manifest, model) = model(head());
        manifest.transforms = PictureTransforms::new().with_item(Resize::squish(size));
        export(place.path(), &manifest, &model)
    };
    assert!(Predictor::load(of(Size::square(1024)), &device).is_ok());
    let large = of(Size::new(1025, 1024));
    let error = Predictor::load(&large, &device).expect_err("refused").to_string();
    let what = "it is for pictures of 1025×1024 in 3 channel(s), 1049600 pixels of three, and one of its kind may be for 1048576; if its maker \
                is to be trusted, load it with `Registry::with_pixels(1049600)`, or `firelight --pixels 1049600`";
    assert!(error.ends_with(what), "{error}");
    assert!(Predictor::load_with(&large, &Registry::default().with_pixels(1_049_600), &device).is_ok());

    // Pictures that keep their sizes are looked at one by one.
    let (mut manifest, model) = model(head());
    manifest.transforms = PictureTransforms::new();
    let file = export(place.path(), &manifest, &model);
    let few = Predictor::load_with(&file, &Registry::default().with_pixels(2000), &device).expect("a predictor");
    assert!(few.predict_picture(&picture(1, 50, 40)).is_ok());
    let error = few.predict_picture(&picture(1, 50, 41)).expect_err("refused").to_string();
    assert!(
        error.contains(
            "it is for pictures of 50×41 in 3 channel(s), 2050 pixels of three, and one of its kind may be for 2000"
        ),
        "{error}"
    );
    let here = Predictor::new(manifest, model.for_inference(), device).expect("a predictor");
    assert!(here.predict_picture(&picture(1, 50, 41)).is_ok());
}

/// Their maps are of the pictures' size.
#[test]
fn models_of_maps_may_be_for_fewer_pixels() {
    let (place, device) = (tempfile::tempdir().expect("a folder"), Device::flex());
    let (config, ground) = (UNetConfig::new(Arch::Small, 2), Vocab::ordered(["ground", "animal"]).expect("a vocab"));
    let tensors = weights::to_bytes(&config.init(1, &device)).expect("bytes");
    let path = place.path().join("map.firelight");
    let load = |side: u32| {
        let (mut manifest, _) = model(head());
        manifest.network = NetworkConfig::UNet(config.clone());
        manifest.target = TargetKind::Mask(ground.clone());
        manifest.transforms = PictureTransforms::new().with_item(Resize::squish(side));
        FORMAT.write(&path, &manifest, &[&tensors]).expect("an export");
        Predictor::load(&path, &device)
    };
    assert!(load(512).is_ok());
    let error = load(513).expect_err("refused").to_string();
    assert!(error.contains("263169 pixels of three, and one of its kind may be for 262144"), "{error}");
}

/// What a manifest says is looked at before a model is made of it.
#[test]
fn manifests_that_make_no_sense_are_refused() {
    let place = tempfile::tempdir().expect("a folder");
    let (mut manifest, model) = model(head().with_dropout(0.0));
    let vocab = manifest.target.vocab().expect("a vocab").clone();
    manifest.decision = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).expect("a rule");
    let tensors = weights::to_bytes(&model).expect("bytes");
    let manifest = serde_json::to_value(&manifest).expect("JSON");
    let said = |pointer: &str, value: Value| {
        let mut manifest = manifest.clone();
        *manifest.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not in the manifest")) = value;
        refused(place.path(), &manifest, &tensors)
    };
    for dropout in [2.0, -1.0, 1.0] {
        assert!(
            said("/network/vision/head/dropout", json!(dropout))
                .starts_with("dropout must be at least 0 and below 1, not ")
        );
    }
    let hidden = |widths: &[u64]| said("/network/vision/head/hidden", json!(widths));
    assert_eq!(hidden(&[0]), "a head needs at least one feature, one class and no empty layer");
    for many in [&[1_000_000_000_000_000_000][..], &[50_000_000], &[512, 9_000_000]] {
        assert_eq!(hidden(many), "its head needs more weights than it holds");
    }
    assert_eq!(
        said("/network/vision/head/features", json!(9_223_372_036_854_775_808_u64)),
        "its head takes 9223372036854775808 features and small gives 128"
    );
    assert_eq!(said("/network/vision/head/classes", json!(4)), "its head gives 4 scores for 3 classes");
    assert!(
        said("/target/category", json!(Vocab::ordered(["bee", "ant", "wasp"]).expect("a vocab")))
            .contains("other classes")
    );
    assert!(said("/network/vision/arch", json!("small-er")).starts_with("its manifest cannot be read: "));
    assert!(
        said("/network/vision/arch", json!("resnet18"))
            .starts_with("its head takes 128 features and resnet18 gives 512")
    );
    assert!(
        said("/network/vision/head/hidden", json!([])).starts_with("its weights do not fit its architecture small")
    );
}

/// The header of tensors, and their numbers.
fn parts(tensors: &[u8]) -> (Value, &[u8]) {
    let length = u64::from_le_bytes(tensors[..8].try_into().expect("a length")) as usize;
    (serde_json::from_slice(&tensors[8..8 + length]).expect("JSON"), &tensors[8 + length..])
}

fn joined(header: &Value, numbers: &[u8]) -> Vec<u8> {
    let header = serde_json::to_vec(header).expect("JSON");
    [&(header.len() as u64).to_le_bytes()[..], &header, numbers].concat()
}

/// The tensors are those of the model, all of them and no others, as numbers of its own precision.
#[test]
fn tensors_of_another_model_or_precision_are_refused() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = model(head());
    let tensors = weights::to_bytes(&model).expect("bytes");
    let manifest = serde_json::to_value(&manifest).expect("JSON");
    let (header, numbers) = parts(&tensors);

    let mut more = header.clone();
    more["body.further"] = json!({"dtype": "F32", "shape": [1], "data_offsets": [numbers.len(), numbers.len() + 4]});
    let said = refused(place.path(), &manifest, &joined(&more, &[numbers, &f32::NAN.to_le_bytes()[..]].concat()));
    assert!(
        said.starts_with("its weights do not fit its architecture small") && said.contains("body.further"),
        "{said}"
    );
    let mut fewer = header.clone();
    fewer.as_object_mut().expect("tensors").remove("head.layers.1.linear.weight").expect("a tensor");
    let fewer = joined(&fewer, numbers);
    assert!(refused(place.path(), &manifest, &fewer).starts_with("its weights do not fit its architecture small"));

    // Half as many bytes for each, or twice as many: whichever tensor it is.
    for (name, dtype, width) in
        [("head.layers.1.linear.weight", "F16", 2), ("", "F16", 2), ("", "BF16", 2), ("", "F64", 8)]
    {
        let (mut other, mut bytes) = (serde_json::Map::new(), Vec::new());
        for (tensor, told) in header.as_object().expect("tensors").iter().filter(|(name, _)| *name != "__metadata__") {
            let offset = |side: usize| told["data_offsets"][side].as_u64().expect("an offset") as usize;
            let (start, count) = (bytes.len(), (offset(1) - offset(0)) / 4);
            let recast = name.is_empty() || tensor == name;
            if recast {
                bytes.resize(start + width * count, 0);
            } else {
                bytes.extend_from_slice(&numbers[offset(0)..offset(1)]);
            }
            let dtype = if recast { dtype } else { "F32" };
            other.insert(
                tensor.clone(),
                json!({"dtype": dtype, "shape": told["shape"], "data_offsets": [start, bytes.len()]}),
            );
        }
        let said = refused(place.path(), &manifest, &joined(&json!(other), &bytes));
        assert!(said.contains(&format!("is of {dtype}, and this model's is of")), "{said}");
    }
}

/// Each layer takes memory, however few numbers it has.
#[test]
fn a_head_of_very_many_layers_is_refused_before_it_is_made() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, _) = model(head());
    let mut manifest = serde_json::to_value(&manifest).expect("JSON");
    manifest["network"]["vision"]["head"]["hidden"] = json!(vec![1; 100_000]);
    let said = refused(place.path(), &manifest, &vec![0; 500_000]);
    assert_eq!(said, "a head has at most 64 hidden layers, not 100000");
}

/// A9: weights that are no numbers are not loaded.
#[test]
fn weights_that_are_not_finite_are_refused() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = model(head());
    let manifest = serde_json::to_value(&manifest).expect("JSON");
    for number in [f32::NAN, f32::INFINITY] {
        let mut tensors = weights::to_bytes(&model).expect("bytes");
        let last = tensors.len() - 4;
        tensors[last..].copy_from_slice(&number.to_le_bytes());
        let said = refused(place.path(), &manifest, &tensors);
        assert!(said.starts_with("its weights ") && said.ends_with(" are not finite numbers"), "{said}");
    }
}

/// A manifest is held to the same rules where a predictor is made of a model that is there.
#[test]
fn a_predictor_of_contradictions_is_not_made() {
    let (mut manifest, model) = model(head());
    manifest.target = TargetKind::Category(Vocab::ordered(["ant", "bee"]).expect("a vocab"));
    let error = Predictor::new(manifest, model.for_inference(), Device::flex()).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "predict: the manifest makes no sense: its head gives 3 scores for 2 classes; take it from the export that the model is from"
    );
}

/// So is the model itself.
#[test]
fn a_model_of_other_scores_is_no_predictor() {
    let (manifest, _) = model(head());
    for classes in [2, 5] {
        let (_, other) = model(HeadConfig::new(Arch::Small.features(), classes));
        let error = Predictor::new(manifest.clone(), other.for_inference(), Device::flex()).expect_err("refused");
        assert!(error.to_string().contains(&format!("gives {classes} scores for 3 classes")), "{error}");
    }
    let (_, other) = model(HeadConfig::new(2 * Arch::Small.features(), 3));
    let error = Predictor::new(manifest, other.for_inference(), Device::flex()).expect_err("refused").to_string();
    assert!(error.contains("the model's head is not the one that the manifest describes"), "{error}");
}

#[test]
fn a_reader_of_ones_own_reads_and_its_panic_is_an_error_that_names_the_file() {
    let seen = picture(1, 40, 36);
    let expected = crate::predictor().predict_picture(&seen).expect("a prediction");
    let reads = crate::predictor().with_reader(move |path| match path.to_str() {
        Some("good.raw") => Ok(seen.clone()),
        Some("bad.raw") => Err(TransformError::Closure { name: "raw".into(), reason: "too dark".into() }),
        _ => panic!("no idea"),
    });
    assert_eq!(reads.predict("good.raw").expect("a prediction"), expected);
    for (file, why) in [("bad.raw", "too dark"), ("worse.raw", "no idea")] {
        let error = reads.predict(file).expect_err("refused").to_string();
        assert!(error.starts_with("predict: ") && error.contains(file) && error.contains(why), "{error}");
    }
}

/// The manifest and the list of tensors of an export as the first version wrote it, with made-up numbers as weights.
#[test]
fn a_file_of_the_first_version_still_loads_and_predicts_what_it_did() {
    let mut lines = include_str!("fixtures/export-1.txt").lines();
    let (manifest, header) = (lines.next().expect("a manifest"), lines.next().expect("tensors"));
    let tensors: Value = serde_json::from_str(header).expect("JSON");
    let number = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 400.0;
    let mut weights = Vec::new();
    for (name, tensor) in tensors.as_object().expect("tensors") {
        let offset = |side: usize| tensor["data_offsets"][side].as_u64().map(|offset| offset as usize);
        let (Some(start), Some(end)) = (offset(0), offset(1)) else { continue };
        weights.resize(weights.len().max(end), 0);
        for (i, bytes) in weights[start..end].chunks_exact_mut(4).enumerate() {
            let value = match name.as_str() {
                "head.layers.1.norm.gamma" => 0.0,
                _ if name.ends_with("running_var") => 1.0,
                _ => number(i),
            };
            bytes.copy_from_slice(&value.to_le_bytes());
        }
    }
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("old");
    let manifest: Value = serde_json::from_str(manifest).expect("JSON");
    let length = (header.len() as u64).to_le_bytes();
    FORMAT.write(&file, &manifest, &[&length, header.as_bytes(), &weights]).expect("a file");

    let predictor = Predictor::load(&file, &Device::flex()).expect("an old export");
    assert_eq!(predictor.manifest().firelight, "0.1.0");
    assert_eq!(predictor.manifest().burn, "", "the first version did not say");
    let picture = RgbImage::from_fn(80, 70, |x, y| image::Rgb([(3 * x) as u8, (3 * y) as u8, (x + y) as u8]));
    let prediction = predictor.predict_picture(&picture).expect("a prediction");
    // The last norm gives its shifts whatever it sees, so the scores are the shifts through the last layer.
    let scores: Vec<f32> = (0..10).map(|class| (0..512).map(|j| number(j) * number(10 * j + class)).sum()).collect();
    let total: f32 = scores.iter().map(|score| score.exp()).sum();
    for (found, score) in prediction.probabilities.iter().zip(&scores) {
        assert!((found - score.exp() / total).abs() < 1e-4, "{:?} of {scores:?}", prediction.probabilities);
    }
}
