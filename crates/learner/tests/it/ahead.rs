//! Steps that are queued before the one before is looked at: what is read when, and that nothing else of a fit is different.

use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use burn::optim::{LearningRate, Optimizer};
use burn::tensor::{Device, Int, Tensor};
use firelight_learner::models::Arch;
use firelight_learner::optim::{Scheduled, Sgd, SgdState};
use firelight_learner::{
    Backbone, Checkpoints, Ema, Event, Flow, KeepBest, LearnerError, Precision, RateSearch, Readings, Sam,
    vision_learner,
};
use firelight_losses::{ClassWeights, CrossEntropy, Loss, Parts};
use firelight_transforms::MixUp;

use crate::bomb::{self, Bomb, BombedLearner, Learned, Place};
use crate::shapes;

/// What was asked of a device, each with how often it had been read then.
#[derive(Debug, Clone)]
struct Asked(Arc<Mutex<Vec<(&'static str, u64)>>>, Readings);

impl Asked {
    fn note(&self, what: &'static str) {
        self.0.lock().expect("a list").push((what, self.1.count()));
    }

    fn of(&self, what: &str) -> Vec<u64> {
        self.0.lock().expect("a list").iter().filter(|asked| asked.0 == what).map(|asked| asked.1).collect()
    }
}

#[derive(Debug)]
struct Forward(Asked);

impl Loss<Tensor<1, Int>> for Forward {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.0.note("forward");
        CrossEntropy::new().per_example(output, targets)
    }
}

#[derive(Debug, Clone)]
struct Update(Sgd, Asked);

impl Optimizer for Update {
    type State<const D: usize> = SgdState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<SgdState<D>>,
    ) -> (Tensor<D>, Option<SgdState<D>>) {
        self.1.note("update");
        self.0.step(rate, parameter, gradient, state)
    }

    fn to_device<const D: usize>(state: SgdState<D>, device: &Device) -> SgdState<D> {
        Sgd::to_device(state, device)
    }
}

impl Scheduled for Update {
    const NAME: &'static str = "noting";

    fn momentum(&self) -> f64 {
        0.0
    }

    fn at_momentum(self, _: f64) -> Self {
        self
    }

    fn without_decay(self) -> Self {
        self
    }

    fn describe(&self) -> String {
        Self::NAME.into()
    }
}

/// Of 36 pictures in batches of 8 that train, and 12 that validate: four steps and two batches an epoch.
#[test]
fn nothing_is_read_before_the_next_step_is_queued() {
    let folder = shapes::folder(48);
    for (ahead, expected) in [(Some(true), [0, 0, 1, 2]), (Some(false), [0, 1, 2, 3]), (None, [0, 1, 2, 3])] {
        let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_gradient_clip(1.0);
        if let Some(ahead) = ahead {
            learn = learn.with_steps_ahead(ahead);
        }
        let asked = Asked(Arc::default(), learn.readings());
        let told = asked.clone();
        let mut learn = learn
            .with_loss(Forward(asked.clone()))
            .with_optimizer(Update(Sgd::new(), asked.clone()))
            .with_observer(move |event: &Event| {
                if let Event::Step(_) = event {
                    told.note("told");
                }
                Flow::Continue
            });
        learn.fit(1, 1e-3).expect("a fit");
        assert_eq!(asked.of("forward")[..4], expected, "ahead {ahead:?}");
        // What waits for its numbers is updated once they are there, and what goes ahead before.
        let mut updates = asked.of("update");
        updates.dedup();
        let late = if ahead == Some(true) { [0, 1, 2].to_vec() } else { [1, 2, 3, 4].to_vec() };
        assert_eq!(updates, late, "ahead {ahead:?}");
        assert_eq!(asked.of("told"), [1, 2, 3, 4], "a step is told when it is known");
        assert_eq!(learn.readings().count(), 4 + 2);
    }
}

