//! Runs that are broken off and go on, each in a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use firelight_learner::models::Arch;
use firelight_learner::{Backbone, Checkpoints, Event, Flow, KeepBest, LearnerError, vision_learner};
use firelight_losses::CrossEntropy;
use firelight_transforms::Chance;
use tempfile::TempDir;

use crate::shapes::{self, ShapeLearner};

/// Says to the run below where to work.
const PLACE: &str = "FIRELIGHT_RESUMING_PLACE";
/// Says after how many steps it ends the process.
const STOP: &str = "FIRELIGHT_RESUMING_STOP";
/// How many times a run is killed; the hundred by `FIRELIGHT_KILLS=100`.
const KILLS: &str = "FIRELIGHT_KILLS";

/// A head on fixed features and then the whole network, with augmentation, dropout, momentum that moves and batch norms.
#[test]
#[ignore = "the others of this file start it, in a process of its own"]
fn a_run_that_may_be_killed() {
    let Some(place) = std::env::var_os(PLACE).map(PathBuf::from) else { return };
    let stop: Option<usize> = std::env::var(STOP).ok().and_then(|steps| steps.parse().ok());
    let mut steps = 0;
    let mut learn = shapes::learner(shapes::augmented(&place.join("pictures"), &Device::flex()))
        .with_checkpoints(Checkpoints::in_folder(place.join("checkpoints")).every_steps(1))
        .with_observer(move |event: &Event| {
            steps += usize::from(matches!(event, Event::Step(_)));
            if Some(steps) == stop {
                std::process::exit(7);
            }
            Flow::Continue
        });
    let run = |learn: &mut ShapeLearner| {
        learn.fit_head(2, 1e-2, 1)?;
        learn.unfreeze()?;
        learn.fit_one_cycle(2, 1e-3..1e-2)
    };
    if let Err(error) = run(&mut learn) {
        eprintln!("failed: {error}");
        std::process::exit(8);
    }
    learn.save(place.join("weights")).expect("the weights are written");
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pictures = shapes::folder(24);
        std::fs::rename(pictures.keep(), folder.path().join("pictures")).expect("a folder of pictures");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, shell: &str) -> Command {
        let program = std::env::current_exe().expect("this program");
        let mut command = if shell.is_empty() {
            Command::new(program)
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\"")]).arg(program);
            command
        };
        command.args(["resuming::a_run_that_may_be_killed", "--exact", "--ignored", "--nocapture"]);
        command.env(PLACE, self.path()).env_remove(STOP).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn start(&self) -> Child {
        self.command("").spawn().expect("a process")
    }

    /// Runs to the end and gives a digest of the final weights and the optimizer's state.
    fn finish(&self) -> String {
        let Output { status, stderr, .. } = self.command("").output().expect("a process");
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        let weights = std::fs::read(self.path().join("weights")).expect("weights");
        shapes::digest(&weights)
    }

    fn checkpoints(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path().join("checkpoints")).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_run_that_is_killed_at_any_moment_ends_with_the_weights_of_an_unbroken_one() {
    let kills: u64 = std::env::var(KILLS).ok().and_then(|kills| kills.parse().ok()).unwrap_or(4);
    let unbroken = Place::new();
    let start = Instant::now();
    let expected = unbroken.finish();
    let length = start.elapsed();
    assert_eq!(unbroken.checkpoints().len(), 2, "the newest two stay");
    assert_eq!(unbroken.finish(), expected, "a run that is over trains no further");

    let mut chance = Chance::new(9, 9, kills);
    let (mut kept, mut over) = (0, 0);
    for kill in 0..kills {
        let place = Place::new();
        let mut child = place.start();
        std::thread::sleep(Duration::from_secs_f64(length.as_secs_f64() * f64::from(chance.range(0.1, 1.0))));
        over += u64::from(child.try_wait().expect("a process").is_some());
        child.kill().expect("killed");
        child.wait().expect("gone");
        kept += usize::from(place.path().join("checkpoints").exists());
        assert_eq!(place.finish(), expected, "after kill {kill}");
    }
    eprintln!(
        "{kills} kills, {kept} of them after a first checkpoint, {over} after the end: {kills} equal final weights"
    );
}

