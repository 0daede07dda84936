//! How fast training is: prints one line of JSON. `compare.py` beside it runs it and the same work in `PyTorch` and fastai.
//!
//! ```text
//! training steps [SECONDS A MEASUREMENT]
//! training overhead [SECONDS A MEASUREMENT]
//! training head IMAGES LITE0.pth [CACHE FOLDER]
//! ```

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use firelight::burn::module::Module;
use firelight::burn::optim::GradientsParams;
use firelight::burn::tensor::{Int, Tensor, TensorData};
use firelight::layers::on_workers;
use firelight::learner::optim::{Adam, GroupOptimizer, Rule, Sgd};
use firelight::models::{HeadConfig, Model, VisionModel};
use firelight::prelude::*;
use firelight::transforms::{Filter, Picture, TransformError};
use image::RgbImage;
use serde_json::{Map, Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLASSES: usize = 37;
/// Of the measurements that take turns.
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut result = match words[..] {
        ["steps"] => steps(2.0)?,
        ["steps", seconds] => steps(seconds.parse()?)?,
        ["overhead"] => overhead(2.0)?,
        ["overhead", seconds] => overhead(seconds.parse()?)?,
        ["head", images, weights] => head(Path::new(images), weights, None)?,
        ["head", images, weights, cache] => head(Path::new(images), weights, Some(cache))?,
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
    median(times)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// ResNet-18 with fastai's head: milliseconds of training steps, steps of a frozen body, and inference.
fn steps(seconds: f64) -> Result<Map<String, Value>> {
    let plain = device_from_env()?;
    let mut result = Map::new();
    for (size, batch) in [(128, 8), (128, 16), (224, 8), (224, 16)] {
        for (name, rule, frozen) in [
            ("sgd", sgd(), false),
            ("adam", Adam::default().into(), false),
            ("frozen_adam", Adam::default().into(), true),
        ] {
            let time = step_by_hand(seconds, rule, frozen, [batch, 3, size, size])?;
            result.insert(format!("{name}_{size}px_{batch}_ms"), json!(time));
        }
        let planes = planes([batch, 3, size, size]);
        let model = network(&plain).for_inference();
        let time = middle(seconds, || {
            let features = model.features_in_chunks(Tensor::from_data(planes.clone(), &plain));
            model.classify(features).into_data();
        });
        result.insert(format!("inference_{size}px_{batch}_ms"), json!(time));
    }
    Ok(result)
}

/// What the learner's loop adds to the same step by hand, in turns since machines drift.
fn overhead(seconds: f64) -> Result<Map<String, Value>> {
    let (mut by_hand, mut learner) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        by_hand.push(step_by_hand(seconds, sgd(), false, [8, 3, 128, 128])?);
        learner.push(step_of_learner(seconds)?);
    }
    let (by_hand, learner) = (median(by_hand), median(learner));
    let mut result = Map::new();
    result.insert("by_hand_sgd_128px_8_ms".into(), json!(by_hand));
    result.insert("learner_sgd_128px_8_ms".into(), json!(learner));
    result.insert("loop_overhead".into(), json!(learner / by_hand - 1.0));
    Ok(result)
}

fn sgd() -> Rule {
    Sgd::new().with_momentum(0.9).into()
}

fn planes(shape: [usize; 4]) -> TensorData {
    TensorData::new((0..shape.iter().product()).map(|i: usize| (i as f32 * 0.01).sin()).collect::<Vec<_>>(), shape)
}

/// Milliseconds of forward, loss, backward and update, as a program without a learner does them.
fn step_by_hand(seconds: f64, rule: Rule, frozen: bool, shape: [usize; 4]) -> Result<f64> {
    let plain = device_from_env()?;
    let device = plain.clone().autodiff();
    let planes = planes(shape);
    let classes: Vec<i64> = (0..shape[0] as i64).collect();
    let targets: Tensor<1, Int> = Tensor::from_data(TensorData::new(classes, [shape[0]]), &device);
    let mut model = network(&plain).to_device(&device).train();
    let groups = model.groups();
    // As the learner does: a copy without a graph, whose norms are folded.
    let body = frozen.then(|| model.for_inference());
    if frozen {
        model.body = model.body.freeze();
    }
    let mut optimizer = GroupOptimizer::new(rule, &groups)?;
    let mut model = Some(model);
    let mut step = || {
        let Some(now) = model.take() else { return };
        let scores = match &body {
            Some(body) => {
                let features = body.features_in_chunks(Tensor::from_data(planes.clone(), &plain));
                now.classify(Tensor::from_inner(features))
            }
            None => now.forward(Tensor::from_data(planes.clone(), &device)),
        };
        let loss = CrossEntropy::new().forward(scores, targets.clone(), Reduction::Mean);
        let gradients = GradientsParams::from_grads(loss.backward(), &now);
        model = optimizer.step(now, gradients, &[1e-4; 3], None).ok();
        loss.inner().into_scalar::<f32>();
    };
    Ok(middle(seconds, || on_workers(&plain, &mut step)))
}

/// The same step as a learner does it, on pictures that cost nothing to make.
fn step_of_learner(seconds: f64) -> Result<f64> {
    let items: Vec<_> = (0..8 * 37).map(|item| format!("{:02}_{item}", item % CLASSES).into()).collect();
    let classes = CategoryBlock::new(RegexLabeller::file_name(r"(\d+)_\d+$")?);
    let dls = DataBlock::new(Same::new(), classes)
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
        Learner::new(dls, model, CrossEntropy::new()).without_observers().with_optimizer(sgd()).with_observer(observer);
    let begin = Instant::now();
    while begin.elapsed().as_secs_f64() < seconds {
        learn.fit(1, 1e-4)?;
    }
    let times = times.lock().map_err(|error| error.to_string())?.1.clone();
    Ok(median(times))
}

/// One picture for every item, as bumpy as the numbers that steps by hand get.
#[derive(Debug, Clone)]
struct Same(RgbImage);

impl Same {
    fn new() -> Self {
        let value = |i: u32| (127.0 + 100.0 * (i as f32 * 0.03).sin()) as u8;
        Self(RgbImage::from_fn(128, 128, |x, y| {
            [0, 1, 2].map(|channel| value(channel * 128 * 128 + y * 128 + x)).into()
        }))
    }
}

impl InputBlock for Same {
    fn read(&self, _item: &Path) -> Result<Picture, TransformError> {
        Ok(self.0.clone().into())
    }
}

/// From a folder of pets to 85 % of the breeds, with loading: the body's features once, then epochs of the head.
fn head(images: &Path, weights: &str, cache: Option<&str>) -> Result<Map<String, Value>> {
    let begin = Instant::now();
    let device = device_from_env()?;
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.jpg$")?);
    let mut dls = DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(RandomSplitter::new(0.2).with_seed(1))
        .with_item_transform(Resize::squish(224).with_filter(Filter::Bicubic))
        .dataloaders(images, &device)?
        .with_batch_size(32);
    if let Some(folder) = cache {
        dls = dls.with_cache(&Cache::disk(folder, 1 << 30))?;
    }
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
    let mut learn =
        vision_learner(dls, efficientnet_lite0().with_weights(weights))?.without_observers().with_observer(observer);
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
