//! Runs that are asked to end: a checkpoint is written where they are, and they go on from it as unbroken ones do.

use std::path::Path;

use firelight_learner::{Checkpoints, Event, Flow, LearnerError, Observer};
use firelight_losses::CrossEntropy;

use crate::bomb::{self, Bomb, BombedLearner, Learned};
use crate::shapes;
use crate::stopping::recipe;

/// Asks for the end from the event on that is told after so many.
fn after(events: usize) -> impl Observer {
    let mut told = 0;
    move |_: &Event| {
        told += 1;
        if told > events { Flow::Interrupt } else { Flow::Continue }
    }
}

fn learner(pictures: &Path, bomb: &Bomb) -> BombedLearner {
    bomb::learner(pictures, bomb, CrossEntropy::new())
}

/// A4: without `every_steps`, checkpoints are written at the end of epochs alone.
#[test]
fn a_run_that_is_asked_to_end_keeps_where_it_is() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let unbroken = recipe(learner(pictures.path(), &bomb), &bomb).expect("an unbroken run");
    let mut broken_off = 0;
    // An epoch has four events, so that all of them come in turn.
    for events in (0..).step_by(3) {
        let kept = tempfile::tempdir().expect("a folder");
        let checkpoints = || Checkpoints::in_folder(kept.path());
        let learn = learner(pictures.path(), &bomb).with_checkpoints(checkpoints()).with_observer(after(events));
        let error = match recipe(learn, &bomb) {
            Err(error) => error,
            Ok(learned) => {
                assert_eq!(learned, unbroken, "it was asked at its very end");
                break;
            }
        };
        let LearnerError::Interrupted { step, checkpoint: Some(path) } = &error else { panic!("{error}") };
        assert!(path.is_file(), "{error}");
        assert_eq!(
            error.to_string(),
            format!(
                "training: broken off after step {step}; run the same program again to go on from {}",
                path.display()
            )
        );
        broken_off += 1;
        let learned = recipe(learner(pictures.path(), &bomb).with_checkpoints(checkpoints()), &bomb).expect("the rest");
        assert_eq!(learned, unbroken, "asked to end after {events} events");
    }
    assert!(broken_off > 7, "{broken_off}");
}

/// Of accumulated batches the update comes first.
#[test]
fn no_update_is_broken_off_half_way() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let fit = |learn: BombedLearner| -> Result<Learned, LearnerError> {
        let mut learn = learn.with_accumulation(2);
        learn.fit(2, 1e-3)?;
        Ok(Learned::by(&learn))
    };
    let unbroken = fit(learner(pictures.path(), &bomb)).expect("an unbroken run");
    let kept = tempfile::tempdir().expect("a folder");
    let learn = learner(pictures.path(), &bomb).with_checkpoints(kept.path()).with_observer(after(1));
    let error = fit(learn).expect_err("asked to end");
    assert!(matches!(error, LearnerError::Interrupted { step: 2, .. }), "{error}");
    assert_eq!(fit(learner(pictures.path(), &bomb).with_checkpoints(kept.path())).expect("the rest"), unbroken);
}

#[test]
fn without_checkpoints_a_fit_that_is_broken_off_leaves_the_learner_as_it_was() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let mut learn = learner(pictures.path(), &bomb).with_observer(after(2));
    let before = Learned::by(&learn);
    let error = learn.fit(1, 1e-3).expect_err("asked to end");
    assert!(matches!(error, LearnerError::Interrupted { step: 2, checkpoint: None }), "{error}");
    assert_eq!(Learned::by(&learn), before);
    assert!(
        error
            .to_string()
            .ends_with("nothing of the fit is kept, which takes a folder for checkpoints (`with_checkpoints`)")
    );
}

/// A3: two runs in one folder wrote over each other's history.
#[test]
fn a_folder_of_checkpoints_is_one_runs_at_a_time() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let kept = tempfile::tempdir().expect("a folder");
    let (folder, of_pictures) = (kept.path().to_owned(), pictures.path().to_owned());
    let mut said = None;
    let (send, receive) = std::sync::mpsc::channel();
    let other = move |event: &Event| {
        if let (Event::Step(_), None) = (event, &said) {
            let bomb = Bomb::default();
            let mut other = bomb::learner(&of_pictures, &bomb, CrossEntropy::new()).with_checkpoints(folder.as_path());
            let refused = other.fit(1, 1e-3);
            said = Some(());
            send.send((other, refused)).expect("somebody listens");
        }
        Flow::Continue
    };
    let mut learn = learner(pictures.path(), &bomb).with_checkpoints(kept.path()).with_observer(other);
    learn.fit(1, 1e-3).expect("the first");
    let (mut refused, error) = receive.recv().expect("told");
    let error = error.expect_err("the folder is taken");
    assert!(matches!(&error, LearnerError::TakenFolder { path } if path == kept.path()), "{error}");
    let unbroken = Learned::by(&learn);
    let mut again = learner(pictures.path(), &bomb).with_checkpoints(kept.path());
    again.fit(1, 1e-3).expect("told again");
    assert_eq!(Learned::by(&again), unbroken);
    // It was not to be told what it has done already.
    refused.fit(1, 1e-3).expect("the folder is free");
    assert_eq!(Learned::by(&refused), unbroken);
}

/// A7: what cannot be written is known before the first step.
#[test]
fn a_place_without_room_for_checkpoints_is_refused_before_the_first_step() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let place = tempfile::tempdir().expect("a folder");
    std::fs::write(place.path().join("file"), "mine").expect("a file");
    std::fs::create_dir(place.path().join("step-000000000.checkpoint")).expect("a folder");
    for folder in [place.path().join("file"), place.path().join("file/below"), place.path().to_owned()] {
        bomb.clear();
        let error =
            learner(pictures.path(), &bomb).with_checkpoints(folder.as_path()).fit(1, 1e-3).expect_err("no room");
        assert!(!matches!(error, LearnerError::Checkpoint { .. }), "{error}");
        assert_eq!(bomb.count(bomb::Place::Loss), 0, "{error}");
    }
}
