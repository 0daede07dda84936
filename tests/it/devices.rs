//! The same program on every device: the same logits, a training step, a prediction.

use std::path::Path;

use firelight::burn::tensor::FloatDType;
use firelight::models::Model;
use firelight::prelude::*;
use firelight::transforms::AugTransforms;
use image::{Rgb, RgbImage};

use crate::device::device;

/// Pictures of two kinds, small enough for a software GPU.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in 0..10_u32 {
        let (class, bright) = if number % 2 == 0 { ("Bengal", 40) } else { ("pug", 190) };
        let picture = RgbImage::from_fn(40, 32, |x, y| Rgb([bright, (x * 5) as u8, (y * 7 + number) as u8]));
        picture.save(folder.path().join(format!("{class}_{number}.png"))).expect("a picture");
    }
    folder
}

fn learner(images: &Path, device: &Device, augment: AugTransforms) -> Learner<Categories> {
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$").expect("a pattern"));
    let loaders = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(IndexSplitter::new([8, 9]))
        .with_item_transform(Resize::crop(32))
        .with_batch_transforms(augment)
        .dataloaders(images, device)
        .expect("loaders")
        .with_batch_size(4);
    vision_learner(loaders, Arch::Small).expect("a learner").without_observers()
}

#[test]
fn the_first_batch_has_the_same_logits_as_on_flex() {
    let images = folder();
    let logits = |device: &Device| -> Vec<f32> {
        let learn = learner(images.path(), device, aug_transforms().size(32));
        let pictures = learn.data().one_batch().expect("a batch").inputs;
        learn.model().for_inference().forward(pictures).into_data().iter::<f32>().collect()
    };
    let (here, flex) = (logits(&device()), logits(&device_by_name("flex").expect("flex")));
    assert_eq!(here.len(), flex.len());
    for (a, b) in here.iter().zip(&flex) {
        assert!((a - b).abs() <= 1e-3 * b.abs().max(1.0), "{a} is not {b}");
    }
}

#[test]
fn a_step_trains_and_the_export_predicts() {
    let images = folder();
    let mut learn = learner(images.path(), &device(), aug_transforms().size(32));
    learn.fit_one_cycle(1, 1e-3).expect("a fit");
    assert_eq!(learn.history().steps.len(), 2);
    assert!(learn.history().steps.iter().all(|step| step.loss.is_finite()));

    let file = images.path().join("model.firelight");
    learn.export(&file).expect("an export");
    let picture = images.path().join("pug_9.png");
    let here = Predictor::load(&file, &device()).expect("a predictor").predict(&picture).expect("a prediction");
    let flex = device_by_name("flex").expect("flex");
    let there = Predictor::load(&file, &flex).expect("a predictor").predict(&picture).expect("a prediction");
    for (a, b) in here.probabilities.iter().zip(&there.probabilities) {
        assert!((a - b).abs() < 1e-3, "{a} is not {b}");
    }
}

#[test]
fn half_precision_trains_where_the_device_has_it_and_is_refused_elsewhere() {
    let images = folder();
    for (precision, dtype) in [(Precision::F16, FloatDType::F16), (Precision::BF16, FloatDType::BF16)] {
        let mut learn = learner(images.path(), &device(), aug_transforms().size(32)).with_precision(precision);
        match learn.fit_one_cycle(1, 1e-3) {
            Ok(()) => {
                assert!(device().supports_dtype(dtype));
                assert!(learn.history().steps.iter().all(|step| step.loss.is_finite()));
            }
            Err(error) => {
                assert!(!device().supports_dtype(dtype), "{error}");
                let text = error.to_string();
                assert!(text.starts_with(&format!("precision: {precision:?} on ")), "{text}");
                assert!(text.ends_with("makes no sense; train in single precision, or on another device"), "{text}");
                assert!(learn.history().steps.is_empty());
            }
        }
    }
}

#[test]
fn a_device_that_cannot_be_had_is_an_error_that_says_what_can() {
    let text = |name: &str| device_by_name(name).expect_err("no device").to_string();
    let compiled = compiled_devices();
    assert!(compiled.starts_with(&["flex"]));
    assert_eq!(text("tpu"), format!("device: there is no backend \"tpu\"; this program has {}", compiled.join(", ")));
    if compiled.contains(&"ndarray") {
        assert!(text("ndarray:1").ends_with("write ndarray"), "{}", text("ndarray:1"));
    }
    assert!(text("flex:0").starts_with("device: \"flex:0\" has a number or kind that cannot be read"));
    if !compiled_devices().contains(&"cuda") {
        assert!(
            text("cuda")
                .starts_with("device: cuda is not compiled in; build with `--features cuda`, or use one of flex")
        );
    }
    if compiled_devices().contains(&"wgpu") {
        assert!(text("wgpu:57").starts_with("device: wgpu:57 is not present on this machine: "), "{}", text("wgpu:57"));
    }
}
