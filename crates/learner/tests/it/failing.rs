//! A fit that fails, wherever it fails, leaves the learner as it was.

use burn::tensor::Device;
use firelight_learner::{Checkpoints, KeepBest, LearnerError, Precision, RateSearch};
use firelight_losses::CrossEntropy;
use firelight_transforms::MixUp;
use tempfile::TempDir;

use crate::bomb::{self, Bomb, BombedLearner, Learned, Place};
use crate::shapes;

const PLACES: [Place; 12] = [
    Place::File,
    Place::Input,
    Place::Loss,
    Place::NotANumber,
    Place::Batch,
    Place::Value,
    Place::Update,
    Place::Start,
    Place::Step,
    Place::Epoch,
    Place::Notice,
    Place::End,
];

type Setup = fn(BombedLearner) -> BombedLearner;
type Fit = fn(&mut BombedLearner) -> Result<(), LearnerError>;

/// A learner that has learned something already.
fn begun(pictures: &TempDir, bomb: &Bomb, set_up: Setup) -> BombedLearner {
    let mut learn = set_up(bomb::learner(pictures.path(), bomb, CrossEntropy::new()));
    learn.fit(1, 1e-3).expect("a first fit");
    learn
}

/// Makes `fit` fail at every place, early, in the middle and late, and looks at what is left: nothing has changed, and the fit that is
/// tried again ends as if it had never failed.
fn fails_everywhere(set_up: Setup, fit: Fit) {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let mut whole = begun(&pictures, &bomb, set_up);
    let before = Learned::by(&whole);
    bomb.clear();
    fit(&mut whole).expect("a fit that does not fail");
    let after = Learned::by(&whole);
    assert_ne!(before, after);
    for place in PLACES {
        let count = bomb.count(place);
        let mut times = vec![0, count / 2, count.saturating_sub(1)];
        times.dedup();
        for after_so_many in times.into_iter().filter(|&time| time < count) {
            let bomb = Bomb::default();
            let mut learn = begun(&pictures, &bomb, set_up);
            bomb.set(place, after_so_many);
            let error = fit(&mut learn).expect_err("a failure");
            assert!(!bomb.is_set());
            assert_eq!(Learned::by(&learn), before, "after {error}");
            // B33.
            assert_eq!(bomb.count(Place::Start), bomb.count(Place::End), "what is told of has an end");
            fit(&mut learn).expect("the fit again");
            assert_eq!(Learned::by(&learn), after, "again after {error}");
        }
    }
}

#[test]
fn a_fit_on_pictures_fails_anywhere_without_a_trace() {
    fails_everywhere(|learn| learn, |learn| learn.fit_one_cycle(2, 1e-2));
}

#[test]
fn a_fit_whose_steps_go_ahead_fails_anywhere_without_a_trace() {
    fails_everywhere(|learn| learn.with_steps_ahead(true), |learn| learn.fit_one_cycle(2, 1e-2));
}

#[test]
fn a_fit_with_everything_fails_anywhere_without_a_trace() {
    let set_up = |learn: BombedLearner| {
        learn
            .with_mix(MixUp::default())
            .with_accumulation(2)
            .with_gradient_clip(1.0)
            .with_best(KeepBest::new("accuracy"))
    };
    fails_everywhere(set_up, |learn| learn.fit_one_cycle(2, 1e-2));
}

#[test]
fn a_head_on_features_fails_anywhere_without_a_trace() {
    fails_everywhere(|learn| learn, |learn| learn.fit_head(2, 1e-2, 1));
}

#[test]
fn a_fit_on_two_devices_fails_anywhere_without_a_trace() {
    fails_everywhere(
        |learn| learn.with_devices([Device::flex(), Device::flex()]),
        |learn| learn.fit_one_cycle(2, 1e-2),
    );
}

#[test]
fn a_search_fails_anywhere_without_a_trace() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let mut learn = begun(&pictures, &bomb, |learn| learn);
    let before = Learned::by(&learn);
    bomb.clear();
    let curve = learn.lr_find().expect("a curve");
    for place in [Place::File, Place::Input, Place::Loss, Place::Update] {
        let count = bomb.count(place);
        for after in [0, count - 1] {
            let bomb = Bomb::default();
            let mut learn = begun(&pictures, &bomb, |learn| learn);
            bomb.set(place, after);
            let error = learn.lr_find().expect_err("a failure");
            assert_eq!(Learned::by(&learn), before, "after {error}");
            assert_eq!(learn.lr_find().expect("a curve").losses(), curve.losses(), "again after {error}");
        }
    }
}

