//! Pictures of any number of channels, and several of an item: shapes, adapted weights, what one body makes of a pair.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use firelight_models::weights::{WeightsError, load_body, shapes};
use firelight_models::{Arch, Body, BodyConfig, HeadConfig, Model, UNetConfig, VisionModel};

use crate::models::{Named, WithoutGradient, assert_close, device, pictures, values};
use crate::weights::{published, refusal, write_safetensors};

const CHANNELS: [usize; 5] = [1, 2, 4, 6, 13];

/// Two pictures of two channels an item.
fn pair() -> BodyConfig {
    BodyConfig::new(Arch::Small).with_channels(2).with_pictures(2)
}

/// Both pictures of an item, as a body takes them.
fn beside(left: &Tensor<4>, right: &Tensor<4>) -> Tensor<4> {
    Tensor::cat(vec![left.clone(), right.clone()], 1)
}

#[test]
fn bodies_take_any_number_of_channels() {
    let device = device();
    for arch in [Arch::Small, Arch::ResNet18, Arch::ResNet50, Arch::EfficientNetLite0] {
        for channels in CHANNELS {
            let config = BodyConfig::new(arch).with_channels(channels);
            let body = config.body(1, &device.clone().autodiff());
            // Statistics that are not those of a new norm.
            let noise = Tensor::<4>::random([4, channels, 64, 64], Distribution::Normal(0.3, 2.0), &device);
            body.forward(Tensor::from_inner(noise));
            let (plain, input) = (body.valid(), pictures([2, channels, 64, 40], &device));
            let map = plain.forward(input.clone());
            assert_eq!((map.dims()[1], plain.channels()), (config.features(), channels), "{config}");
            assert_eq!(plain.folded().channels(), channels, "{config}");
            assert_close(&values(plain.folded().forward(input.clone())), &values(map), 1e-4);
            let stages: Vec<usize> = plain.stages(input).iter().map(|stage| stage.dims()[1]).collect();
            assert_eq!(stages, config.stage_channels(), "{config}");
        }
    }
}

#[test]
fn a_body_of_three_channels_is_the_architectures() {
    let config = BodyConfig::from(Arch::Small);
    assert_eq!((config.channels(), config.pictures(), config.inputs()), (3, 1, 3));
    let of = |body: &Body| Named::of(body).values;
    assert_eq!(of(&config.body(5, &device())), of(&Arch::Small.body(5, &device())));
}

#[test]
fn each_picture_of_an_item_is_seen_as_if_alone() {
    let device = device();
    for arch in [Arch::Small, Arch::ResNet18, Arch::EfficientNetLite0] {
        let body = BodyConfig::new(arch).with_channels(2).body(1, &device);
        let left = pictures([3, 2, 64, 50], &device);
        let right = left.clone().mul_scalar(-0.7).add_scalar(0.2);
        let (maps, stages) = (body.forward(beside(&left, &right)), body.stages(beside(&left, &right)));
        let [first, second] = [&left, &right].map(|picture| body.forward(picture.clone()));
        assert_eq!(values(maps), values(beside(&first, &second)), "{arch}");
        let alone = body.stages(left.clone()).into_iter().zip(body.stages(right));
        for (stage, (first, second)) in stages.into_iter().zip(alone) {
            assert_eq!(values(stage), values(beside(&first, &second)), "{arch}");
        }
        let twice = body.forward(beside(&left, &left));
        let halves = twice.chunk(2, 1).into_iter().map(values).collect::<Vec<_>>();
        assert_eq!(halves[0], halves[1], "{arch}");
    }
}

#[test]
fn norms_see_all_pictures_of_all_items_as_one_batch() {
    let body = |device: &Device| BodyConfig::new(Arch::Small).with_channels(2).body(1, &device.clone().autodiff());
    let (one, other) = (body(&device()), body(&device()));
    let items = pictures([4, 6, 64, 64], &device());
    one.forward(Tensor::from_inner(items.clone()));
    other.forward(Tensor::from_inner(items.reshape([12, 2, 64, 64])));
    assert_eq!(Named::of(&one.valid()).values, Named::of(&other.valid()).values);
}

