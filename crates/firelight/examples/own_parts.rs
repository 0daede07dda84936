//! A loss and a model of your own, trained on pictures of two colours.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Int, Tensor};
use firelight::models::Model;
use firelight::prelude::*;
use image::{Rgb, RgbImage};

// ANCHOR: loss
/// Any loss, the examples of one class times a factor.
#[derive(Debug)]
struct Favoured<L>(L, i64, f32);

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for Favoured<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        let factor = targets.clone().equal_elem(self.1).float() * (self.2 - 1.0) + 1.0;
        self.0.per_example(output, targets) * factor
    }
}
// ANCHOR_END: loss

// ANCHOR: model
/// Scores from the mean colour of a picture.
#[derive(Module, Debug)]
struct MeanColour {
    scores: Linear,
}

impl Model for MeanColour {
    type Features = Tensor<2>;
    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        pictures.mean_dims(&[2, 3]).flatten(1, 3)
    }
    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.scores.forward(features)
    }
    fn groups(&self) -> Vec<String> {
        vec![r"^scores\.".into()] // patterns over parameter names, from input to output
    }
}
// ANCHOR_END: model

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for number in 0..40_u8 {
        let (name, red) = if number % 2 == 0 { ("leaf", 4 * number) } else { ("berry", 255 - 3 * number) };
        RgbImage::from_pixel(16, 16, Rgb([red, 120, 60])).save(folder.path().join(format!("{name}_{number}.png")))?;
    }
    // ANCHOR: learner
    let device = device_from_env()?;
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?));
    let dls = block.dataloaders(folder.path(), &device)?.with_batch_size(8);
    let class = dls.vocab().o2i("berry")? as i64;
    let model = MeanColour { scores: LinearConfig::new(3, dls.vocab().len()).init(&device) };
    let loss = Favoured(CrossEntropy::new(), class, 2.0);
    let mut learn = Learner::new(dls, model, loss).with_metrics([accuracy()]);
    Ok(learn.fit_one_cycle(10, 0.3)?)
    // ANCHOR_END: learner
}
