use std::sync::{Arc, Mutex};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use firelight_learner::models::{Arch, HeadConfig, Model, VisionModel};
use firelight_learner::optim::Sgd;
use firelight_learner::{
    Backbone, Event, Flow, Learner, LearnerError, OneCycle, Plateau, Schedule, group_accuracy, mistake_severity,
    vision_learner,
};
use firelight_losses::{CrossEntropy, SoftLabelCrossEntropy, SoftLabels};
use firelight_vocab::{Groups, Vocab};

use crate::shapes::{self, ShapeLearner};

/// The bits of every parameter, each under its path.
pub type AllBits = Vec<(String, Vec<u32>)>;

/// Looks at the bits of every parameter.
#[derive(Default)]
struct Bits {
    path: Vec<String>,
    all: AllBits,
}

impl ModuleVisitor for Bits {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let bits = param.val().inner().into_data().iter::<f32>().map(f32::to_bits).collect();
        self.all.push((self.path.join("."), bits));
    }
}

pub fn bits(model: &VisionModel) -> AllBits {
    let mut bits = Bits::default();
    model.valid().visit(&mut bits);
    bits.all
}

pub fn moved(before: &[(String, Vec<u32>)], after: &[(String, Vec<u32>)]) -> Vec<String> {
    before.iter().zip(after).filter(|(b, a)| b.1 != a.1).map(|(b, _)| b.0.clone()).collect()
}

#[test]
fn a_model_learns_the_shapes() {
    let folder = shapes::folder(48);
    let accuracy = shapes::over_seeds(|seed| {
        let loaders = shapes::loaders(&folder, &Device::flex()).with_seed(seed);
        let mut learn = shapes::learner(loaders).with_seed(seed);
        learn.fit_one_cycle(6, 1e-2).expect("a fit");
        let history = learn.history();
        assert_eq!((history.epochs.len(), history.steps.len()), (6, 6 * 4));
        history.last("accuracy").expect("a value")
    });
    assert!(accuracy > 0.6, "accuracy is {accuracy}");
}

#[test]
fn the_same_seed_trains_to_the_same_bits() {
    let folder = shapes::folder(24);
    let train = |workers| {
        let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()).with_workers(workers));
        learn.fit_one_cycle(2, 1e-2).expect("a fit");
        bits(learn.model())
    };
    assert_eq!(moved(&train(1), &train(2)), Vec::<String>::new());
}

#[test]
fn frozen_groups_do_not_move_by_a_bit() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    learn.freeze().expect("frozen");
    let before = bits(learn.model());
    learn.fit_one_cycle(1, 1e-2).expect("a fit");
    let frozen = bits(learn.model());
    let moving = moved(&before, &frozen);
    assert!(moving.iter().all(|path| path.starts_with("head.")), "{moving:?}");
    assert!(!moving.is_empty());
    learn.unfreeze().expect("thawed");
    learn.fit_one_cycle(1, 1e-2).expect("a fit");
    assert!(moved(&frozen, &bits(learn.model())).iter().any(|path| path.starts_with("body.")));
}

#[test]
fn a_frozen_body_with_norms_that_train_trains_as_many_values_as_fastais() {
    struct Trained(usize);
    impl ModuleVisitor for Trained {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            if parameter.is_require_grad() {
                self.0 += parameter.shape().num_elements();
            }
        }
    }
    let folder = shapes::folder(12);
    for (arch, classes, expected) in [(Arch::ResNet34, 37, 563_328), (Arch::ResNet18, 2, 537_984)] {
        let device = Device::flex();
        let model = VisionModel::new(arch.body(1, &device), HeadConfig::new(512, classes).init(1, &device));
        let loaders = shapes::loaders(&folder, &device);
        let mut learn = Learner::new(loaders, model, CrossEntropy::new()).with_frozen_norms(false);
        learn.freeze().expect("frozen");
        let mut trained = Trained(0);
        learn.model().visit(&mut trained);
        assert_eq!(trained.0, expected, "{arch}");
    }
}

