//! Runs in a file store of `MLflow`: what is in its files, and what its own reader finds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use burn::tensor::Device;
use firelight_learner::{Event, Flow, MlFlow, Observer, StepRow};
use serde_json::Value;

use crate::shapes;

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}

/// The values and steps of a number.
fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("lines");
    let line = |line: &str| line.split_once(' ').expect("a time, and more").1.to_owned();
    text.lines().map(line).collect()
}

#[test]
fn runs_of_an_experiment_lie_in_its_folder() {
    let place = tempfile::tempdir().expect("a folder");
    let run = |name: &str| MlFlow::in_folder(place.path(), name).expect("a run");
    let (first, second, other) = (run("pets: a 'test'"), run("pets: a 'test'"), run("42"));
    assert_eq!(first.folder().parent(), second.folder().parent());
    assert_ne!(first.folder(), second.folder());
    assert_ne!(first.folder().parent(), other.folder().parent());
}

#[test]
fn numbers_have_the_step_that_training_has_come_to() {
    let place = tempfile::tempdir().expect("a folder");
    let mut run = MlFlow::in_folder(place.path(), "steps").expect("a run");
    let metrics = ["accuracy".to_owned()];
    run.observe(&Event::Start { epochs: 1, steps: 2, metrics: &metrics, better: &[], again: 0 });
    let step = |loss, rates: &[f64]| StepRow { loss, smooth_loss: loss, rates: rates.to_vec(), momentum: 0.9 };
    run.observe(&Event::Step(&step(0.5, &[1e-3])));
    // Groups that come later do not stand in the way of the one before.
    run.observe(&Event::Step(&step(f64::NAN, &[1e-5, 1e-3])));
    run.add_number("best", -1.5).expect("room");
    let of = |name: &str| lines(&run.folder().join("metrics").join(name));
    assert_eq!(of("train/loss"), ["0.5 1", "NaN 2"]);
    assert_eq!((of("train/rate"), of("train/rate_1")), (vec!["0.001 1".to_owned()], vec!["0.001 2".to_owned()]));
    assert_eq!(of("best"), ["-1.5 2"]);
}

#[test]
fn names_stay_in_the_runs_folder() {
    let place = tempfile::tempdir().expect("a folder");
    let run = MlFlow::in_folder(place.path().join("store"), "names").expect("a run");
    let run = run.with_param("../../outside", "1").and_then(|run| run.with_param("é?", "2")).expect("room");
    run.add_number("/a//../b?", 0.0).expect("room");
    assert!(below(place.path()).iter().all(|file| file.starts_with(place.path().join("store"))));
    let names: Vec<PathBuf> =
        below(run.folder()).into_iter().map(|file| file.strip_prefix(run.folder()).expect("below").into()).collect();
    for name in ["params/_/_/outside", "params/é_", "metrics/a/_/b_"] {
        assert!(names.contains(&PathBuf::from(name)), "{name}: {names:?}");
    }
}

#[test]
fn a_run_says_how_it_ended() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let run = MlFlow::in_folder(place.path(), "ends").expect("a run");
    let status = || {
        let text = fs::read_to_string(run.folder().join("meta.yaml")).expect("lines");
        text.lines().find_map(|line| line.strip_prefix("status: ")).expect("a status").to_owned()
    };
    assert_eq!(status(), "1");
    let learner = || shapes::learner(shapes::loaders(&folder, &Device::flex())).with_observer(run.clone());
    let mut broken = learner()
        .with_observer(|event: &Event| if let Event::Step(_) = event { Flow::Interrupt } else { Flow::Continue });
    broken.fit(1, 1e-3).expect_err("broken off");
    assert_eq!(status(), "5");
    let mut failing = learner().with_observer(|event: &Event| {
        assert!(!matches!(event, Event::Step(_)), "of a test");
        Flow::Continue
    });
    failing.fit(1, 1e-3).expect_err("a panic");
    assert_eq!(status(), "4");
    learner().fit(1, 1e-3).expect("a fit");
    assert_eq!(status(), "3");
}

const READ: &str = "
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient('file://' + sys.argv[1])
experiment = client.get_experiment_by_name(sys.argv[2])
run = client.search_runs([experiment.experiment_id])[0]
history = lambda name: [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, name)]
print(json.dumps({
    'status': run.info.status, 'params': run.data.params, 'names': sorted(run.data.metrics),
    'loss': history('train/loss'), 'accuracy': history('valid/accuracy'),
    'artifacts': [file.path for file in client.list_artifacts(run.info.run_id)],
}))
";

#[test]
fn mlflow_finds_what_was_told() {
    let Some(python) = std::env::var_os("FIRELIGHT_MLFLOW") else {
        eprintln!("skipped: FIRELIGHT_MLFLOW names no Python that has mlflow");
        return;
    };
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let store = place.path().join("the store");
    let run = MlFlow::in_folder(&store, "shapes: 1").and_then(|run| run.with_param("arch", "small")).expect("a run");
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_observer(run.clone());
    learn.fit(2, 1e-3).expect("a fit");
    learn.fit(1, 1e-3).expect("another");
    run.add_picture("batch.png", &learn.show_batch().expect("a batch")).expect("room");

    let mut child = Command::new(python);
    let child = child.env("MLFLOW_ALLOW_FILE_STORE", "true").arg("-c").arg(READ).arg(&store).arg("shapes: 1");
    let read = child.output().expect("Python");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let found: Value = serde_json::from_slice(&read.stdout).expect("JSON");
    let history = learn.history();
    // In single precision, since JSON is read to the last digit but one.
    let told = |name: &str| -> Vec<(usize, f32)> { serde_json::from_value(found[name].clone()).expect("points") };
    let steps = history.steps.iter().enumerate().map(|(step, row)| (step + 1, row.loss as f32));
    assert_eq!(told("loss"), steps.collect::<Vec<_>>());
    let epochs = history.epochs.iter().map(|row| (row.steps, row.metrics[0].expect("accuracy") as f32));
    assert_eq!(told("accuracy"), epochs.collect::<Vec<_>>());
    assert_eq!(found["status"], "FINISHED");
    assert_eq!(found["params"]["arch"], "small");
    assert_eq!(found["artifacts"][0], "batch.png");
}