/// Of any number of terms, with metrics and without, from pictures and from features.
#[test]
fn a_batch_is_judged_in_one_reading() {
    let folder = shapes::folder(48);
    let loaders = shapes::loaders(&folder, &Device::flex());
    let weights = ClassWeights::new(loaders.vocab().iter().zip([1.0, 2.0, 3.0])).expect("weights");
    let two_terms = CrossEntropy::new()
        .with_label_smoothing(0.1)
        .and_then(|loss| loss.with_class_weights(&weights, loaders.vocab()))
        .expect("a loss")
        .with_unweighted_smoothing();
    let mut learn = shapes::learner(loaders).with_loss(two_terms);
    let readings = learn.readings();
    let taken = |before: u64| readings.count() - before;
    learn.evaluate().expect("an evaluation");
    assert_eq!(taken(0), 2);
    learn.predictions().expect("predictions");
    assert_eq!(taken(2), 2);
    let features = learn.head_features(0).expect("features");
    assert_eq!(taken(4), 0);
    learn.evaluate_head_on(&features).expect("an evaluation");
    assert_eq!(taken(4), 1);
}

/// Sums are read of every batch and share, and a length for each update.
#[test]
fn gradients_that_are_added_up_are_read_at_once() {
    let folder = shapes::folder(48);
    let count = |set_up: fn(shapes::ShapeLearner) -> shapes::ShapeLearner| {
        let mut learn = set_up(shapes::learner(shapes::loaders(&folder, &Device::flex())).with_steps_ahead(true));
        learn.fit(1, 1e-3).expect("a fit");
        learn.readings().count() - 2
    };
    assert_eq!(count(|learn| learn.with_accumulation(2)), 4 + 2);
    assert_eq!(count(|learn| learn.with_devices([Device::flex(), Device::flex()])), 4 * (2 + 1));
}

type Setup = fn(BombedLearner) -> BombedLearner;
type Fit = fn(&mut BombedLearner) -> Result<(), LearnerError>;

/// What a fit comes to and what is told of it, in words, which hold numbers that are none too.
fn story(folder: &Path, bomb: &Bomb, ahead: bool, set_up: Setup, fit: Fit) -> String {
    let heard = Arc::new(Mutex::new(String::new()));
    let telling = heard.clone();
    let learn = bomb::learner(folder, bomb, CrossEntropy::new()).with_steps_ahead(ahead);
    let mut learn = set_up(learn.with_observer(move |event: &Event| {
        let mut heard = telling.lock().expect("a text");
        let _ = match event {
            Event::Epoch(row) => writeln!(heard, "{} {} {:?}", row.epoch, row.train_loss, row.valid_loss),
            other => writeln!(heard, "{other:?}"),
        };
        Flow::Continue
    }));
    let end = fit(&mut learn);
    let heard = heard.lock().expect("a text").clone();
    format!("{heard}{end:?}\n{:?}", Learned::by(&learn))
}

fn same_story(bombs: &[Option<(Place, usize)>], set_up: Setup, fit: Fit) -> String {
    let folder = shapes::folder(48);
    let mut told = Vec::new();
    for place in bombs {
        let stories = [false, true].map(|ahead| {
            let bomb = Bomb::default();
            if let Some((place, after)) = *place {
                bomb.set(place, after);
            }
            story(folder.path(), &bomb, ahead, set_up, fit)
        });
        assert_eq!(stories[1], stories[0], "{place:?}");
        told.extend(stories.into_iter().next());
    }
    told.concat()
}

#[test]
fn fits_are_the_same_to_the_bit() {
    let setups: [Setup; 4] = [
        |learn| learn,
        |learn| learn.with_ema(Ema::new(0.9)).with_sam(Sam::default()).with_best(KeepBest::new("accuracy")),
        |learn| learn.with_mix(MixUp::default()).with_optimizer(firelight_learner::optim::ranger()),
        |learn| learn.with_precision(Precision::F16),
    ];
    for set_up in setups {
        same_story(&[None], set_up, |learn| learn.fit_one_cycle(2, 1e-2));
    }
    same_story(&[None], |learn| learn, |learn| learn.fine_tune(1, 1e-2));
    same_story(&[None], |learn| learn, |learn| learn.fit_head(2, 1e-2, 1));
}