#[test]
fn gradients_reach_the_body_from_both_pictures() {
    let device = device().autodiff();
    let config = pair();
    let head = HeadConfig::new(config.features(), 3).init(2, &device);
    let model = VisionModel::new(config.body(1, &device), head);
    let input = || Tensor::<4>::from_inner(pictures([4, 4, 64, 64], &device.clone().inner())).require_grad();
    let whole = input();
    let gradients = model.forward(whole.clone()).powf_scalar(2.0).mean().backward();
    let without = WithoutGradient::of(&model, &gradients);
    assert!(without.visited > 10 && without.missing.is_empty(), "{:?}", without.missing);
    let seen = whole.grad(&gradients).unwrap();
    for (picture, gradient) in seen.chunk(2, 1).into_iter().enumerate() {
        assert!(values(gradient).iter().any(|number| *number != 0.0), "picture {picture}");
    }
    // From the map of one picture alone as well.
    for half in 0..2 {
        let map = model.body.forward(input()).chunk(2, 1).swap_remove(half);
        let gradients = map.powf_scalar(2.0).mean().backward();
        let without = WithoutGradient::of(&model.body, &gradients);
        assert!(without.missing.is_empty(), "picture {half}: {:?}", without.missing);
    }
}

/// `create_head(512 * 2, 2)` of fastai's tutorial: two norms, two layers without biases.
#[test]
fn a_pair_has_the_head_of_the_siamese_tutorial() {
    let config = BodyConfig::new(Arch::ResNet34).with_pictures(2);
    assert_eq!((config.features(), config.stage_channels()), (1024, vec![128, 128, 256, 512, 1024]));
    let head = HeadConfig::new(config.features(), 2).init(1, &device());
    let trainable = shapes(&head).into_iter().filter(|(path, _)| !path.contains("running_"));
    let count: usize = trainable.map(|(_, shape)| shape.iter().product::<usize>()).sum();
    assert_eq!(count, 2 * 2048 + 2048 * 512 + 2 * 512 + 512 * 2);
}

#[test]
fn models_of_pairs_have_the_paths_groups_and_chunks_of_others() {
    let device = device();
    let (config, plain) = (UNetConfig::new(pair(), 3), UNetConfig::new(Arch::Small, 3));
    let (model, other) = (config.init(1, &device), plain.init(1, &device));
    assert_eq!(model.groups(), other.groups());
    assert!(shapes(&model).keys().eq(shapes(&other).keys()));
    let decoder = shapes(&model.decoder).into_values().filter(|shape| shape.len() == 4);
    assert_eq!(config.numbers(), decoder.map(|shape| shape.iter().product::<usize>()).sum::<usize>());

    let input = pictures([5, 4, 50, 40], &device);
    let (scores, folded) = (values(model.forward(input.clone())), model.for_inference());
    assert_eq!(scores.len(), 5 * 3 * 50 * 40);
    let [left, right] = [0, 2].map(|from| model.body.stages(input.clone().slice([0..5, from..from + 2])));
    let joined = left.iter().zip(&right).map(|(left, right)| beside(left, right)).collect();
    assert_eq!(scores, values(model.decoder.forward(joined, input.clone())));
    assert_close(&values(folded.forward(input.clone())), &scores, 1e-4);
    assert_eq!(values(folded.forward_in_chunks(input.clone())), values(folded.forward(input.clone())));

    let head = HeadConfig::new(pair().features(), 3).init(2, &device);
    let classes = VisionModel::new(pair().body(1, &device), head).for_inference();
    let whole = values(classes.forward(input.clone()));
    assert_eq!(values(classes.forward_in_chunks(input)), whole);
}

#[test]
#[should_panic(expected = "a body for pictures of 2 channels is given 3; give a multiple")]
fn pictures_of_other_channels_are_a_programmer_error() {
    pair().body(0, &device()).forward(Tensor::zeros([1, 3, 32, 32], &device()));
}

#[test]
fn configs_say_what_makes_no_sense() {
    let of = |channels, pictures| BodyConfig::new(Arch::Small).with_channels(channels).with_pictures(pictures);
    let said = |channels, pictures| of(channels, pictures).problem().unwrap();
    assert_eq!(said(0, 1), "a picture has from 1 to 4096 channels, not 0");
    assert_eq!(said(4097, 1), "a picture has from 1 to 4096 channels, not 4097");
    assert_eq!(said(3, 0), "an item has from 1 to 256 pictures, not 0");
    assert_eq!(said(3, usize::MAX), format!("an item has from 1 to 256 pictures, not {}", usize::MAX));
    assert_eq!((of(1, 1).problem(), of(4096, 256).problem()), (None, None));
    let map = UNetConfig::new(of(usize::MAX, usize::MAX), 2);
    assert!(map.problem().is_some_and(|problem| problem.contains("channels")));
    assert_eq!(map.numbers(), usize::MAX);
}