#[test]
fn a_full_disk_is_an_error_and_the_last_good_checkpoint_stays() {
    let place = Place::new();
    let status = place.command("").env(STOP, "5").status().expect("a process");
    assert_eq!(status.code(), Some(7));
    let before = place.checkpoints();
    assert_eq!(before, ["step-000000003.checkpoint", "step-000000004.checkpoint"]);

    // No file may become larger than half a megabyte: what a write meets on a full disk.
    let output = place.command("trap '' XFSZ; ulimit -f 1000").output().expect("a process");
    assert_eq!(output.status.code(), Some(8));
    let said = String::from_utf8_lossy(&output.stderr).replace(&format!("{}/", place.path().display()), "");
    assert_eq!(
        said,
        "failed: checkpoint: cannot write checkpoints/step-000000005.checkpoint: File too large (os error 27); the last good one \
         is checkpoints/step-000000004.checkpoint; make room and run the program again to go on from there\n"
    );
    assert_eq!(place.checkpoints(), before);
    assert_eq!(place.finish(), Place::new().finish());
}

/// A learner in this process, without dropout, whose numbers come from the device's one stream that other tests draw from too.
fn learner(folder: &TempDir, checkpoints: &Path) -> ShapeLearner {
    let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
    let learn = vision_learner(shapes::loaders(folder, &Device::flex()), backbone).expect("a learner");
    learn.without_observers().with_checkpoints(checkpoints)
}

#[test]
fn observers_of_a_resumed_run_hear_all_that_happened() {
    let (folder, checkpoints) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let run = || {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        let observer = move |event: &Event| {
            log.lock().expect("a log").push(format!("{event:?}"));
            Flow::Continue
        };
        let mut learn = learner(&folder, checkpoints.path()).with_observer(observer);
        learn.fine_tune(2, 1e-2).expect("a fit");
        let (history, predictions) = (learn.history().clone(), learn.predictions().expect("predictions"));
        drop(learn);
        (Arc::into_inner(heard).expect("one owner").into_inner().expect("a log"), history, predictions)
    };
    let first = run();
    assert!(first.0.len() > 10);
    assert_eq!(first, run());
}

#[test]
fn checkpoints_of_another_run_are_refused() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    learner(&folder, place.path()).fit_one_cycle(2, 1e-2).expect("a fit");
    let refusal = |learn: ShapeLearner| {
        let mut learn = learn;
        let error = learn.fit_one_cycle(2, 1e-2).expect_err("refused");
        assert!(matches!(error, LearnerError::OtherRun { .. }), "{error}");
        let text = error.to_string();
        let start =
            format!("checkpoint: {}/step-000000004.checkpoint belongs to another run: its ", place.path().display());
        let end = "; choose another folder for the checkpoints, or remove that one to start anew";
        text.strip_prefix(&start).and_then(|text| text.strip_suffix(end)).unwrap_or(&text).to_string()
    };
    let loaders = || shapes::loaders(&folder, &Device::flex());
    let small = |loaders| {
        let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
        vision_learner(loaders, backbone).expect("a learner").without_observers().with_checkpoints(place.path())
    };
    let resnet = vision_learner(loaders(), Backbone::from(Arch::ResNet18)).expect("a learner").without_observers();
    assert_eq!(refusal(resnet.with_checkpoints(place.path())), "architecture is small, here it is resnet18");
    assert_eq!(refusal(small(loaders().with_batch_size(4))), "batch size is 8, here it is 4");
    assert_eq!(refusal(small(loaders()).with_seed(7)), "seed is 42, here it is 7");
    let said = refusal(small(loaders().with_seed(7)));
    assert!(said.starts_with("order of the pictures is 18 of 18 ("), "{said}");
    let mut focal = small(loaders()).with_loss(firelight_losses::Focal::new(2.0).expect("a loss"));
    let error = focal.fit_one_cycle(2, 1e-2).expect_err("another loss").to_string();
    assert!(error.contains("its loss is CrossEntropy (") && error.contains("), here it is Focal ("), "{error}");
    let smooth = CrossEntropy::new().with_label_smoothing(0.1).expect("a loss");
    let said = refusal(small(loaders()).with_loss(smooth));
    assert!(said.starts_with("loss is CrossEntropy (") && said.contains("), here it is CrossEntropy ("), "{said}");
    assert_eq!(
        refusal(small(loaders()).with_gradient_clip(0.5)),
        "steps is no clipping, 1 batches an update, no mixing, norms of frozen groups frozen, F32 precision, here it is \
         0.5 clipping, 1 batches an update, no mixing, norms of frozen groups frozen, F32 precision"
    );
    let more = shapes::folder(28);
    let said = refusal(small(shapes::loaders(&more, &Device::flex())));
    assert!(said.starts_with("training items is 18 (") && said.contains("), here it is 21 ("), "{said}");
    let other = shapes::renamed(&folder, "bars", "stripes");
    assert_eq!(
        refusal(small(shapes::loaders(&other, &Device::flex()))),
        "classes is 3 (it is for 3 classes and the data have 3; only in the file: \"bars\"; only in the data: \"stripes\"), here \
         it is 3"
    );
    let error = learner(&folder, place.path()).fit_one_cycle(3, 1e-2).expect_err("another schedule").to_string();
    assert!(error.contains("its schedule is fit 1: 2 epochs of 2 steps"), "{error}");
    assert!(error.contains(", here it is fit 1: 3 epochs of 2 steps"), "{error}");
}

