use std::sync::{Arc, Mutex};

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::optim::SgdConfig;
use burn::tensor::activation::tanh;
use burn::tensor::{Device, Int, Tensor};
use firelight_datablock::Categories;
use firelight_learner::models::{Arch, Model};
use firelight_learner::optim::Rule;
use firelight_learner::{Backbone, Event, Flow, Learner, LearnerError, Mix, vision_learner};
use firelight_losses::{ClassNumbers, ClassWeights, CrossEntropy, Loss, PairWeighted, PairWeights};
use firelight_transforms::{CutMix, MixUp};

use crate::shapes;

/// A network without batch norm.
#[derive(Module, Debug)]
struct Plain {
    conv: Conv2d,
    fc: Linear,
}

impl Plain {
    fn new(device: &Device) -> Self {
        let number = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 200.0;
        let fill = |count: usize| (0..count).map(number).collect::<Vec<f32>>();
        let mut conv = Conv2dConfig::new([3, 4], [3, 3]).with_stride([2, 2]).init(device);
        conv.weight = Param::from_tensor(Tensor::<1>::from_floats(&*fill(108), device).reshape([4, 3, 3, 3]));
        conv.bias = Some(Param::from_tensor(Tensor::from_floats(&*fill(4), device)));
        let mut fc = LinearConfig::new(4, 3).init(device);
        fc.weight = Param::from_tensor(Tensor::<1>::from_floats(&*fill(12), device).reshape([4, 3]));
        fc.bias = Some(Param::from_tensor(Tensor::from_floats(&*fill(3), device)));
        Self { conv, fc }
    }
}

impl Model for Plain {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        tanh(self.conv.forward(pictures)).mean_dims(&[2, 3]).flatten(1, 3)
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.fc.forward(features)
    }

    fn groups(&self) -> Vec<String> {
        vec!["^conv\\.".into(), "^fc\\.".into()]
    }
}

#[derive(Default)]
struct Numbers(Vec<f32>);

impl ModuleVisitor for Numbers {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.0.extend(parameter.val().inner().into_data().iter::<f32>());
    }
}

/// The parameters after one step of plain gradient descent at rate 1, and the step's loss: what moved is the gradient.
fn step<L: Loss<ClassNumbers> + 'static>(
    loss: impl Fn(&firelight_vocab::Vocab) -> L,
    devices: usize,
) -> (Vec<f32>, f64) {
    step_of(loss, devices, |learn| learn)
}

/// [`step`] of a learner that `change` has changed.
fn step_of<L: Loss<ClassNumbers> + 'static>(
    loss: impl Fn(&firelight_vocab::Vocab) -> L,
    devices: usize,
    change: impl Fn(Learner<Categories, Plain>) -> Learner<Categories, Plain>,
) -> (Vec<f32>, f64) {
    let folder = shapes::folder(14);
    let device = Device::flex();
    let loaders = shapes::loaders(&folder, &device).with_batch_size(10);
    let loss = loss(loaders.vocab());
    let seen = Arc::new(Mutex::new(0.0));
    let log = seen.clone();
    let sgd = || SgdConfig::new().build();
    let mut learn = change(Learner::new(loaders, Plain::new(&device), loss))
        .without_observers()
        .with_optimizer(Rule::of("sgd", sgd(), sgd()))
        .with_devices(vec![device; devices])
        .with_observer(move |event: &Event| {
            if let Event::Step(row) = event {
                *log.lock().expect("a log") = row.loss;
            }
            Flow::Continue
        });
    learn.fit(1, 1.0).expect("a fit");
    let mut numbers = Numbers::default();
    learn.model().valid().visit(&mut numbers);
    let value = *seen.lock().expect("a log");
    (numbers.0, value)
}

/// Compares one device with `devices` on the same batch of ten.
fn assert_same_gradient<L: Loss<ClassNumbers> + 'static>(loss: impl Fn(&firelight_vocab::Vocab) -> L, devices: usize) {
    assert_same(step(&loss, 0), step(&loss, devices), devices);
}