#[test]
#[should_panic(expected = "an item has from 1 to 256 pictures, not 0")]
fn no_picture_is_a_programmer_error() {
    pair().with_pictures(0).body(0, &device());
}

#[test]
fn configs_are_read_as_they_were_written_and_as_older_files_have_them() {
    for (config, json) in [
        (BodyConfig::new(Arch::ResNet18), r#"{"arch":"resnet18"}"#),
        (BodyConfig::new(Arch::ResNet18).with_channels(4), r#"{"arch":"resnet18","channels":4}"#),
        (pair(), r#"{"arch":"small","channels":2,"pictures":2}"#),
    ] {
        assert_eq!(serde_json::to_string(&config).unwrap(), json);
        assert_eq!(serde_json::from_str::<BodyConfig>(json).unwrap(), config);
        let unet = UNetConfig::new(config, 2);
        let json = format!(r#"{},"classes":2,"last_cross":true}}"#, json.trim_end_matches('}'));
        assert_eq!(serde_json::to_string(&unet).unwrap(), json);
        assert_eq!(serde_json::from_str::<UNetConfig>(&json).unwrap(), unet);
    }
}

#[test]
fn configs_say_what_is_not_the_default() {
    let said = |channels, pictures| {
        BodyConfig::new(Arch::ResNet18).with_channels(channels).with_pictures(pictures).to_string()
    };
    assert_eq!(said(3, 1), "resnet18");
    assert_eq!(said(1, 1), "resnet18 for 1 channel");
    assert_eq!(said(3, 2), "resnet18 for 2 pictures");
    assert_eq!(said(4, 3), "resnet18 for 3 pictures of 4 channels");
}

#[test]
fn normalisation_follows_the_channels() {
    let of = |channels, pictures| {
        BodyConfig::new(Arch::ResNet18).with_channels(channels).with_pictures(pictures).normalization()
    };
    let (mean, deviation) = Arch::ResNet18.normalization();
    assert_eq!(of(3, 1), (mean.to_vec(), deviation.to_vec()));
    let (grey, spread) = of(1, 1);
    assert_close(&grey, &[(0.485 + 0.456 + 0.406) / 3.0], 1e-6);
    assert_close(&spread, &[(0.229 + 0.224 + 0.225) / 3.0], 1e-6);
    assert_eq!(of(2, 2).0, [0.485, 0.456, 0.485, 0.456]);
    assert_eq!(of(5, 1).1, [0.229, 0.224, 0.225, 0.229, 0.224]);
}

/// Entry `index` of tensor number `place`, from -1/2 to 1/2, as `reference/stem.py` has it for place 0.
fn rule(index: usize, place: usize) -> f32 {
    (((7 * index * index + 11 * index + 13 * place + 3) % 1009) as f64 / 1009.0 - 0.5) as f32
}

/// A file of weights by the rule: the first convolution as `reference/stem.py` has it, the others such that maps keep their size.
fn by_rule(arch: Arch, folder: &Path) -> PathBuf {
    let mut tensors = published(arch, folder);
    let first = tensors.iter().position(|(_, shape)| shape.get(1) == Some(&3)).unwrap();
    tensors.swap(0, first);
    let path = folder.join(format!("{arch}.safetensors"));
    let count: usize = tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    write_safetensors(&path, &tensors, "F32");
    let mut bytes = fs::read(&path).unwrap();
    let mut at = bytes.len() - 4 * count;
    for (place, (name, shape)) in tensors.iter().enumerate() {
        let numbers: usize = shape.iter().product();
        let scale = 2.0 * (3.0 / (numbers / shape[0]) as f32).sqrt();
        for index in 0..numbers {
            let number = match name.rsplit('.').next() {
                _ if place == 0 => rule(index, place),
                _ if shape.len() == 4 => rule(index, place) * scale,
                Some("bias" | "running_mean") => rule(index, place) / 5.0,
                _ => 1.0 + rule(index, place) / 2.0,
            };
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            at += 4;
        }
    }
    fs::write(&path, bytes).unwrap();
    path
}

/// Values of timm 1.0.20.
#[test]
fn the_first_convolution_is_adapted_as_timms() {
    let folder = tempfile::tempdir().unwrap();
    let reference: serde_json::Value = serde_json::from_str(include_str!("reference/stem.json")).unwrap();
    for arch in [Arch::ResNet18, Arch::EfficientNetLite0] {
        let path = by_rule(arch, folder.path());
        for channels in CHANNELS {
            let config = BodyConfig::new(arch).with_channels(channels);
            let (body, report) = load_body(config, &path, &device()).unwrap();
            assert_eq!(report.adapted, Some(channels));
            let expected = &reference["cases"][arch.name()][channels.to_string()];
            let first = Named::of(&body).values.swap_remove(0).1;
            let length: u64 = expected["shape"].as_array().unwrap().iter().map(|side| side.as_u64().unwrap()).product();
            assert_eq!(first.len() as u64, length);
            let ours: Vec<f32> = first.into_iter().step_by(97).collect();
            let theirs: Vec<f32> =
                expected["sampled"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect();
            assert_close(&ours, &theirs, 1e-6);
        }
    }
}

#[test]
fn a_grey_picture_and_one_twice_over_give_what_colours_give() {
    let folder = tempfile::tempdir().unwrap();
    let device = device();
    for arch in [Arch::ResNet18, Arch::EfficientNetLite0] {
        let path = by_rule(arch, folder.path());
        let of = |channels| load_body(BodyConfig::new(arch).with_channels(channels), &path, &device).unwrap().0;
        let colours = of(3);
        let picture = pictures([2, 3, 64, 50], &device);
        let grey = picture.clone().slice([0..2, 1..2]);
        let [twice, thrice] = [beside(&picture, &picture), grey.clone().repeat_dim(1, 3)];
        let found = values(of(6).forward(twice));
        assert!(found.iter().any(|number| *number != 0.0), "{arch}");
        assert_close(&found, &values(colours.forward(picture)), 1e-4);
        assert_close(&values(of(1).forward(grey)), &values(colours.forward(thrice)), 1e-4);
    }
}

#[test]
fn the_report_says_that_the_first_convolution_was_adapted() {
    let folder = tempfile::tempdir().unwrap();
    let path = by_rule(Arch::EfficientNetLite0, folder.path());
    let config = BodyConfig::new(Arch::EfficientNetLite0).with_channels(5);
    let (body, report) = load_body(config, &path, &device()).unwrap();
    assert_eq!(report.values, shapes(&body).values().map(|shape| shape.iter().product::<usize>()).sum::<usize>());
    assert_eq!(
        report.to_string(),
        format!(
            "efficientnet-lite0: {} tensors (3.4 M values) from {}, the first convolution adapted from 3 channels to 5",
            report.tensors,
            path.display()
        )
    );
    let pair = BodyConfig::new(Arch::EfficientNetLite0).with_pictures(2);
    assert_eq!(load_body(pair, &path, &device()).unwrap().1.adapted, None, "both pictures are of three colours");
}

#[test]
fn a_file_of_the_bodys_own_channels_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.safetensors");
    let mut tensors = published(Arch::ResNet18, folder.path());
    let stem = tensors.iter_mut().find(|(name, _)| name == "conv1.weight").unwrap();
    stem.1[1] = 4;
    write_safetensors(&path, &tensors, "F32");
    let of = |channels| BodyConfig::new(Arch::ResNet18).with_channels(channels);
    assert_eq!(load_body(of(4), &path, &device()).unwrap().1.adapted, None);
    // Colours alone are known to be alike.
    for channels in [3, 5] {
        let Err(WeightsError::Mismatch { misshapen, .. }) = load_body(of(channels), &path, &device()) else {
            panic!("four channels are not {channels}")
        };
        assert_eq!(misshapen[0].to_string(), format!("conv1.weight [64, 4, 7, 7] instead of [64, {channels}, 7, 7]"));
    }
    assert!(refusal(Arch::ResNet34, &path).contains("do not fit resnet34"));
}

#[test]
fn weights_of_another_architecture_are_known_whatever_the_channels() {
    let folder = tempfile::tempdir().unwrap();
    let path = by_rule(Arch::ResNet18, folder.path());
    let config = BodyConfig::new(Arch::ResNet34).with_channels(4);
    let error = load_body(config, &path, &device()).unwrap_err();
    let expected = Some(Arch::ResNet18);
    assert!(matches!(error, WeightsError::Mismatch { looks_like, .. } if looks_like == expected));
}
