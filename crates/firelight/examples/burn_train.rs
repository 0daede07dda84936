//! Firelight's loaders and losses in burn's own training loop, burn-train's `SupervisedTraining`, on pictures that it draws.

use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, lr_scheduler::constant::ConstantLr};
use burn_train::metric::{AccuracyMetric, LossMetric};
use burn_train::{ClassificationOutput, InferenceStep, SupervisedTraining, TrainOutput, TrainStep};
use firelight::prelude::*;

#[derive(burn::module::Module, Debug)]
struct MeanColour {
    scores: Linear,
}

impl MeanColour {
    fn judge(&self, Batch { inputs, targets, .. }: Batch<Categories>) -> ClassificationOutput {
        let scores = self.scores.forward(inputs.mean_dims(&[2, 3]).flatten(1, 3));
        let loss = CrossEntropy::new().forward(scores.clone(), targets.clone(), Reduction::Mean);
        ClassificationOutput::new(loss, scores, targets)
    }
}

impl TrainStep for MeanColour {
    type Input = Batch<Categories>;
    type Output = ClassificationOutput;
    fn step(&self, batch: Self::Input) -> TrainOutput<ClassificationOutput> {
        let output = self.judge(batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl InferenceStep for MeanColour {
    type Input = Batch<Categories>;
    type Output = ClassificationOutput;
    fn step(&self, batch: Self::Input) -> ClassificationOutput {
        self.judge(batch)
    }
}

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for n in 0..80_u8 {
        let (name, red) = if n % 2 == 0 { ("leaf", n) } else { ("berry", 255 - n) };
        image::RgbImage::from_pixel(9, 9, [red, 99, 9].into()).save(folder.path().join(format!("{name}_{n}.png")))?;
    }
    let device = device_from_env()?;
    let kinds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?);
    let dls = DataBlock::new(ImageBlock::rgb(), kinds).dataloaders(folder.path(), &device)?.with_batch_size(8);
    // ANCHOR: training
    let model = MeanColour { scores: LinearConfig::new(3, dls.vocab().len()).init(&device.clone().autodiff()) };
    let learner = burn_train::Learner::new(model, AdamConfig::new().init(), ConstantLr::new(0.05));
    let (train, valid) = (dls.train().clone().into_burn(), dls.valid().clone().into_burn());
    let result = SupervisedTraining::new(folder.path().join("run"), train, valid)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .num_epochs(5)
        .launch(learner);
    // ANCHOR_END: training
    result.error.map_or(Ok(()), |error| Err(error.into()))
}
