//! Training in half precision.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, Device, Int, Tensor};
use firelight_learner::models::{Arch, Model, VisionModel};
use firelight_learner::optim::Sgd;
use firelight_learner::{Learner, LearnerError, Precision};
use firelight_losses::{CrossEntropy, Loss};

use crate::shapes::{self, ShapeLearner, over_seeds};
use crate::training::{bits, moved};

const HALF: [Precision; 2] = [Precision::F16, Precision::BF16];

fn learner(folder: &tempfile::TempDir, precision: Precision) -> ShapeLearner {
    shapes::learner(shapes::loaders(folder, &Device::flex())).with_precision(precision)
}

#[test]
fn a_model_learns_in_half_precision_with_weights_in_single() {
    struct Single;
    impl ModuleVisitor for Single {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            assert_eq!(parameter.val().dtype(), DType::F32);
        }
    }
    let folder = shapes::folder(48);
    let train = |precision, seed| {
        let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()).with_seed(seed));
        learn = learn.with_precision(precision).with_seed(seed);
        learn.fit_one_cycle(6, 1e-2).expect("a fit");
        learn.model().visit(&mut Single);
        learn
    };
    let losses = |precision| train(precision, 0).history().steps.iter().map(|step| step.loss).collect::<Vec<_>>();
    let single = losses(Precision::F32);
    for precision in HALF {
        let accuracy = over_seeds(|seed| train(precision, seed).history().last("accuracy").expect("a value"));
        assert!(accuracy > 0.6, "accuracy with {precision:?} is {accuracy}");
        let half = losses(precision);
        assert_ne!(single, half, "{precision:?} changes nothing");
        assert!((half[0] - single[0]).abs() < 0.02 * single[0], "with {precision:?}: {} and {}", half[0], single[0]);
    }
}

#[test]
fn half_precision_trains_to_the_same_bits_each_time_and_on_several_devices() {
    let folder = shapes::folder(24);
    let train = |devices: Vec<Device>| {
        let mut learn = learner(&folder, Precision::F16).with_devices(devices);
        learn.fit_one_cycle(2, 1e-3).expect("a fit");
        (bits(learn.model()), learn.history().steps[0].loss)
    };
    let (alone, again) = (train(vec![]), train(vec![]));
    assert_eq!(moved(&alone.0, &again.0), Vec::<String>::new());
    let (one, two) = (train(vec![Device::flex()]), train(vec![Device::flex(); 2]));
    assert!((one.1 - alone.1).abs() < 1e-3 * alone.1, "{} and {}", one.1, alone.1);
    // Each of two devices normalises by the statistics of its own pictures.
    assert!(two.1.is_finite() && !moved(&alone.0, &two.0).is_empty());
}

/// A loss whose gradients are nothing in half precision, unless it is scaled.
#[derive(Debug)]
struct Tiny(CrossEntropy);

impl Loss<Tensor<1, Int>> for Tiny {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.0.per_example(output, targets) * 1e-6
    }
}

#[test]
fn small_gradients_are_as_large_as_in_single_precision() {
    let folder = shapes::folder(12);
    let change = |precision| {
        let mut learn = learner(&folder, precision).with_loss(Tiny(CrossEntropy::new())).with_optimizer(Sgd::new());
        let before = stem(learn.model());
        learn.fit(1, 1e4).expect("a fit");
        before.iter().zip(stem(learn.model())).map(|(before, after)| after - before).collect::<Vec<f32>>()
    };
    let (single, half) = (change(Precision::F32), change(Precision::F16));
    let length = |changes: &mut dyn Iterator<Item = f32>| changes.map(|change| change * change).sum::<f32>().sqrt();
    let error = length(&mut single.iter().zip(&half).map(|(single, half)| single - half));
    let whole = length(&mut single.iter().copied());
    assert!(whole > 1e-3 && error < 0.3 * whole, "off by {error} of {whole}");
}

/// Weights of the first convolution.
fn stem(model: &VisionModel) -> Vec<f32> {
    #[derive(Default)]
    struct First(Vec<f32>);
    impl ModuleVisitor for First {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            if self.0.is_empty() {
                self.0 = parameter.val().inner().into_data().iter::<f32>().collect();
            }
        }
    }
    let mut first = First::default();
    model.visit(&mut first);
    first.0
}

/// A network that has not heard of precisions.
#[derive(Module, Debug)]
struct Own {
    model: VisionModel,
}

impl Model for Own {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.model.features(pictures)
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.model.classify(features)
    }

    fn groups(&self) -> Vec<String> {
        vec![".".into()]
    }
}

#[test]
fn a_model_that_takes_no_half_precision_is_refused_it_before_the_first_step() {
    let folder = shapes::folder(12);
    let refused = |result: Result<(), LearnerError>| result.expect_err("refused").to_string();
    let loaders = shapes::loaders(&folder, &Device::flex());
    let head = firelight_learner::models::HeadConfig::new(Arch::Small.features(), 3).init(1, &Device::flex());
    let own = Own { model: VisionModel::new(Arch::Small.body(1, &Device::flex()), head) };
    let mut learn = Learner::new(loaders, own, CrossEntropy::new()).without_observers().with_precision(Precision::BF16);
    let expected = "precision: BF16 with a model that takes f32 makes no sense; implement Model::mixes_precision, or train in \
                    single precision";
    assert_eq!(refused(learn.fit(1, 1e-3)), expected);
    assert_eq!(refused(learn.lr_find().map(drop)), expected);
}