/// Batch norms that train under a frozen body, and those that do not.
#[test]
fn frozen_fits_are_the_same_to_the_bit() {
    for norms in [true, false] {
        let set_up: Setup = if norms { |learn| learn } else { |learn| learn.with_frozen_norms(false) };
        same_story(&[None], set_up, |learn| {
            learn.freeze()?;
            learn.fit(1, 1e-2)
        });
    }
}

/// The factor is found in `f32` on the device, and in `f64` on the host.
#[test]
fn cut_gradients_are_the_same_but_for_their_last_bits() {
    let folder = shapes::folder(24);
    let train = |ahead| {
        let learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_optimizer(Sgd::new());
        let mut learn = learn.with_gradient_clip(0.1).with_steps_ahead(ahead);
        learn.fit(1, 1e-2).expect("a fit");
        crate::training::bits(learn.model())
    };
    for ((path, here), (_, there)) in train(false).iter().zip(&train(true)) {
        for (here, there) in here.iter().zip(there) {
            let [here, there] = [here, there].map(|bits| f32::from_bits(*bits));
            assert!((here - there).abs() <= 1e-5 * here.abs().max(1e-2), "{path}: {here} and {there}");
        }
    }
}

/// The third of five steps, the last, and the first; pictures that cannot be read; a loss that panics.
#[test]
fn fits_that_fail_do_so_at_the_same_step_with_nothing_learned() {
    let bombs = [0, 2, 5].map(|after| Some((Place::NotANumber, after)));
    let told = same_story(&bombs, |learn| learn, |learn| learn.fit(1, 1e-2));
    assert_eq!(told.matches("Err(Diverged { what: \"loss\", step: ").count(), 3);
    let bombs = [(Place::Loss, 0), (Place::Loss, 3), (Place::File, 20), (Place::Step, 2)].map(Some);
    let told = same_story(&bombs, |learn| learn, |learn| learn.fit(1, 1e-2));
    assert_eq!(told.matches("\nErr(").count(), 4);
}

#[test]
fn fits_that_are_ended_end_after_the_same_step() {
    fn after(steps: usize, flow: Flow) -> impl FnMut(&Event) -> Flow + Send + 'static {
        let mut told = 0;
        move |event: &Event| {
            told += usize::from(matches!(event, Event::Step(_)));
            if told >= steps { flow } else { Flow::Continue }
        }
    }
    let setups: [Setup; 4] = [
        |learn| learn.with_observer(after(3, Flow::Stop)),
        |learn| learn.with_observer(after(6, Flow::Stop)),
        |learn| learn.with_observer(after(3, Flow::Interrupt)),
        |learn| learn.with_observer(after(6, Flow::Interrupt)),
    ];
    for set_up in setups {
        same_story(&[None], set_up, |learn| learn.fit(2, 1e-2));
    }
}

/// A loss whose gradients no half precision holds, at some of its calls in training.
#[derive(Debug)]
struct Steep(CrossEntropy, Vec<u64>);

impl Loss<Tensor<1, Int>> for Steep {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.0.per_example(output, targets)
    }

    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        // The batch tells which step it is, so that one that is done again is the same.
        let first = targets.clone().inner().into_data().iter::<i64>().fold(0, |sum, class| 3 * sum + class as u64);
        let steep = output.device().is_autodiff() && self.1.contains(&(first % 7));
        let steep = if steep { 1e30 } else { 1.0 };
        self.0.parts(output * steep, targets)
    }
}