#[test]
fn a_frozen_body_builds_no_graph_unless_its_norms_train() {
    let folder = shapes::folder(24);
    let loaders = shapes::loaders(&folder, &Device::flex());
    let pictures = loaders.one_batch().expect("a batch").inputs;
    let tracked = |frozen_norms| {
        let mut learn = shapes::learner(loaders.clone()).with_frozen_norms(frozen_norms);
        learn.freeze().expect("frozen");
        learn.model().features(Tensor::from_inner(pictures.clone())).is_tracked()
    };
    assert!(!tracked(true));
    assert!(tracked(false));
}

#[test]
fn a_head_trains_on_features_that_are_computed_once() {
    let folder = shapes::folder(48);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let before = bits(learn.model());
    learn.fit_head(20, 1e-2, 1).expect("a fit");
    assert!(moved(&before, &bits(learn.model())).iter().all(|path| path.starts_with("head.")));
    // With each of twelve seeds it was 1.
    let accuracy = learn.history().last("accuracy").expect("a value");
    assert!(accuracy > 0.6, "accuracy is {accuracy}");
    // The features' evaluation and the whole model's agree.
    let evaluation = learn.evaluate().expect("an evaluation");
    assert!((evaluation.metrics[0].expect("a value") - accuracy).abs() < 1e-9);
    let last = learn.history().epochs.last().expect("an epoch").valid_loss.expect("a loss");
    assert!((evaluation.loss - last).abs() < 1e-3 * last, "{} and {last}", evaluation.loss);
}

#[test]
fn features_can_be_shared_and_judged_again() {
    let folder = shapes::folder(48);
    // Without dropout, for the sake of the tests beside this one.
    let learner = |folder| {
        let loaders = shapes::loaders(folder, &Device::flex());
        vision_learner(loaders, Backbone::from(Arch::Small).with_dropout(0.0)).expect("a learner").without_observers()
    };
    let mut alone = learner(&folder);
    alone.fit_head(3, 1e-2, 1).expect("a fit");
    let features = learner(&folder).head_features(1).expect("features");
    let mut shared = learner(&folder);
    shared.fit_head_on(&features, 3, 1e-2).expect("a fit");
    assert_eq!(bits(shared.model()), bits(alone.model()));
    let again = shared.evaluate_head_on(&features).expect("an evaluation");
    assert_eq!(Some(again.loss), shared.history().epochs.last().and_then(|row| row.valid_loss));

    let fewer = shapes::folder(48);
    for number in (0..48).step_by(3) {
        std::fs::remove_file(fewer.path().join(format!("Bright_{number}.png"))).expect("a file less");
    }
    let features = learner(&fewer).head_features(0).expect("features");
    let error = shared.fit_head_on(&features, 1, 1e-2).expect_err("refused").to_string();
    assert!(error.starts_with("the feature set was built for 2 classes"), "{error}");
}

#[test]
fn fine_tune_freezes_thaws_and_goes_on() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    learn.fine_tune(2, 1e-2).expect("a fit");
    let history = learn.history();
    assert_eq!(history.epochs.iter().map(|row| row.epoch).collect::<Vec<_>>(), [0, 0, 1]);
    let rates = &history.steps.last().expect("a step").rates;
    assert!(rates[0] < rates[rates.len() - 1], "{rates:?}");
}

#[test]
fn every_fit_follows_its_schedule() {
    let folder = shapes::folder(24);
    let mut learn =
        shapes::learner(shapes::loaders(&folder, &Device::flex())).with_optimizer(Sgd::new().with_momentum(0.7));
    learn.fit(1, 1e-3).expect("a fit");
    learn.fit_flat_cos(2, 1e-3).expect("a fit");
    learn.fit_sgdr(2, 1, 1e-3).expect("a fit");
    learn.fit_along(1, ..1e-3, OneCycle::default()).expect("a fit");
    let steps = &learn.history().steps;
    let rates: Vec<f64> = steps.iter().map(|step| step.rates[1]).collect();
    let expected = [1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 5e-4, 1e-3, 8.5355339e-4, 5e-4, 1.4644661e-4, 4e-5];
    for (rate, expected) in rates.iter().zip(expected) {
        assert!((rate - expected).abs() < 1e-10, "{rate} is not {expected}");
    }
    let momenta: Vec<f64> = steps.iter().map(|step| step.momentum).collect();
    assert!(momenta[..12].iter().all(|momentum| (momentum - 0.7).abs() < 1e-12), "{momenta:?}");
    assert!((momenta[12] - 0.95).abs() < 1e-12);
}

