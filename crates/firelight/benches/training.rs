//! How fast training is: prints one line of JSON. `compare.py` beside it runs it and the same work in `PyTorch` and fastai.
//!
//! ```text
//! training steps [SECONDS A MEASUREMENT]
//! training head IMAGES LITE0.pth
//! ```

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use firelight::burn::module::Module;
use firelight::burn::optim::GradientsParams;
use firelight::burn::tensor::{Int, Tensor, TensorData};
use firelight::learner::models::{HeadConfig, Model, VisionModel, features_in_threads};
use firelight::learner::optim::{Adam, GroupOptimizer, Rule, Sgd};
use firelight::prelude::*;
use firelight::transforms::{Filter, TransformError};
use image::RgbImage;
use serde_json::{Map, Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLASSES: usize = 37;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut result = match words[..] {
        ["steps"] => steps(2.0)?,
        ["steps", seconds] => steps(seconds.parse()?)?,
        ["head", images, weights] => head(Path::new(images), weights)?,
        // `cargo bench` runs every benchmark of the workspace, without arguments.
        _ => return Ok(()),
    };
    result.insert("peak_mb".into(), json!(peak_mb()));
    println!("{}", Value::Object(result));
    Ok(())
}

fn network(device: &Device) -> VisionModel {
    let head = HeadConfig::new(Arch::ResNet18.features(), CLASSES);
    VisionModel::new(Arch::ResNet18.body(42, device), head.init(43, device))
}

