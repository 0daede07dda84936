//! Exports of models of other channels and of several pictures an item.

use burn::tensor::{Device, Tensor, TensorData, activation::softmax};
use firelight_models::{Arch, BodyConfig, HeadConfig, Model, UNetConfig, VisionModel, weights};
use firelight_predict::{FORMAT, Manifest, NetworkConfig, Predictor};
use firelight_transforms::{Bands, InputReader, Picture, Scratch};
use serde_json::{Value, json};

use crate::{export, model, picture};

/// A model that sees red, green and blue as three pictures of one channel.
fn three_pictures() -> (Manifest, VisionModel) {
    let body = BodyConfig::new(Arch::Small).with_channels(1).with_pictures(3);
    let head = HeadConfig::new(body.features(), 3);
    let device = Device::flex();
    let seen = VisionModel::new(body.body(7, &device), head.init(7, &device));
    let (mut manifest, _) = model(head.clone());
    manifest.network = NetworkConfig::Vision { body, head };
    manifest.input = InputReader::of_channels(&[1; 3]);
    (manifest, seen)
}

#[test]
fn an_export_of_several_pictures_predicts_as_its_model() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = three_pictures();
    let loaded = Predictor::load(export(place.path(), &manifest, &model), &Device::flex()).expect("a predictor");
    assert_eq!(loaded.manifest().network, manifest.network);
    assert_eq!(loaded.manifest().network.to_string(), "small for 3 pictures of 1 channel");
    let colours = Bands::from(&picture(1, 40, 36));
    let one =
        |channel| Bands::new(colours.size(), colours.plane(channel).expect("a plane").to_vec()).expect("a picture");
    let seen = Picture::Several((0..3).map(|channel| one(channel).into()).collect());
    let planes = manifest.transforms.planes(&seen, None, &mut Scratch::default()).expect("planes").1;
    let input: Tensor<4> = Tensor::from_data(TensorData::new(planes, [1, 3, 32, 32]), &Device::flex());
    let maps = input.chunk(3, 1).into_iter().map(|picture| model.body.forward(picture)).collect();
    let scores = model.head.forward(Tensor::cat(maps, 1));
    let expected: Vec<f32> = softmax(scores, 1).into_data().iter::<f32>().collect();
    for (found, expected) in loaded.predict_picture(&seen).expect("a prediction").probabilities.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
    }
    let own = Predictor::new(manifest, model.for_inference(), Device::flex()).expect("a predictor");
    assert_eq!(own.predict_picture(&seen).expect("a prediction"), loaded.predict_picture(&seen).expect("a prediction"));
}

/// Of the three pictures the first and the last are one, the second is black: their evidence is that of one body's maps, under one scale.
#[test]
fn evidence_of_several_pictures_is_of_each_and_on_one_scale() {
    let (mut manifest, model) = three_pictures();
    let linear = HeadConfig::new(3 * Arch::Small.features(), 3);
    let linear = linear.with_hidden([]).with_concat_pool(false).with_first_norm(false).with_dropout(0.0);
    let head = linear.init(3, &Device::flex());
    let NetworkConfig::Vision { body, .. } = manifest.network else { panic!("a body with a head") };
    manifest.network = NetworkConfig::Vision { body, head: linear };
    let model = VisionModel::new(model.body, head.clone());
    let colours = Bands::from(&picture(1, 32, 32));
    let bright = Bands::new(colours.size(), colours.plane(0).expect("a plane").to_vec()).expect("a picture");
    let dark = Bands::new(colours.size(), vec![0.0; 32 * 32]).expect("a picture");
    let seen = Picture::Several(vec![bright.clone().into(), dark.into(), bright.into()]);
    let planes = manifest.transforms.planes(&seen, None, &mut Scratch::default()).expect("planes").1;
    let input: Tensor<4> = Tensor::from_data(TensorData::new(planes, [1, 3, 32, 32]), &Device::flex());
    let features = Arch::Small.features();
    let maps: Vec<Vec<f32>> = (input.chunk(3, 1).into_iter())
        .map(|picture| model.body.forward(picture).into_data().iter::<f32>().collect())
        .collect();
    let one_hot: Vec<f32> = (0..(3 * features + 1) * 3 * features)
        .map(|at| f32::from(u8::from(at / (3 * features) == at % (3 * features) + 1)))
        .collect();
    let rows: Tensor<2> =
        Tensor::from_data(TensorData::new(one_hot, [3 * features + 1, 3 * features]), &Device::flex());
    // The bias, then the bias with the weights of each feature.
    let scores: Vec<f32> = head.classify(rows).into_data().iter::<f32>().collect();
    let predictor = Predictor::new(manifest, model.for_inference(), Device::flex()).expect("a predictor");
    for class in 0..3 {
        let found = predictor.explain(&seen, Some(class)).expect("evidence");
        let cells = found.heat.len();
        let heats = [&found.heat, &found.others[0].1, &found.others[1].1];
        let raw = |picture: usize, cell: usize| -> f32 {
            let weight = |c: usize| scores[3 * (picture * features + c + 1) + class] - scores[class];
            (0..features).map(|c| weight(c) * maps[picture][c * cells + cell]).sum::<f32>().max(0.0)
        };
        let raw: Vec<f32> = (0..3 * cells).map(|at| raw(at / cells, at % cells)).collect();
        let most = raw.iter().copied().fold(0.0, f32::max);
        assert!(most > 0.0, "evidence for class {class}");
        for (at, raw) in raw.iter().enumerate() {
            let warmth = heats[at / cells][at % cells];
            assert!((warmth - raw / most).abs() < 1e-4, "class {class}, cell {at}: {warmth} is not {}", raw / most);
        }
        assert_eq!(found.others.len(), 2);
        assert_eq!(found.seen, found.others[1].0);
        assert_ne!(found.seen, found.others[0].0);
    }
}