/// B1: an old cycle's momentum is in no later fit, whatever was frozen in between, and two learners of one rule have each their own.
#[test]
fn a_fit_without_a_cycle_has_the_optimizers_own_momentum() {
    let folder = shapes::folder(24);
    let rule = firelight_learner::optim::Rule::from(firelight_learner::optim::Adam::default());
    let learner = || shapes::learner(shapes::loaders(&folder, &Device::flex())).with_optimizer(rule.clone());
    let (mut learn, mut other) = (learner(), learner());
    let last = |learn: &ShapeLearner| learn.history().steps.last().expect("a step").momentum;
    learn.fit_one_cycle(1, 1e-3).expect("a fit");
    assert!((last(&learn) - 0.9).abs() > 0.01, "{}", last(&learn));
    other.fit(1, 1e-3).expect("a fit");
    learn.freeze().expect("frozen");
    learn.fit(1, 1e-3).expect("a fit");
    assert!((last(&learn) - 0.9).abs() < 1e-12 && (last(&other) - 0.9).abs() < 1e-12);
    learn.lr_find().expect("a curve");
    learn.unfreeze().expect("thawed");
    learn.fit(1, 1e-3).expect("a fit");
    assert!((last(&learn) - 0.9).abs() < 1e-12);
}

/// F33: schedules that are none.
#[test]
fn schedules_without_meaning_are_refused_before_the_first_step() {
    let folder = shapes::folder(12);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let mut said = |schedule: Schedule| learn.fit_along(1, 1e-3, schedule).expect_err("refused").to_string();
    for cycle in [
        OneCycle { div: 0.0, ..OneCycle::default() },
        OneCycle { pct_start: 2.0, ..OneCycle::default() },
        OneCycle { pct_start: -0.5, ..OneCycle::default() },
        OneCycle { div_final: f64::NAN, ..OneCycle::default() },
        OneCycle { momenta: [0.95, 1.5, 0.95], ..OneCycle::default() },
    ] {
        let said = said(cycle.into());
        assert!(said.starts_with("schedule: ") && said.contains(" makes no sense; give shares from 0 to 1"), "{said}");
    }
    assert!(matches!(learn.fit_sgdr(70, 1, 1e-3), Err(LearnerError::Setting { setting: "fit_sgdr", .. })));
    assert!(learn.history().steps.is_empty());
}

#[test]
fn a_plateau_lowers_the_rates() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    // No epoch is a thousand times better than the one before, so every epoch after the first is a plateau.
    let plateau = Plateau::new().with_min_delta(1e3).with_factor(2.0).with_least_rate(3e-6);
    learn.fit_along(4, 1e-5, Schedule::constant().with_plateau(plateau)).expect("a fit");
    let rates: Vec<f64> = learn.history().steps.iter().step_by(2).map(|step| step.rates[0]).collect();
    for (rate, expected) in rates.iter().zip([1e-5, 1e-5, 5e-6, 3e-6]) {
        assert!((rate - expected).abs() < 1e-12, "{rates:?}");
    }
    let unknown = Schedule::constant().with_plateau(Plateau::new().with_monitor("f1"));
    assert_eq!(
        learn.fit_along(1, 1e-5, unknown).expect_err("refused").to_string(),
        "plateau: the metric \"f1\" makes no sense; watch one of the learner's metrics"
    );
}