fn assert_same((one, loss_of_one): (Vec<f32>, f64), (many, loss_of_many): (Vec<f32>, f64), devices: usize) {
    assert!((loss_of_one - loss_of_many).abs() < 1e-6, "{loss_of_one} and {loss_of_many}");
    for (a, b) in one.iter().zip(&many) {
        assert!((a - b).abs() < 1e-5, "{devices} devices: {a} and {b}");
    }
}

#[test]
fn any_number_of_devices_gives_the_gradient_of_one_on_the_whole_batch() {
    // Ten pictures among three, and among more devices than pictures.
    for devices in [1, 2, 3, 16] {
        assert_same_gradient(|_| CrossEntropy::new(), devices);
    }
    let before = {
        let mut numbers = Numbers::default();
        Plain::new(&Device::flex()).visit(&mut numbers);
        numbers.0
    };
    let after = step(|_| CrossEntropy::new(), 2).0;
    assert!(before.iter().zip(&after).any(|(a, b)| (a - b).abs() > 1e-3), "a step moves the weights");
}

#[test]
fn class_weights_count_over_the_whole_batch() {
    let weighted = |vocab: &firelight_vocab::Vocab| {
        let weights = PairWeights::from_fn(vocab, |actual, _| if actual == "dark" { 5.0 } else { 0.5 });
        PairWeighted::new(CrossEntropy::new(), &weights, vocab).expect("a loss")
    };
    assert_same_gradient(weighted, 3);
    let by_class = |vocab: &firelight_vocab::Vocab| {
        let weights = ClassWeights::new([("Bright", 4.0), ("bars", 1.0), ("dark", 0.25)]).expect("weights");
        CrossEntropy::new().with_class_weights(&weights, vocab).expect("a loss")
    };
    assert_same_gradient(by_class, 3);
}

#[test]
fn devices_share_mixed_pictures_with_their_partners() {
    let weighted = |vocab: &firelight_vocab::Vocab| {
        let weights = ClassWeights::new([("Bright", 4.0), ("bars", 1.0), ("dark", 0.25)]).expect("weights");
        CrossEntropy::new().with_class_weights(&weights, vocab).expect("a loss")
    };
    let plain = step(weighted, 0).1;
    for mix in [Mix::from(MixUp::new(0.4)), CutMix::default().into()] {
        let mixed = |devices| step_of(weighted, devices, |learn| learn.with_mix(mix));
        let one = mixed(0);
        assert!((one.1 - plain).abs() > 1e-4, "{mix:?} changes nothing");
        for devices in [2, 3] {
            assert_same(one.clone(), mixed(devices), devices);
        }
    }
}

/// The running means of the first batch norm: of equal shares, their mean is the whole batch's.
#[derive(Default)]
struct FirstMeans {
    path: Vec<String>,
    values: Vec<f32>,
}

impl ModuleVisitor for FirstMeans {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if self.path.join(".") == "body.Small.stem.norm.running_mean" {
            self.values.extend(parameter.val().into_data().iter::<f32>());
        }
    }
}

#[test]
fn batch_norms_get_the_mean_statistics_of_their_devices() {
    let folder = shapes::folder(24);
    let means = |devices| {
        let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
        let learn = vision_learner(shapes::loaders(&folder, &Device::flex()), backbone).expect("a learner");
        // So small a rate that two steps leave the weights where they are.
        let mut learn = learn.without_observers().with_devices(vec![Device::flex(); devices]);
        learn.fit(1, 1e-12).expect("a fit");
        let mut means = FirstMeans::default();
        learn.model().valid().visit(&mut means);
        assert!(learn.evaluate().expect("an evaluation").loss.is_finite());
        means.values
    };
    let one = means(0);
    assert!(one.len() == 16 && one.iter().any(|mean| mean.abs() > 1e-3), "{one:?}");
    for devices in [1, 2, 4] {
        for (a, b) in one.iter().zip(&means(devices)) {
            assert!((a - b).abs() < 1e-5, "{devices} devices: {a} and {b}");
        }
    }
}

