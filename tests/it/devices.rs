//! The same program on every device: the same logits, a training step, a prediction.

use std::path::Path;
use std::sync::{Arc, Mutex};

use firelight::burn::tensor::{FloatDType, Int, Tensor};
use firelight::learner::Readings;
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

/// A loss that notes how often its device had been read when each of its batches was asked for.
#[derive(Debug)]
struct Asked(Arc<Mutex<Vec<u64>>>, Readings);

impl Loss<Tensor<1, Int>> for Asked {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.0.lock().expect("a list").push(self.1.count());
        CrossEntropy::new().per_example(output, targets)
    }
}

/// Readings at the forward passes of two epochs of two steps and one batch that validates, and at the end.
fn readings(ahead: Option<bool>) -> (Vec<u64>, u64) {
    let images = folder();
    let mut learn = learner(images.path(), &device(), aug_transforms().size(32)).with_gradient_clip(1.0);
    if let Some(ahead) = ahead {
        learn = learn.with_steps_ahead(ahead);
    }
    let (asked, readings) = (Arc::default(), learn.readings());
    let mut learn = learn.with_loss(Asked(Arc::clone(&asked), readings.clone()));
    learn.fit(2, 1e-3).expect("a fit");
    let asked = asked.lock().expect("a list").clone();
    (asked, readings.count())
}

#[test]
fn a_step_reads_nothing_before_the_next_is_queued() {
    // Two steps, of which the first is read when the second is queued, and the second before anything is judged.
    let ahead = (vec![0, 0, 2, 3, 3, 5], 6);
    let at_once = (vec![0, 1, 2, 3, 4, 5], 6);
    assert_eq!(readings(Some(true)), ahead);
    assert_eq!(readings(Some(false)), at_once);
    let processor = matches!(std::env::var("FIRELIGHT_DEVICE").as_deref(), Err(_) | Ok("flex" | "ndarray"));
    assert_eq!(readings(None), if processor { at_once } else { ahead });
}

/// Steps that go ahead come to the same, on a device by itself; to the bit where nothing is cut.
#[test]
fn steps_that_go_ahead_train_as_those_that_wait() {
    let images = folder();
    let losses = |ahead| -> Vec<f64> {
        let mut learn = learner(images.path(), &device(), aug_transforms().size(32)).with_steps_ahead(ahead);
        learn.fit(2, 1e-2).expect("a fit");
        learn.history().steps.iter().map(|step| step.loss).collect()
    };
    let (ahead, waiting) = (losses(true), losses(false));
    for (ahead, waiting) in ahead.iter().zip(&waiting) {
        assert!((ahead - waiting).abs() <= 1e-4 * waiting.abs(), "{ahead} is not {waiting}");
    }
    assert_eq!(ahead.len(), waiting.len());
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