#[test]
fn observers_see_every_event_and_may_stop() {
    let folder = shapes::folder(24);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let observer = move |event: &Event| {
        let (word, flow) = match event {
            Event::Start { .. } => ("start", Flow::Continue),
            Event::Step(_) => ("step", Flow::Continue),
            Event::Epoch(row) => ("epoch", if row.epoch == 1 { Flow::Stop } else { Flow::Continue }),
            Event::Notice(text) => {
                assert_eq!(*text, "stopped: an observer asked for it");
                ("notice", Flow::Continue)
            }
            _ => ("end", Flow::Continue),
        };
        log.lock().expect("a log").push(word);
        flow
    };
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_observer(observer);
    learn.fit_one_cycle(5, 1e-2).expect("a fit");
    let expected = ["start", "step", "step", "epoch", "step", "step", "epoch", "notice", "end"];
    assert_eq!(*seen.lock().expect("a log"), expected);
}

#[test]
fn a_loss_or_metric_for_other_classes_is_refused() {
    let folder = shapes::folder(24);
    let other = Vocab::from_labels(["dark", "bars"]);
    let groups = Groups::by(&other, |_| "all");
    let loss = SoftLabelCrossEntropy::new(&SoftLabels::identity(&other), &other).expect("a loss");
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_loss(loss);
    assert_eq!(
        learn.fit_one_cycle(1, 1e-2).expect_err("refused").to_string(),
        "the loss was built for 2 classes that are not the data's 3 in the same order; build it with the vocab of these \
         loaders (`dls.vocab()`)"
    );
    let learn = shapes::learner(shapes::loaders(&folder, &Device::flex()))
        .with_metrics([group_accuracy(&groups), mistake_severity(&groups)]);
    assert!(
        learn.evaluate().expect_err("refused").to_string().starts_with("the metric \"group_accuracy\" was built for")
    );
}

#[test]
fn settings_without_meaning_are_refused() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    assert_eq!(
        learn.fit_one_cycle(1, -1.0).expect_err("refused").to_string(),
        "learning rate: -1 makes no sense; give positive numbers"
    );
    assert_eq!(
        learn.fit_one_cycle(1, 1e-3..0.0).expect_err("refused").to_string(),
        "learning rate: 0.001..0 makes no sense; give positive numbers"
    );
    assert!(matches!(learn.freeze_to(9), Err(LearnerError::Setting { setting: "freeze_to", .. })));
}

#[test]
fn a_frozen_fit_is_the_same_with_the_bodys_norms_folded_or_not() {
    let folder = shapes::folder(24);
    let train = |devices: Vec<Device>| {
        let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_devices(devices);
        learn.fit_one_cycle(2, 1e-2).expect("a fit that moves the statistics");
        learn.freeze().expect("frozen");
        learn.fit_one_cycle(2, 1e-3).expect("a fit");
        learn.history().steps.iter().map(|step| step.loss).collect::<Vec<f64>>()
    };
    // A list of devices, even of one, works on copies of the model as it is.
    for (folded, whole) in train(vec![]).iter().zip(train(vec![Device::flex()])) {
        assert!((folded - whole).abs() < 1e-3 * whole.max(1.0), "{folded} is not {whole}");
    }
}

fn frozen(mut learn: ShapeLearner) -> ShapeLearner {
    learn.freeze().expect("frozen");
    learn
}

/// B22: what is asked for counts, before the freeze or after it.
#[test]
fn whether_frozen_norms_train_can_be_told_before_and_after_the_freeze() {
    let folder = shapes::folder(24);
    let norms_move = |told: fn(ShapeLearner) -> ShapeLearner| {
        let mut learn = told(shapes::learner(shapes::loaders(&folder, &Device::flex())));
        let before = bits(learn.model());
        learn.fit_one_cycle(1, 1e-2).expect("a fit");
        let is_norm = |path: &String| path.starts_with("body.") && path.rsplit('.').next() == Some("gamma");
        moved(&before, &bits(learn.model())).iter().any(is_norm)
    };
    assert!(!norms_move(frozen));
    assert!(norms_move(|learn| frozen(learn.with_frozen_norms(false))));
    assert!(norms_move(|learn| frozen(learn).with_frozen_norms(false)));
    assert!(!norms_move(|learn| frozen(learn.with_frozen_norms(false)).with_frozen_norms(true)));
}
