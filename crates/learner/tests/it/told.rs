//! What fastai says of given outputs: a model that tells the scores of a case by the number that its picture shows.

use std::path::{Path, PathBuf};

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor};
use firelight_datablock::{Categories, CategoryBlock, DataBlock, IndexSplitter, InputBlock, RegexLabeller};
use firelight_learner::models::Model;
use firelight_learner::{ConfusedPair, Learner, accuracy, error_rate, top_k};
use firelight_losses::{ClassNumbers, CrossEntropy, Loss};
use firelight_transforms::{Picture, TransformError};
use image::{Rgb, RgbImage};

#[derive(Module, Debug)]
pub struct Told {
    scores: Param<Tensor<2>>,
}

impl Model for Told {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        pictures.mean_dims(&[2, 3]).flatten::<2>(1, 3).narrow(1, 0, 1)
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        let cases: Tensor<1, Int> = (features * 255.0).round().int().flatten(0, 1);
        self.scores.val().select(0, cases)
    }

    fn groups(&self) -> Vec<String> {
        vec!["^scores$".into()]
    }
}

/// The picture of `pug_3` shows the number 3.
#[derive(Debug, Clone)]
struct Number;

impl InputBlock for Number {
    fn read(&self, item: &Path) -> Result<Picture, TransformError> {
        let name = item.to_string_lossy();
        let case = name.rsplit('_').next().and_then(|number| number.parse().ok()).expect("a number");
        Ok(RgbImage::from_pixel(1, 1, Rgb([case, 0, 0])).into())
    }
}

/// A learner that validates on one case a row of `scores`, at most 256, in batches of 4.
pub fn learner<const C: usize>(
    vocab: [&str; C],
    actual: &[usize],
    scores: &[[f32; C]],
    loss: impl Loss<ClassNumbers> + 'static,
) -> Learner<Categories, Told> {
    let cases = actual.iter().enumerate().map(|(case, &class)| PathBuf::from(format!("{}_{case}", vocab[class])));
    // Every class needs a picture to train on, or it would not be one.
    let items: Vec<PathBuf> = cases.chain(vocab.map(|class| PathBuf::from(format!("train/{class}_0")))).collect();
    let device = Device::flex();
    let loaders =
        DataBlock::new(Number, CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+$").expect("a pattern")))
            .with_splitter(IndexSplitter::new(0..actual.len()))
            .dataloaders_of(&items, &device)
            .expect("loaders")
            .with_batch_size(4);
    let scores = Tensor::<1>::from_floats(scores.as_flattened(), &device).reshape([scores.len(), C]);
    Learner::new(loaders, Told { scores: Param::from_tensor(scores) }, loss).without_observers()
}

const PETS: [&str; 4] = ["Abyssinian", "Bengal", "beagle", "pug"];

/// Logarithms of the probabilities of the reference batch, whose classes are 0, 1, 3 and 2.
const LOGS: [[f32; 4]; 4] = [
    [-0.449_313, -1.449_313, -2.349_313, -3.449_313],
    [-2.283_842_3, -0.283_842_3, -2.483_842_3, -2.783_842_3],
    [-3.072_691_3, -2.172_691_3, -0.772_691_3, -0.972_691_3],
    [-2.185_182_5, -4.185_182_5, -3.185_182_5, -0.185_182_5],
];

fn near(value: f32, expected: f32) {
    assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
}

#[test]
fn metrics_of_the_reference_batch_are_fastais() {
    let learn =
        learner(PETS, &[0, 1, 3, 2], &LOGS, CrossEntropy::new()).with_metrics([accuracy(), error_rate(), top_k(2)]);
    let evaluation = learn.evaluate().expect("an evaluation");
    assert_eq!(evaluation.metrics, [Some(0.5), Some(0.5), Some(0.75)]);
    near(evaluation.loss as f32, 1.222_757_2);
}

#[test]
fn top_losses_name_actual_and_predicted_class_with_the_probability_of_each() {
    let interpretation =
        learner(PETS, &[0, 1, 3, 2], &LOGS, CrossEntropy::new()).interpret().expect("an interpretation");
    let worst = interpretation.top_losses(2);
    assert_eq!(worst.iter().map(|mistake| mistake.item).collect::<Vec<_>>(), [3, 2]);
    near(worst[0].loss, 3.185_182_5);
    near(worst[1].loss, 0.972_691_3);
    assert_eq!(
        (&interpretation.vocab()[worst[0].predicted], &interpretation.vocab()[worst[0].actual]),
        ("pug", "beagle")
    );
    near(worst[0].predicted_probability, 0.830_952_66);
    near(worst[0].actual_probability, 0.041_370_7);
}

#[test]
fn confusions_are_counted_and_ordered_as_fastais() {
    let (actual, decided) = ([0, 0, 1, 1, 2, 2, 2], [0, 1, 1, 1, 2, 0, 0]);
    let scores = decided.map(|class| [0, 1, 2].map(|column| if column == class { 1.0 } else { 0.0 }));
    let interpretation =
        learner(["a", "b", "c"], &actual, &scores, CrossEntropy::new()).interpret().expect("an interpretation");
    assert_eq!(interpretation.confusion(), [[1, 1, 0], [0, 2, 0], [2, 0, 1]]);
    let pair = |actual, predicted, times| ConfusedPair { actual, predicted, times };
    assert_eq!(interpretation.most_confused(1), [pair("c", "a", 2), pair("a", "b", 1)]);
    assert_eq!(interpretation.most_confused(2), [pair("c", "a", 2)]);
}

/// The first score is the loss.
#[derive(Debug)]
struct First;

impl Loss<Tensor<1, Int>> for First {
    fn per_example(&self, output: Tensor<2>, _targets: Tensor<1, Int>) -> Tensor<1> {
        output.narrow(1, 0, 1).flatten(0, 1)
    }
}

#[test]
fn a_smaller_last_batch_counts_less_in_the_validation_loss() {
    let losses = [1.0, 1.0, 1.0, 1.0, 4.0, 4.0].map(|loss| [loss, 0.0]);
    let learn = learner(["a", "b"], &[0, 1, 0, 1, 0, 1], &losses, First);
    assert_eq!(learn.data().valid().num_batches(), 2);
    near(learn.evaluate().expect("an evaluation").loss as f32, 2.0);
}
