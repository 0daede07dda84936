//! Stochastic depth in fits: where it counts, and where it does not.

use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::optim::SgdConfig;
use burn::tensor::{Device, Tensor};
use firelight_datablock::Categories;
use firelight_learner::models::weights::Names;
use firelight_learner::models::{Arch, Body, Model, Noise};
use firelight_learner::optim::Rule;
use firelight_learner::{Backbone, Learner, LearnerError, unet_learner, vision_learner};
use firelight_losses::CrossEntropy;
use tempfile::TempDir;

use crate::shapes::{self, ShapeLearner};
use crate::squares::{self, blocks};
use crate::training::bits;

fn learner(folder: &TempDir, rate: f64) -> ShapeLearner {
    let backbone = Backbone::from(Arch::Small).with_dropout(0.0).with_drop_path(rate);
    vision_learner(shapes::loaders(folder, &Device::flex()), backbone).expect("a learner").without_observers()
}

fn losses<M: Model + Sync>(learn: &Learner<Categories, M>) -> Vec<f64> {
    learn.history().steps.iter().map(|step| step.loss).collect()
}

#[test]
fn a_rate_of_all_is_refused_by_name() {
    let folder = shapes::folder(12);
    let of = |rate: f64| {
        let backbone = Backbone::from(Arch::Small).with_drop_path(rate);
        vision_learner(shapes::loaders(&folder, &Device::flex()), backbone).map(drop)
    };
    let said = |rate| of(rate).expect_err("refused").to_string();
    let remedy = "give a share from 0 up to, but not including, 1";
    assert_eq!(said(1.0), format!("drop path: 1 makes no sense; {remedy}"));
    assert_eq!(said(-0.1), format!("drop path: -0.1 makes no sense; {remedy}"));
    assert_eq!(said(f64::NAN), format!("drop path: NaN makes no sense; {remedy}"));
    of(0.99).expect("a learner");
}

#[test]
fn u_nets_refuse_it_too_and_have_it() {
    let folder = squares::folder();
    let of =
        |rate: f64| unet_learner(squares::loaders(&folder, blocks::masks()), squares::small().with_drop_path(rate));
    let refused = of(2.0).map(drop);
    assert!(matches!(refused, Err(LearnerError::Setting { setting: "drop path", .. })), "{refused:?}");
    let mut learn = of(0.2).expect("a learner").without_observers();
    assert!((learn.model().drop_path() - 0.2).abs() < f64::EPSILON);
    let mut plain = of(0.0).expect("a learner").without_observers();
    for learn in [&mut learn, &mut plain] {
        learn.fit(1, 1e-3).expect("a fit");
    }
    let loss = |step: &firelight_learner::StepRow| step.loss;
    let losses = [&learn, &plain].map(|learn| learn.history().steps.iter().map(loss).collect::<Vec<f64>>());
    assert_ne!(losses[0], losses[1]);
}

#[test]
fn it_changes_training_and_nothing_else() {
    let folder = shapes::folder(24);
    let (mut plain, mut deep) = (learner(&folder, 0.0), learner(&folder, 0.5));
    assert_eq!(bits(plain.model()), bits(deep.model()));
    let saved = |learn: &ShapeLearner| {
        let place = tempfile::tempdir().expect("a folder");
        learn.save_weights(place.path().join("weights.safetensors"), Names::Timm).expect("weights");
        shapes::digest(&std::fs::read(place.path().join("weights.safetensors")).expect("bytes"))
    };
    assert_eq!(saved(&plain), saved(&deep));
    let evaluated = |learn: &ShapeLearner| learn.evaluate().expect("a loss").loss.to_bits();
    assert_eq!(evaluated(&plain), evaluated(&deep));

    for learn in [&mut plain, &mut deep] {
        learn.fit(2, 1e-3).expect("a fit");
    }
    assert_ne!(bits(plain.model()), bits(deep.model()));
    let mut again = learner(&folder, 0.5);
    again.fit(2, 1e-3).expect("a fit");
    assert_eq!(bits(again.model()), bits(deep.model()), "the same bits again");
    assert_eq!(losses(&again), losses(&deep));
    assert_eq!(evaluated(&deep), evaluated(&deep));
}

type Fit = fn(&mut ShapeLearner) -> Result<(), LearnerError>;