/// Overflows of one step, and of steps one after the other.
#[test]
fn steps_that_overflow_are_left_out_alike() {
    let folder = shapes::folder(48);
    let mut left_out = 0;
    for which in [vec![0], vec![1, 2], vec![3, 4, 5]] {
        let train = |ahead| {
            let loaders = shapes::loaders(&folder, &Device::flex());
            let learn = vision_learner(loaders, Backbone::from(Arch::Small)).expect("a learner").without_observers();
            let loss = Steep(CrossEntropy::new(), which.clone());
            let mut learn = learn.with_precision(Precision::F16).with_loss(loss).with_steps_ahead(ahead);
            learn.fit(3, 1e-2).expect("a fit");
            let steep = learn.history().steps.iter().filter(|step| step.loss > 1e6).count();
            (Learned::by(&learn), steep)
        };
        let there = train(true);
        assert_eq!(train(false), there);
        left_out += there.1;
    }
    assert!(left_out > 3, "{left_out}");
}

/// The loss scale is a part of the checkpoints, and what is over where it cannot be lowered any more is the same step.
#[test]
fn what_is_no_number_at_any_scale_ends_at_the_same_step() {
    #[derive(Debug)]
    struct Nothing;
    impl Loss<Tensor<1, Int>> for Nothing {
        fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
            CrossEntropy::new().per_example(output, targets) * f32::NAN
        }
    }
    let folder = shapes::folder(48);
    let [here, there] = [false, true].map(|ahead| {
        let loaders = shapes::loaders(&folder, &Device::flex());
        let mut learn = shapes::learner(loaders).with_precision(Precision::F16).with_loss(Nothing);
        learn = learn.with_steps_ahead(ahead).with_metrics([]);
        learn.lr_find_with(&RateSearch { steps: 50, ..RateSearch::default() }).map(|curve| curve.rates().len()).ok()
    });
    assert_eq!(here, there);
    assert!(here.is_some_and(|tried| (30..50).contains(&tried)), "{here:?}");
}

#[test]
fn searches_try_the_same_rates() {
    let folder = shapes::folder(48);
    for search in [
        RateSearch { steps: 30, to: 1e9, stop_when_worse: false, ..RateSearch::default() },
        RateSearch { steps: 30, to: 1e3, ..RateSearch::default() },
    ] {
        let curve = |ahead| {
            let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_steps_ahead(ahead);
            let curve = learn.lr_find_with(&search).expect("a curve");
            (curve.rates().to_vec(), curve.losses().to_vec())
        };
        assert_eq!(curve(true), curve(false));
    }
}

/// What one left behind, the other goes on from.
#[test]
fn a_run_that_is_broken_off_goes_on_either_way() {
    let (folder, bomb) = (shapes::folder(48), Bomb::default());
    let run = |kept: Option<&Path>, ahead: bool, steps: usize| {
        let mut learn = bomb::learner(folder.path(), &bomb, CrossEntropy::new()).with_steps_ahead(ahead);
        if let Some(kept) = kept {
            learn = learn.with_checkpoints(Checkpoints::in_folder(kept).every_steps(1));
        }
        let mut told = 0;
        let mut learn = learn.with_observer(move |event: &Event| {
            told += usize::from(matches!(event, Event::Step(_)));
            if told > steps { Flow::Interrupt } else { Flow::Continue }
        });
        learn.fit(2, 1e-2).map(|()| Learned::by(&learn))
    };
    let unbroken = run(None, false, usize::MAX).expect("a fit");
    for ahead in [true, false] {
        let kept = tempfile::tempdir().expect("a folder");
        let error = run(Some(kept.path()), ahead, 3).expect_err("broken off");
        assert!(matches!(error, LearnerError::Interrupted { step: 4, .. }), "{error}");
        assert_eq!(run(Some(kept.path()), !ahead, usize::MAX).expect("the rest"), unbroken);
    }
}

/// A reading that is not counted would be a wait that nobody sees.
#[test]
fn fits_read_in_one_place() {
    let fit = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fit");
    let mut files = 0;
    for entry in std::fs::read_dir(fit).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        for reads in ["into_data", "to_data", "into_scalar", "to_scalar", ".execute", "sync("] {
            assert!(!text.contains(reads), "{}: {reads}", path.display());
        }
        files += 1;
    }
    assert!(files > 10, "{files}");
}