#[test]
fn the_best_model_is_in_the_checkpoints() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    // The rate is so high that the last epochs are not the best ones.
    let run = || {
        let mut learn = learner(&folder, place.path())
            .with_checkpoints(Checkpoints::in_folder(place.path()).keeping(9))
            .with_best(KeepBest::new("valid_loss"));
        learn.freeze().expect("frozen");
        learn.fit(6, 0.3).expect("a fit");
        let row = learn.best().expect("a best model").row.clone();
        (learn.predictions().expect("predictions"), row)
    };
    let unbroken = run();
    assert!(unbroken.1.epoch < 4, "the last epoch is the best, which tests nothing");
    // As if it had been killed after the last epoch, and after the one behind the best.
    assert_eq!(run().0, unbroken.0);
    for steps in 2 * (unbroken.1.epoch + 2) + 1..=12 {
        let _ = std::fs::remove_file(place.path().join(format!("step-{steps:09}.checkpoint")));
    }
    let (predictions, row) = run();
    assert_eq!((predictions, row.epoch), (unbroken.0, unbroken.1.epoch));
}

#[test]
fn a_damaged_checkpoint_is_passed_over_for_the_one_before_and_refused_where_there_is_none() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let mut learn = learner(&folder, place.path());
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let expected = learn.predictions().expect("predictions");
    let (old, new) = (place.path().join("step-000000002.checkpoint"), place.path().join("step-000000004.checkpoint"));
    let whole = std::fs::read(&new).expect("bytes");

    std::fs::write(&new, &whole[..whole.len() / 2]).expect("cut short");
    let mut learn = learner(&folder, place.path());
    learn.fit_one_cycle(2, 1e-2).expect("the second epoch");
    assert_eq!(learn.predictions().expect("predictions"), expected);
    assert_eq!(learn.history().epochs.len(), 2);

    std::fs::remove_file(old).expect("removed");
    let mut learn = learner(&folder, place.path());
    shapes::damage(&whole, |bytes, what| {
        std::fs::write(&new, bytes).expect("a file");
        let error = learn.fit_one_cycle(2, 1e-2).expect_err(what);
        assert!(matches!(error, LearnerError::Unusable { .. }), "{what}: {error}");
    });
    std::fs::write(&new, b"firelight-checkpoint 1 no").expect("a file");
    let error = learn.fit_one_cycle(2, 1e-2).expect_err("refused").to_string();
    assert!(
        error.contains("step-000000004.checkpoint is not a usable Firelight checkpoint: it has no first line"),
        "{error}"
    );
}
