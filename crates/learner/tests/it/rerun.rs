//! What a program has, and what its observers hear, where a run that is done is told again or fails.

use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use firelight_learner::models::Arch;
use firelight_learner::{
    Backbone, Checkpoints, CsvLog, EarlyStopping, Event, Flow, HeadFeatures, LearnerError, Observer, RateSearch,
    vision_learner,
};
use firelight_losses::CrossEntropy;

use crate::bomb::{self, Bomb, Learned, Place};
use crate::shapes;

/// The checkpoints of a fit that is done are refused, and not passed over, where they were taken away: what a program asks of the model
/// between two fits would be of another one.
#[test]
fn a_run_whose_fits_have_lost_their_ends_is_refused() {
    let (pictures, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let run = || {
        let mut learn = shapes::learner(shapes::loaders(&pictures, &Device::flex())).with_checkpoints(place.path());
        learn.fit(1, 1e-3)?;
        learn.fit(1, 1e-3)?;
        learn.fit(3, 1e-3)
    };
    run().expect("three fits");
    let names = || {
        let entries = std::fs::read_dir(place.path()).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
        names.sort();
        names
    };
    let kept = ["02", "04", "08", "10"].map(|steps| format!("step-0000000{steps}.checkpoint"));
    assert_eq!(names(), [&["run.history".to_owned()][..], &kept[..]].concat(), "each fit's end, and the newest two");
    run().expect("the same");
    std::fs::remove_file(place.path().join(&kept[0])).expect("removed");
    let error = run().expect_err("refused").to_string();
    assert!(
        error.contains("step-000000002.checkpoint") && error.contains("the end of work number 1 of the run"),
        "{error}"
    );
}

/// An observer that fails while it is told of what is done leaves nothing behind, and the fit can be asked for again.
#[test]
fn a_retelling_that_fails_leaves_no_trace() {
    let (pictures, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let learner = |bomb: &Bomb| {
        bomb::learner(pictures.path(), bomb, CrossEntropy::new()).with_checkpoints(Checkpoints::in_folder(place.path()))
    };
    let whole = {
        let mut learn = learner(&Bomb::default());
        learn.fit(2, 1e-3).expect("a fit");
        learn.fit(1, 1e-3).expect("a fit");
        Learned::by(&learn)
    };
    for at in [Place::Start, Place::Step, Place::Epoch, Place::Notice, Place::End] {
        let bomb = Bomb::default();
        let mut learn = learner(&bomb);
        let before = Learned::by(&learn);
        bomb.set(at, 0);
        learn.fit(2, 1e-3).expect_err("a failure");
        assert_eq!(Learned::by(&learn), before, "{at:?}");
        assert_eq!(bomb.count(Place::End), 1, "{at:?}");
        learn.fit(2, 1e-3).expect("the same fit again");
        learn.fit(1, 1e-3).expect("a fit");
        assert_eq!(Learned::by(&learn), whole, "{at:?}");
    }
}

/// What an observer says at the end does not hide why the fit failed.
#[test]
fn the_reason_of_a_failure_comes_before_what_is_said_at_its_end() {
    let (pictures, bomb) = (shapes::folder(24), Bomb::default());
    let mut learn = bomb::learner(pictures.path(), &bomb, CrossEntropy::new());
    bomb.set(Place::End, 0);
    let error = learn.fit(1, 1e39).expect_err("it diverges");
    assert!(matches!(error, LearnerError::Diverged { .. }) && !bomb.is_set(), "{error}");
}

/// A fit that diverged between checkpoints does not take along those that it began with.
#[test]
fn a_run_with_a_fit_that_diverged_goes_on_from_anywhere() {
    let pictures = shapes::folder(24);
    let run = |place: &std::path::Path, bomb: &Bomb| {
        let checkpoints = Checkpoints::in_folder(place).every_steps(1);
        let mut learn = bomb::learner(pictures.path(), bomb, CrossEntropy::new()).with_checkpoints(checkpoints);
        let error = learn.fit(3, 1e20).err();
        if !matches!(error, Some(LearnerError::Diverged { .. })) {
            return Err(error.expect("no model survives such a rate"));
        }
        learn.fit(1, 1e-3)?;
        Ok(Learned::by(&learn))
    };
    let bomb = Bomb::default();
    let expected = run(tempfile::tempdir().expect("a folder").path(), &bomb).expect("a run");
    for after in 0..bomb.count(Place::Loss) {
        let place = tempfile::tempdir().expect("a folder");
        bomb.set(Place::Loss, after);
        assert!(run(place.path(), &bomb).is_err(), "stopped after {after}");
        bomb.clear();
        assert_eq!(run(place.path(), &bomb).expect("the rest"), expected, "after {after}");
    }
}

/// A fit that was stopped early is written down twice, and what fails after it takes neither away.
#[test]
fn a_fit_that_was_stopped_early_is_not_forgotten_after_a_failure() {
    let (pictures, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let run = |bomb: &Bomb| {
        let mut learn = bomb::learner(pictures.path(), bomb, CrossEntropy::new())
            .with_checkpoints(Checkpoints::in_folder(place.path()).keeping(1))
            .with_observer(EarlyStopping::new("confidence").with_patience(1).with_min_delta(0.9));
        learn.fit(5, 1e-3)?;
        assert_eq!(learn.history().epochs.len(), 2);
        let failed = learn.fit(1, 1e-3).is_err();
        if failed {
            learn.fit(1, 1e-3)?;
        }
        Ok::<_, LearnerError>((Learned::by(&learn), failed))
    };
    let bomb = Bomb::default();
    bomb.set(Place::Loss, 9);
    let (learned, failed) = run(&bomb).expect("a run");
    assert!(failed, "in the second fit");
    bomb.clear();
    assert_eq!(run(&bomb).expect("the same run"), (learned, false));
}

/// A newest checkpoint that is damaged does not cost the one before it.
#[test]
fn a_damaged_checkpoint_takes_no_good_one_along() {
    let (pictures, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let run = |bomb: &Bomb| {
        let mut learn = bomb::learner(pictures.path(), bomb, CrossEntropy::new())
            .with_checkpoints(Checkpoints::in_folder(place.path()).keeping(1));
        learn.fit(1, 1e-3)?;
        learn.fit(2, 1e-3)?;
        Ok::<_, LearnerError>(Learned::by(&learn))
    };
    let bomb = Bomb::default();
    let whole = run(&bomb).expect("a run");
    let newest = place.path().join("step-000000009.checkpoint");
    let mut bytes = std::fs::read(&newest).expect("bytes");
    *bytes.last_mut().expect("a byte") ^= 1;
    std::fs::write(&newest, bytes).expect("damaged");
    bomb.set(Place::Loss, 0);
    run(&bomb).expect_err("stopped before the next checkpoint");
    bomb.clear();
    assert_eq!(run(&bomb).expect("the rest"), whole);
    assert_eq!(run(&bomb).expect("told again"), whole);
}

/// A run is of the weights that it began with, and of all that was trained before it.
#[test]
fn a_run_from_other_weights_is_refused() {
    let (pictures, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let learner = |seed| {
        let backbone = Backbone::from(Arch::Small).with_seed(seed);
        let loaders = shapes::loaders(&pictures, &Device::flex());
        vision_learner(loaders, backbone).expect("a learner").without_observers()
    };
    learner(1).with_checkpoints(place.path()).fit(1, 1e-3).expect("a fit");
    learner(1).with_checkpoints(place.path()).fit(1, 1e-3).expect("the same");
    let error = learner(2).with_checkpoints(place.path()).fit(1, 1e-3).expect_err("refused").to_string();
    assert!(error.contains(" belongs to another run: its weights is "), "{error}");
}

/// A line that was cut short by a full disk stays one of its own.
#[test]
fn a_table_that_ends_in_half_a_line_goes_on_in_the_next() {
    let (pictures, place) = (shapes::folder(12), tempfile::tempdir().expect("a folder"));
    let table = place.path().join("table.csv");
    std::fs::write(&table, "epoch,train_loss,valid_loss,accuracy,seconds\n0,0.5,0.").expect("a table");
    let log = CsvLog::append(&table).expect("a table");
    shapes::learner(shapes::loaders(&pictures, &Device::flex())).with_observer(log).fit(1, 1e-3).expect("a fit");
    let text = std::fs::read_to_string(&table).expect("a table");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[1]), (3, "0,0.5,0."), "{text}");
    assert!(lines[2].starts_with("0,") && lines[2].split(',').count() == 5, "{text}");
}

#[test]
fn a_stop_at_the_start_ends_a_fit_before_its_first_step() {
    struct AtStart(Arc<Mutex<Vec<String>>>);
    impl Observer for AtStart {
        fn observe(&mut self, event: &Event) -> Flow {
            match event {
                Event::Start { .. } => return Flow::Stop,
                Event::Notice(text) => self.0.lock().expect("notices").push((*text).to_owned()),
                _ => {}
            }
            Flow::Continue
        }

        fn reason(&self) -> Option<String> {
            Some("not today".into())
        }
    }
    let (pictures, notices) = (shapes::folder(12), Arc::default());
    let loaders = shapes::loaders(&pictures, &Device::flex());
    let mut learn = shapes::learner(loaders).with_observer(AtStart(Arc::clone(&notices)));
    learn.fit(3, 1e-3).expect("no error");
    assert!(learn.history().steps.is_empty() && learn.history().epochs.is_empty());
    assert_eq!(*notices.lock().expect("notices"), ["stopped: not today"]);
}

/// The rows of another run that went on in the same table stay.
#[test]
fn a_table_that_two_runs_share_loses_no_row() {
    let (pictures, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let table = place.path().join("table.csv");
    let run = |name: &str, epochs: usize, stop: bool| {
        let mut learn = shapes::learner(shapes::loaders(&pictures, &Device::flex()))
            .with_checkpoints(place.path().join(name))
            .with_observer(CsvLog::append(&table).expect("a table"))
            .with_observer(move |event: &Event| match event {
                Event::Epoch(row) if stop && row.epoch == 1 => panic!("the power is gone"),
                _ => Flow::Continue,
            });
        learn.fit(epochs, 1e-3).is_ok()
    };
    assert!(!run("one", 4, true) && run("other", 3, false) && run("one", 4, false));
    let text = std::fs::read_to_string(&table).expect("a table");
    let epochs: Vec<&str> = text.lines().filter_map(|line| line.split(',').next()).collect();
    assert_eq!(epochs, ["epoch", "0", "1", "2", "0", "1", "2", "3"], "{text}");
}

/// Features are of the pictures as the loaders transform them, and carry the labels that they had.
#[test]
fn features_of_other_labels_or_transforms_are_refused() {
    let pictures = shapes::folder(24);
    let features: HeadFeatures<_> =
        shapes::learner(shapes::loaders(&pictures, &Device::flex())).head_features(0).expect("features");
    let mut same = shapes::learner(shapes::loaders(&pictures, &Device::flex()));
    same.fit_head_on(&features, 1, 1e-3).expect("a fit");
    let mut other = shapes::learner(shapes::augmented(pictures.path(), &Device::flex()));
    let error = other.fit_head_on(&features, 1, 1e-3).expect_err("refused").to_string();
    assert!(error.contains("other items, targets or transforms"), "{error}");
}

/// A search has the norms to think of that a fit has.
#[test]
fn a_search_refuses_a_batch_that_norms_cannot_take() {
    let pictures = shapes::folder(24);
    let loaders = shapes::loaders(&pictures, &Device::flex()).with_batch_size(17).with_drop_last(false);
    let mut learn = shapes::learner(loaders);
    let error = learn.lr_find_with(&RateSearch::default()).expect_err("a batch of 1").to_string();
    assert!(error.contains("a training batch of 1"), "{error}");
}