/// Whichever way a frozen body goes: folded, as it is on copies, on features, or with norms that train.
#[test]
fn frozen_bodies_leave_out_nothing() {
    let folder = shapes::folder(24);
    let ways: [Fit; 2] = [|learn| learn.fit_one_cycle(2, 1e-3), |learn| learn.fit_head(2, 1e-3, 1)];
    let set_ups: [fn(ShapeLearner) -> ShapeLearner; 3] = [
        |learn| learn,
        |learn| learn.with_devices([Device::flex(), Device::flex()]),
        |learn| learn.with_frozen_norms(false),
    ];
    for fit in ways {
        for set_up in set_ups {
            let frozen = |rate: f64| {
                let mut learn = set_up(learner(&folder, rate));
                learn.freeze().expect("frozen");
                fit(&mut learn).expect("a fit");
                (losses(&learn), bits(learn.model()))
            };
            assert!(frozen(0.0) == frozen(0.6));
        }
    }
}

/// A body and a layer, without a norm that sees a batch.
#[derive(Module, Debug)]
struct Bare {
    body: Body,
    fc: Linear,
}

impl Bare {
    fn new(rate: f64, device: &Device) -> Self {
        let body = Arch::ViTTiny.body(1, device).with_drop_path(rate);
        let features = Arch::ViTTiny.features();
        let mut fc = LinearConfig::new(features, 3).with_bias(false).init(device);
        let wave = Tensor::arange(0..3 * features as i64, device).float().mul_scalar(0.7).sin();
        fc.weight = Param::from_tensor(wave.mul_scalar(0.1).reshape([features, 3]));
        Self { body, fc }
    }
}

impl Model for Bare {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.body.forward(pictures).mean_dims(&[2, 3]).flatten(1, 3)
    }

    fn features_in_training(&self, pictures: Tensor<4>, noise: &mut Noise) -> Tensor<2> {
        self.body.forward_in_training(pictures, noise).mean_dims(&[2, 3]).flatten(1, 3)
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.fc.forward(features)
    }

    fn groups(&self) -> Vec<String> {
        let body = self.body.groups().iter().map(|group| format!(r"^body\.{group}"));
        body.chain([r"^fc\.".to_owned()]).collect()
    }

    fn draws_from_device(&self) -> bool {
        false
    }

    fn drop_path(&self) -> f64 {
        self.body.depth().rate()
    }
}

fn bare(folder: &TempDir, rate: f64) -> Learner<Categories, Bare> {
    let device = Device::flex();
    let loaders = shapes::loaders(folder, &device).with_batch_size(6);
    let sgd = || SgdConfig::new().build();
    Learner::new(loaders, Bare::new(rate, &device), CrossEntropy::new()).without_observers().with_optimizer(Rule::of(
        "sgd",
        sgd(),
        sgd(),
    ))
}

#[test]
fn several_devices_leave_out_what_one_would() {
    let folder = shapes::folder(24);
    let fit = |devices: usize, rate: f64| {
        let mut learn = bare(&folder, rate).with_devices(vec![Device::flex(); devices]);
        learn.fit(1, 1e-2).expect("a fit");
        losses(&learn)
    };
    let (one, plain) = (fit(0, 0.6), fit(0, 0.0));
    for devices in [1, 2, 4] {
        for (one, many) in one.iter().zip(fit(devices, 0.6)) {
            assert!((one - many).abs() < 1e-4, "{devices} devices: {one} and {many}");
        }
    }
    assert!(one.iter().zip(&plain).all(|(one, plain)| (one - plain).abs() > 1e-3), "{one:?} and {plain:?}");
}

#[test]
fn a_run_goes_on_with_its_own_rate_alone() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    for (name, begun, other, there, here) in [
        ("without", 0.0, 0.1, "precision", "precision, a drop path of 0.1"),
        ("with", 0.1, 0.2, "precision, a drop path of 0.1", "precision, a drop path of 0.2"),
        ("once", 0.1, 0.0, "precision, a drop path of 0.1", "precision"),
    ] {
        let place = place.path().join(name);
        let fit =
            |rate| learner(&folder, rate).with_checkpoints(&place).fit(1, 1e-3).map_err(|error| error.to_string());
        fit(begun).expect("a fit");
        fit(begun).expect("the same");
        let error = fit(other).expect_err("refused");
        let [there, here] = [there, here].map(|end| format!("F32 {end}"));
        assert!(error.contains(" belongs to another run: its steps is "), "{error}");
        assert!(error.contains(&there) && error.contains(&here), "{error}");
    }
    // A model of one's own says it too.
    let place = place.path().join("own");
    let fit = |rate| bare(&folder, rate).with_checkpoints(&place).fit(1, 1e-3).map_err(|error| error.to_string());
    fit(0.3).expect("a fit");
    assert!(fit(0.4).expect_err("refused").contains("a drop path of 0.3"));
}