#[test]
fn the_settings_of_a_body_stand_beside_its_head_where_they_are_not_the_default() {
    let network = |manifest: &Manifest| serde_json::to_value(&manifest.network).expect("JSON");
    let (several, _) = three_pictures();
    assert_eq!(network(&several)["vision"]["pictures"], 3);
    assert_eq!(network(&several)["vision"]["channels"], 1);
    let (plain, _) = model(crate::head());
    let keys: Vec<String> = network(&plain)["vision"].as_object().expect("settings").keys().cloned().collect();
    assert_eq!(keys, ["arch", "head"], "as older files have them");
    for (json, expected) in [
        (json!({"unet": {"arch": "small", "classes": 2, "last_cross": true}}), UNetConfig::new(Arch::Small, 2)),
        (
            json!({"unet": {"arch": "small", "pictures": 2, "classes": 2, "last_cross": true}}),
            UNetConfig::new(BodyConfig::new(Arch::Small).with_pictures(2), 2),
        ),
    ] {
        let network: NetworkConfig = serde_json::from_value(json.clone()).expect("a network");
        assert_eq!(network, NetworkConfig::UNet(expected));
        assert_eq!(serde_json::to_value(&network).expect("JSON"), json);
    }
}

/// Strangers' files are looked at before memory is taken.
#[test]
fn bodies_that_make_no_sense_are_refused() {
    let place = tempfile::tempdir().expect("a folder");
    let (manifest, model) = three_pictures();
    let tensors = weights::to_bytes(&model).expect("bytes");
    let manifest = serde_json::to_value(&manifest).expect("JSON");
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut manifest = manifest.clone();
        change(&mut manifest["network"]);
        let path = place.path().join("model.firelight");
        FORMAT.write(&path, &manifest, &[&tensors]).expect("a file");
        let error = Predictor::load(&path, &Device::flex()).expect_err("refused").to_string();
        error.rsplit("export: ").next().unwrap_or_default().to_owned()
    };
    let vision = |setting: &'static str, value: Value| {
        refused(&move |network: &mut Value| network["vision"][setting] = value.clone())
    };
    assert_eq!(vision("channels", json!(0)), "a picture has from 1 to 4096 channels, not 0");
    let most = u64::MAX >> 1;
    assert_eq!(vision("channels", json!(most)), format!("a picture has from 1 to 4096 channels, not {most}"));
    assert_eq!(vision("pictures", json!(0)), "an item has from 1 to 256 pictures, not 0");
    assert_eq!(
        vision("pictures", json!(2)),
        "its head takes 384 features and small for 2 pictures of 1 channel gives 256"
    );
    assert_eq!(
        vision("channels", json!(2)),
        "its input has channels [1, 1, 1], and its network is small for 3 pictures of 2 channels"
    );
    let many = |network: &mut Value| {
        network["vision"]["pictures"] = json!(256);
        network["vision"]["head"]["features"] = json!(256 * 128);
    };
    assert_eq!(refused(&many), "its head needs more weights than it holds");
    let map = |network: &mut Value| {
        *network = json!({"unet": {"arch": "resnet50", "pictures": 256, "classes": 3, "last_cross": true}});
    };
    assert_eq!(refused(&map), "its head needs more weights than it holds");
}
