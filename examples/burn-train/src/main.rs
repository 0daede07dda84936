//! Firelight's `DataLoaders` and models in burn-train's `SupervisedTraining`: its metrics, checkpoints and terminal display.
//!
//! ```sh
//! cargo run --manifest-path examples/burn-train/Cargo.toml
//! ```

mod feed;

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::AdamWConfig;
use burn::tensor::{Device, Int, Tensor};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{ClassificationOutput, InferenceStep, Learner, SupervisedTraining, TrainOutput, TrainStep};
use firelight::datablock::{Batch, CategoryBlock, DataBlock, ImageBlock, RandomSplitter, RegexLabeller};
use firelight::learner::models::{Arch, HeadConfig, Model, VisionModel};
use firelight::transforms::{Normalize, Resize, aug_transforms};
use image::{Rgb, RgbImage};

use feed::Feed;

/// A Firelight model that burn-train can train.
#[derive(Module, Debug)]
struct Network {
    model: VisionModel,
}

/// Pictures and class numbers.
type Pictures = Batch<Tensor<1, Int>>;

impl Network {
    fn classify(&self, batch: Pictures) -> ClassificationOutput {
        let output = self.model.forward(batch.inputs);
        let loss = CrossEntropyLossConfig::new().init(&output.device()).forward(output.clone(), batch.targets.clone());
        ClassificationOutput::new(loss, output, batch.targets)
    }
}

impl TrainStep for Network {
    type Input = Pictures;
    type Output = ClassificationOutput;

    fn step(&self, batch: Pictures) -> TrainOutput<ClassificationOutput> {
        let output = self.classify(batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl InferenceStep for Network {
    type Input = Pictures;
    type Output = ClassificationOutput;

    fn step(&self, batch: Pictures) -> ClassificationOutput {
        self.classify(batch)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    draw(folder.path())?;
    let device = Device::flex();

    let dls = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?))
        .with_splitter(RandomSplitter::new(0.25))
        .with_item_transform(Resize::crop(32))
        .with_batch_transforms(aug_transforms())
        .with_normalize(Normalize::imagenet())
        .dataloaders(folder.path(), &device)?
        .with_batch_size(16);
    let head = HeadConfig::new(Arch::Small.features(), dls.vocab().len()).with_dropout(0.0);
    let network = Network { model: VisionModel::new(Arch::Small.body(42, &device), head.init(43, &device)) };

    let result = SupervisedTraining::<Network>::new(folder.path().join("run"), Feed::new(dls.train()), Feed::new(dls.valid()))
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .with_application_logger(None)
        .num_epochs(4)
        .launch(Learner::new(network.to_device(&device.autodiff()).train(), AdamWConfig::new().init(), 3e-3));
    if let Some(error) = result.error {
        return Err(error.to_string().into());
    }

    let batch = dls.valid().batches(0)?.next().ok_or("no batch")??;
    let predicted: Tensor<1, Int> = result.model.model.forward(batch.inputs).argmax(1).squeeze_dim(1);
    let right = predicted.equal(batch.targets).int().sum().into_scalar::<i64>();
    println!("\n{right} of {} validation pictures are right", batch.items.len());
    Ok(())
}

/// Eighty pictures of upright and of level stripes.
fn draw(folder: &std::path::Path) -> image::ImageResult<()> {
    for number in 0..80_u32 {
        let (class, upright) = if number % 2 == 0 { ("upright", true) } else { ("level", false) };
        let light = |x: u32, y: u32| if (if upright { x } else { y } + number) / 4 % 2 == 0 { 220 } else { 40 };
        let picture = RgbImage::from_fn(36, 36, |x, y| Rgb([light(x, y), (number * 3) as u8, 128]));
        picture.save(folder.join(format!("{class}_{number}.png")))?;
    }
    Ok(())
}