/// A folder that cannot be written to: a file stands in its place, on the way.
#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_learner_as_it_was() {
    let (pictures, bomb, kept) = (shapes::folder(24), Bomb::default(), tempfile::tempdir().expect("a folder"));
    let mut plain = begun(&pictures, &bomb, |learn| learn);
    plain.fit(1, 1e-3).expect("a second fit");

    let mut learn = bomb::learner(pictures.path(), &bomb, CrossEntropy::new());
    let folder = kept.path().join("checkpoints");
    learn = learn.with_checkpoints(Checkpoints::in_folder(&folder).every_steps(2));
    learn.fit(1, 1e-3).expect("a first fit");
    let before = Learned::by(&learn);
    std::fs::rename(&folder, kept.path().join("away")).expect("moved");
    std::fs::write(&folder, "a file").expect("a file");
    let error = learn.fit(1, 1e-3).expect_err("a failure");
    assert!(error.to_string().contains("checkpoints"), "{error}");
    assert_eq!(Learned::by(&learn), before);
    std::fs::remove_file(&folder).expect("removed");
    learn.fit(1, 1e-3).expect("the fit again");
    assert_eq!(Learned::by(&learn), Learned::by(&plain));
}

/// B3, F14: what a fit that came apart leaves can train on, also where its epoch has one batch and the last step did the damage.
#[test]
fn a_fit_that_diverges_leaves_the_learner_as_it_was() {
    let pictures = shapes::folder(24);
    for (batch, rate) in [(6, 1e18), (18, 1e18), (18, 1e6), (6, 1e20)] {
        let learner = || {
            let mut learn = shapes::learner(shapes::loaders(&pictures, &Device::flex()).with_batch_size(batch));
            learn.fit(1, 1e-3).expect("a fit");
            learn
        };
        let mut never = learner();
        let mut learn = learner();
        let before = Learned::by(&learn);
        let error = learn.fit(3, rate).expect_err("diverged");
        assert!(matches!(error, LearnerError::Diverged { .. }), "{error}");
        assert!(error.to_string().contains("use a lower learning rate"), "{error}");
        assert_eq!(Learned::by(&learn), before);
        let search = RateSearch { stop_when_worse: false, ..RateSearch::default() };
        let curve = |learn: &mut shapes::ShapeLearner| learn.lr_find_with(&search).expect("a curve").losses().to_vec();
        let found = curve(&mut learn);
        assert!(found.len() > 50 && found == curve(&mut never), "{found:?}");
        never.fit(2, 1e-3).expect("a fit");
        learn.fit(2, 1e-3).expect("a fit after one that diverged");
        assert_eq!(Learned::by(&learn), Learned::by(&never));
    }
}

/// F4: a last step that destroys the weights is found out, if not before then in validation.
#[test]
fn no_rate_ends_a_fit_with_weights_that_are_no_numbers() {
    let pictures = shapes::folder(24);
    for power in 1..=20 {
        for batch in [6, 18] {
            let mut learn = shapes::learner(shapes::loaders(&pictures, &Device::flex()).with_batch_size(batch));
            let done = learn.fit(1, 10_f64.powi(power));
            let evaluation = learn.evaluate().expect("an evaluation");
            assert!(evaluation.loss.is_finite(), "{done:?} at 1e{power}: {evaluation:?}");
            assert!(learn.predictions().is_ok());
        }
    }
}

/// B44: a loss that is too large for half precision is left out and scaled down, as gradients are.
#[test]
fn an_overflow_in_the_forward_pass_of_half_precision_is_passed_over() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let mut learn = bomb::learner(pictures.path(), &bomb, CrossEntropy::new()).with_precision(Precision::F16);
    bomb.set(Place::NotANumber, 1);
    learn.fit(1, 1e-3).expect("a fit");
    let steps = &learn.history().steps;
    assert_eq!(steps.len(), 3);
    assert!(!steps[1].loss.is_finite() && steps[2].loss.is_finite() && steps[2].smooth_loss.is_finite());
    assert!(learn.history().epochs[0].train_loss.is_finite());
}