/// The middle of several timings in milliseconds, over about `seconds`.
fn middle(seconds: f64, mut work: impl FnMut()) -> f64 {
    work();
    let (begin, mut times) = (Instant::now(), Vec::new());
    while times.len() < 3 || begin.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        work();
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// ResNet-18 with fastai's head: milliseconds of training steps, steps of a frozen body, inference, and what the loop adds.
fn steps(seconds: f64) -> Result<Map<String, Value>> {
    let plain = device_from_env()?;
    let device = plain.clone().autodiff();
    let mut result = Map::new();
    let sgd = || Rule::from(Sgd::new().with_momentum(0.9));
    for (size, batch) in [(128, 8), (128, 16), (224, 8), (224, 16)] {
        let planes: Vec<f32> = (0..batch * 3 * size * size).map(|i| (i as f32 * 0.01).sin()).collect();
        let planes = TensorData::new(planes, [batch, 3, size, size]);
        let classes: Vec<i64> = (0..i64::from(batch)).collect();
        let inputs = || Tensor::<4>::from_data(planes.clone(), &device);
        let targets: Tensor<1, Int> = Tensor::from_data(TensorData::new(classes, [batch]), &device);
        let mut training = |name: &str, rule: Rule, frozen: bool| -> Result<()> {
            let mut model = network(&plain).to_device(&device).train();
            let groups = model.groups();
            if frozen {
                model.body = model.body.freeze();
            }
            let mut optimizer = GroupOptimizer::new(rule, &groups)?;
            optimizer.set(&[1e-4; 3], None);
            let mut model = Some(model);
            let time = middle(seconds, || {
                let Some(now) = model.take() else { return };
                let loss = CrossEntropy::new().forward(now.forward(inputs()), targets.clone(), Reduction::Mean);
                let gradients = GradientsParams::from_grads(loss.backward(), &now);
                model = Some(optimizer.step(now, gradients));
                loss.inner().into_scalar::<f32>();
            });
            result.insert(format!("{name}_{size}px_{batch}_ms"), json!(time));
            Ok(())
        };
        training("sgd", sgd(), false)?;
        training("adam", Adam::default().into(), false)?;
        training("frozen_adam", Adam::default().into(), true)?;
        let model = network(&plain).for_inference();
        let threads = std::thread::available_parallelism()?;
        let time = middle(seconds, || {
            let features = features_in_threads(&model, Tensor::from_data(planes.clone(), &plain), threads);
            model.classify(features).into_data();
        });
        result.insert(format!("inference_{size}px_{batch}_ms"), json!(time));
    }
    let (bare, looped) = (result["sgd_128px_8_ms"].as_f64().unwrap_or_default(), loop_step(sgd(), seconds)?);
    result.insert("learner_sgd_128px_8_ms".into(), json!(looped));
    result.insert("loop_overhead".into(), json!(looped / bare - 1.0));
    Ok(result)
}

/// The same step as a learner does it, on pictures that cost nothing to make.
fn loop_step(rule: Rule, seconds: f64) -> Result<f64> {
    let items: Vec<_> = (0..8 * 37).map(|item| format!("{:02}_{item}", item % CLASSES).into()).collect();
    let classes = CategoryBlock::new(RegexLabeller::file_name(r"(\d+)_\d+$")?);
    let dls = DataBlock::new(Flat, classes)
        .with_splitter(IndexSplitter::new(0..8))
        .with_normalize(Normalize::imagenet())
        .dataloaders_of(&items, &device_from_env()?)?
        .with_batch_size(8)
        .with_workers(1)
        .with_items_an_epoch(8 * 12);
    let times = Arc::new(Mutex::new((Instant::now(), Vec::new())));
    let watch = times.clone();
    let observer = move |event: &Event| {
        if let (Event::Step(_), Ok(mut times)) = (event, watch.lock()) {
            let elapsed = times.0.elapsed();
            times.1.push(1e3 * elapsed.as_secs_f64());
        }
        if let Ok(mut times) = watch.lock() {
            times.0 = Instant::now();
        }
        Flow::Continue
    };
    let model = network(&device_from_env()?);
    let mut learn =
        Learner::new(dls, model, CrossEntropy::new()).without_observers().with_optimizer(rule).with_observer(observer);
    let begin = Instant::now();
    while begin.elapsed().as_secs_f64() < seconds {
        learn.fit(1, 1e-4)?;
    }
    let mut times = times.lock().map_err(|error| error.to_string())?.1.clone();
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// Pictures of one colour.
#[derive(Debug, Clone)]
struct Flat;

impl InputBlock for Flat {
    fn read(&self, _item: &Path) -> Result<RgbImage, TransformError> {
        Ok(RgbImage::from_pixel(128, 128, image::Rgb([90, 120, 60])))
    }
}

/// From a folder of pets to 85 % of the breeds, with loading: the body's features once, then epochs of the head.
fn head(images: &Path, weights: &str) -> Result<Map<String, Value>> {
    let begin = Instant::now();
    let device = device_from_env()?;
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?);
    let dls = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(RandomSplitter::new(0.2).with_seed(1))
        .with_item_transform(Resize::squish(224).with_filter(Filter::Bicubic))
        .dataloaders(images, &device)?
        .with_batch_size(32);
    let threads = std::thread::available_parallelism()?.get();
    let reached = Arc::new(Mutex::new(None));
    let note = reached.clone();
    let observer = move |event: &Event| {
        if let (Event::Epoch(row), Ok(mut reached)) = (event, note.lock())
            && row.metrics[0].is_some_and(|accuracy| accuracy >= 0.85)
        {
            reached.get_or_insert((begin.elapsed().as_secs_f64(), row.epoch + 1));
        }
        Flow::Continue
    };
    let mut learn = vision_learner(dls, efficientnet_lite0().with_weights(weights))?
        .without_observers()
        .with_observer(observer)
        .with_inference_threads(threads);
    let features = learn.head_features(0)?;
    let ready = begin.elapsed().as_secs_f64();
    learn.fit_head_on(&features, 10, 5e-3)?;
    let seconds = begin.elapsed().as_secs_f64();
    let reached = *reached.lock().map_err(|error| error.to_string())?;
    let epochs: Vec<f64> = learn.history().epochs.iter().map(|row| row.seconds).collect();
    let mut result = Map::new();
    result.insert("seconds_to_85".into(), json!(reached.map(|reached| reached.0)));
    result.insert("epochs_to_85".into(), json!(reached.map(|reached| reached.1)));
    result.insert("seconds".into(), json!(seconds));
    result.insert("seconds_of_features".into(), json!(ready));
    result.insert("head_epoch_ms".into(), json!(1e3 * epochs.iter().sum::<f64>() / epochs.len() as f64));
    result.insert("accuracy".into(), json!(learn.history().last("accuracy")));
    Ok(result)
}

fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