/// Fails on every device but home.
#[derive(Debug)]
struct Breaks;

impl Loss<Tensor<1, Int>> for Breaks {
    fn per_example(&self, _output: Tensor<2>, _targets: Tensor<1, Int>) -> Tensor<1> {
        panic!("the connection is gone")
    }
}

#[test]
fn a_device_that_fails_is_an_error_and_the_model_stays() {
    let folder = shapes::folder(24);
    let device = Device::flex();
    let mut learn = Learner::new(shapes::loaders(&folder, &device), Plain::new(&device), Breaks)
        .without_observers()
        .with_devices([device.clone(), device.clone()]);
    let numbers = |learn: &Learner<_, Plain>| {
        let mut numbers = Numbers::default();
        learn.model().visit(&mut numbers);
        numbers.0
    };
    let before = numbers(&learn);
    let error = learn.fit(1, 0.1).expect_err("a failure");
    assert!(matches!(error, LearnerError::Device { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.starts_with("training: the device ") && text.contains(" failed: the connection is gone; check it"),
        "{text}"
    );
    assert_eq!(numbers(&learn), before);
}

/// B9: a batch that weighs nothing has a loss and a gradient of 0, on any number of devices.
#[test]
fn a_batch_whose_rows_are_all_ignored_moves_nothing() {
    // Of the ten pictures that train, whatever class: all are ignored.
    let ignoring = |vocab: &firelight_vocab::Vocab| {
        let nothing = ClassWeights::new(vocab.names().iter().map(|name| (name.as_str(), 0.0))).expect("weights");
        CrossEntropy::new().with_class_weights(&nothing, vocab).expect("a loss")
    };
    let mut numbers = Numbers::default();
    Plain::new(&Device::flex()).visit(&mut numbers);
    for devices in [0, 1, 2, 3] {
        let (after, loss) = step(ignoring, devices);
        assert_eq!((after, loss), (numbers.0.clone(), 0.0), "{devices} devices");
    }
}

/// B10: what is trained is what validation tells, mixing and several devices too: class weights with smoothing that is not weighted is
/// a mean of two quotients.
#[test]
fn a_loss_of_two_quotients_is_one_formula_everywhere() {
    let two = |vocab: &firelight_vocab::Vocab| {
        let weights = ClassWeights::new([("Bright", 9.0), ("bars", 1.0), ("dark", 0.25)]).expect("weights");
        let smooth = CrossEntropy::new().with_label_smoothing(0.3).expect("a loss").with_unweighted_smoothing();
        smooth.with_class_weights(&weights, vocab).expect("a loss")
    };
    for devices in [2, 3] {
        assert_same_gradient(two, devices);
        let mixed = |devices| step_of(two, devices, |learn| learn.with_mix(Mix::from(MixUp::new(0.4))));
        assert_same(mixed(0), mixed(devices), devices);
    }
    let folder = shapes::folder(14);
    let loaders = shapes::loaders(&folder, &Device::flex()).with_batch_size(10).with_valid_batch_size(3);
    let loss = two(loaders.vocab());
    let learn = Learner::new(loaders, Plain::new(&Device::flex()), loss).without_observers();
    let (_, trained) = step(two, 0);
    let whole = learn.evaluate_on(firelight_learner::Part::Train).expect("figures").loss;
    assert!((trained - whole).abs() < 1e-6, "{trained} in a step, {whole} in evaluation");
    // In batches of three or in one, the division comes last.
    let loaders = learn.data().clone().with_valid_batch_size(99);
    let one = Learner::new(loaders, Plain::new(&Device::flex()), two(learn.data().vocab())).without_observers();
    let (parts, one) = (learn.evaluate().expect("figures").loss, one.evaluate().expect("figures").loss);
    assert!((parts - one).abs() < 1e-6, "{parts} and {one}");
}
