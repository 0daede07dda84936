//! Firelight's loaders and losses in burn's own training loop, burn-train's `SupervisedTraining`, on pictures that it draws.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, lr_scheduler::constant::ConstantLr};
use burn::tensor::{Int, Tensor};
use burn_train::metric::{AccuracyMetric, LossMetric};
use burn_train::{ClassificationOutput, InferenceStep, SupervisedTraining, TrainOutput, TrainStep};
use firelight::prelude::*;
use image::{Rgb, RgbImage};

/// Scores from the mean colour of a picture.
#[derive(Module, Debug)]
struct MeanColour {
    scores: Linear,
}

impl MeanColour {
    fn judge(&self, batch: Batch<Tensor<1, Int>>) -> ClassificationOutput {
        let scores = self.scores.forward(batch.inputs.mean_dims(&[2, 3]).flatten(1, 3));
        let loss = CrossEntropy::new().forward(scores.clone(), batch.targets.clone(), Reduction::Mean);
        ClassificationOutput::new(loss, scores, batch.targets)
    }
}

impl TrainStep for MeanColour {
    type Input = Batch<Tensor<1, Int>>;
    type Output = ClassificationOutput;
    fn step(&self, batch: Self::Input) -> TrainOutput<ClassificationOutput> {
        let output = self.judge(batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl InferenceStep for MeanColour {
    type Input = Batch<Tensor<1, Int>>;
    type Output = ClassificationOutput;
    fn step(&self, batch: Self::Input) -> ClassificationOutput {
        self.judge(batch)
    }
}

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for number in 0..80_u8 {
        let (name, red) = if number % 2 == 0 { ("leaf", number) } else { ("berry", 255 - number) };
        RgbImage::from_pixel(16, 16, Rgb([red, 120, 60])).save(folder.path().join(format!("{name}_{number}.png")))?;
    }
    let device = device_from_env()?;
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?));
    let dls = block.dataloaders(folder.path(), &device)?.with_batch_size(8);

    // ANCHOR: training
    let model = MeanColour { scores: LinearConfig::new(3, dls.vocab().len()).init(&device.clone().autodiff()) };
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
