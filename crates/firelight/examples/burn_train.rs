//! Firelight's loaders and losses in burn's own training loop, burn-train's `SupervisedTraining`, on pictures that it draws.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, lr_scheduler::constant::ConstantLr};
use burn::tensor::{Int, Tensor};
use burn_train::metric::{AccuracyMetric, LossMetric};
use burn_train::{ClassificationOutput, InferenceStep, SupervisedTraining, TrainOutput, TrainStep};
use firelight::prelude::*;
use image::{Rgb, RgbImage};

/// Scores from the colours of a picture's quarters.
#[derive(Module, Debug)]
struct Quarters {
    scores: Linear,
}

impl Quarters {
    fn judge(&self, batch: Batch<Tensor<1, Int>>) -> ClassificationOutput {
        let [batch_size, ..] = batch.inputs.dims();
        let colours = burn::tensor::module::adaptive_avg_pool2d(batch.inputs, [2, 2]).reshape([batch_size, 12]);
        let scores = self.scores.forward(colours);
        let loss = CrossEntropy::new().forward(scores.clone(), batch.targets.clone(), Reduction::Mean);
        ClassificationOutput::new(loss, scores, batch.targets)
    }
}

impl TrainStep for Quarters {
    type Input = Batch<Tensor<1, Int>>;
    type Output = ClassificationOutput;
    fn step(&self, batch: Self::Input) -> TrainOutput<ClassificationOutput> {
        let output = self.judge(batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl InferenceStep for Quarters {
    type Input = Batch<Tensor<1, Int>>;
    type Output = ClassificationOutput;
    fn step(&self, batch: Self::Input) -> ClassificationOutput {
        self.judge(batch)
    }
}

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for number in 0..80_u32 {
        let (name, top) = if number % 2 == 0 { ("land", 30) } else { ("sea", 200) };
        let picture =
            RgbImage::from_fn(16, 16, |_, y| Rgb([number as u8, 120, if y < 8 { top } else { 230 - top } as u8]));
        picture.save(folder.path().join(format!("{name}_{number}.png")))?;
    }
    let device = device_from_env()?;
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?));
    let dls = block.dataloaders(folder.path(), &device)?.with_batch_size(8);

    // ANCHOR: training
    let model = Quarters { scores: LinearConfig::new(12, dls.vocab().len()).init(&device.clone().autodiff()) };
    let learner = burn_train::Learner::new(model, AdamConfig::new().init(), ConstantLr::new(0.05));
    let (train, valid) = (dls.train().clone().into_burn(), dls.valid().clone().into_burn());
    let result = SupervisedTraining::new(folder.path().join("run"), train, valid)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .num_epochs(5)
        .summary()
        .launch(learner);
    // ANCHOR_END: training
    result.error.map_or(Ok(()), |error| Err(error.into()))
}
