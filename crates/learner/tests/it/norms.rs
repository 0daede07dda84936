//! What batch norms do in bodies that are frozen, thawed, and given too little.

use burn::module::Module;
use burn::tensor::{Device, Tensor, Tolerance};
use firelight_learner::models::{Arch, Model};
use firelight_learner::{Backbone, LearnerError, Norms, vision_learner};
use firelight_losses::CrossEntropy;

use crate::shapes::{self, ShapeLearner};
use crate::training::{bits, moved};

/// Which of the body's weights and statistics a fit of everything moves.
fn moving(learn: ShapeLearner) -> Vec<String> {
    let mut learn = learn;
    learn.unfreeze().expect("thawed");
    let before = bits(learn.model());
    learn.fit_one_cycle(1, 1e-2).expect("a fit");
    moved(&before, &bits(learn.model()))
}

fn any(paths: &[String], start: &str, end: &str) -> bool {
    paths.iter().any(|path| path.starts_with(start) && path.ends_with(end))
}

/// U4: with kept norms scales and shifts train and statistics stay, those of the head move.
#[test]
fn kept_norms_have_the_statistics_that_the_body_came_with() {
    let folder = shapes::folder(24);
    let learner = || shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let kept = moving(learner().with_norms(Norms::Kept));
    assert!(any(&kept, "body.", ".gamma") && any(&kept, "body.", ".beta"), "{kept:?}");
    assert!(!any(&kept, "body.", ".running_mean") && !any(&kept, "body.", ".running_var"), "{kept:?}");
    assert!(any(&kept, "head.", ".running_mean"), "{kept:?}");
    for trained in [moving(learner()), moving(learner().with_norms(Norms::Kept).with_norms(Norms::Trained))] {
        assert!(any(&trained, "body.", ".running_mean") && any(&trained, "body.", ".running_var"), "{trained:?}");
    }
}

/// With kept norms the body does in a step what it does in evaluation, though it is tracked.
#[test]
fn a_body_with_kept_norms_gives_the_features_of_evaluation() {
    let folder = shapes::folder(24);
    let loaders = shapes::loaders(&folder, &Device::flex());
    let mut learn = shapes::learner(loaders);
    learn.fit(2, 1e-3).expect("statistics that differ from a batch's");
    let features = |learn: &ShapeLearner| {
        let inputs = learn.data().one_batch().expect("a batch").inputs;
        let in_a_step = learn.model().features(Tensor::from_inner(inputs.clone()));
        assert!(in_a_step.is_tracked());
        [in_a_step.inner(), learn.model().valid().features(inputs)].map(|features| features.into_data())
    };
    let [in_a_step, evaluated] = features(&learn);
    assert_ne!(in_a_step, evaluated, "trained norms have the batch's statistics");
    let [in_a_step, evaluated] = features(&learn.with_norms(Norms::Kept));
    in_a_step.assert_approx_eq::<f32>(&evaluated, Tolerance::absolute(1e-5));
}

/// B41, F10: a norm that sees one value a channel has nothing to normalise by.
#[test]
fn batches_that_are_too_small_for_norms_are_refused_by_name() {
    let folder = shapes::folder(24); // 18 of them train
    let said = |batch: usize, drop_last: bool| {
        let loaders = shapes::loaders(&folder, &Device::flex()).with_batch_size(batch).with_drop_last(drop_last);
        let mut learn = shapes::learner(loaders);
        let said = learn.fit(1, 1e-3).map_err(|error| error.to_string());
        // A head on features leaves a smaller last batch out.
        let head = learn.fit_head(1, 1e-3, 0).map_err(|error| error.to_string());
        assert_eq!(head.is_ok(), batch > 1, "{head:?}");
        said
    };
    let of_one = said(1, true).expect_err("refused");
    assert!(
        of_one.starts_with("batch size: a training batch of 1 makes no sense; norms need two pictures"),
        "{of_one}"
    );
    assert!(said(17, false).expect_err("refused").contains("a training batch of 1"));
    assert_eq!(said(17, true), Ok(()));
    assert_eq!(said(2, true), Ok(()));
    let loaders = shapes::loaders(&folder, &Device::flex()).with_batch_size(0);
    let none = vision_learner(loaders, Backbone::from(Arch::Small)).expect_err("refused").to_string();
    assert_eq!(none, "loader: batch size = 0 makes no sense; give at least 1");
}

/// F29: an explicit wish for no normalisation is one.
#[test]
fn normalisation_is_the_weights_own_unless_any_was_set() {
    use firelight_transforms::Normalize;
    let folder = shapes::folder(12);
    let loaders = || shapes::loaders(&folder, &Device::flex());
    let of = |loaders| shapes::learner(loaders).data().transforms().normalize();
    assert_eq!(of(loaders().with_normalize(Normalize::none())), Normalize::none());
    assert_ne!(of(loaders()), Normalize::none());
    let zero = vision_learner(loaders(), Backbone::from(Arch::Small).with_dropout(1.0)).expect_err("refused");
    assert!(matches!(zero, LearnerError::Setting { setting: "dropout", .. }), "{zero}");
}

/// U2: a learner may be made of another learner's model, and shares nothing with it.
#[test]
fn a_model_can_be_taken_from_another_learner() {
    let folder = shapes::folder(24);
    let mut first = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    for fit in [false, true] {
        if fit {
            first.fit(1, 1e-3).expect("a fit");
        }
        let loaders = shapes::loaders(&folder, &Device::flex());
        let mut second = firelight_learner::Learner::new(loaders, first.model().clone(), CrossEntropy::new());
        let before = bits(first.model());
        assert_eq!(bits(second.model()), before);
        second = second.without_observers();
        second.fit(1, 1e-2).expect("a fit");
        assert_eq!(bits(first.model()), before);
        assert_ne!(bits(second.model()), before);
    }
}
