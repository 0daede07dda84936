//! Training on devices of other processes.

use std::path::Path;

use super::running::Running;

const SMALL: [&str; 13] = [
    "--images",
    "images",
    "--size",
    "32",
    "--epochs",
    "4",
    "--batch-size",
    "8",
    "--json",
    "out.json",
    "--checkpoints",
    "kept",
    "--quiet",
];

fn worker(folder: &Path) -> Running {
    Running::start(folder, &["worker", "--port", "0"])
}

fn devices(workers: &[Running]) -> String {
    let urls: Vec<String> = workers.iter().map(|worker| format!("ws://{}", worker.address)).collect();
    urls.join(",")
}

/// What came of a run.
fn results(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("out.json")).expect("results");
    serde_json::from_str(&text).expect("JSON")
}

/// The usual arguments with another number of epochs.
fn epochs(count: &str) -> Vec<&str> {
    SMALL.iter().map(|&word| if word == "4" { count } else { word }).collect()
}

#[test]
fn two_workers_train_as_two_devices_here_do() {
    let folder = super::folder();
    let accuracy = |devices: &str| {
        let _ = std::fs::remove_dir_all(folder.path().join("kept"));
        let output = super::pets(folder.path(), &[&epochs("16")[..], &["--devices", devices]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        results(folder.path())["accuracy"].as_f64().expect("a share")
    };
    let workers = [worker(folder.path()), worker(folder.path())];
    let (here, there) = (accuracy("flex,flex"), accuracy(&devices(&workers)));
    // Every validation picture: the two breeds differ in colour.
    assert!((here - 1.0).abs() < 1e-9 && (there - 1.0).abs() < 1e-9, "{here} here, {there} there");
}

#[test]
fn a_worker_that_dies_is_an_error_and_the_run_goes_on_with_another() {
    let folder = super::folder();
    let workers = [worker(folder.path()), worker(folder.path())];
    let urls = devices(&workers);
    let dies = std::thread::spawn({
        let kept = folder.path().join("kept/soft");
        move || {
            // After the first checkpoint.
            while std::fs::read_dir(&kept).map_or(0, Iterator::count) == 0 {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            drop(workers);
        }
    });
    let long = epochs("60");
    let output = super::pets(folder.path(), &[&long[..], &["--devices", &urls]].concat());
    dies.join().expect("the workers are gone");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("error: training: the device "), "{said}");

    let workers = [worker(folder.path())];
    let output = super::pets(folder.path(), &[&long[..], &["--devices", &devices(&workers)]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(results(folder.path())["epochs"].as_array().map(Vec::len), Some(60));
}

#[test]
fn a_worker_that_is_not_there_is_named() {
    let folder = super::folder();
    let said = super::refusal(folder.path(), &[&SMALL[..], &["--devices", "ws://127.0.0.1:9"]].concat());
    assert!(said.starts_with("error: device: ws://127.0.0.1:9 cannot be reached: "), "{said}");
    assert!(said.trim_end().ends_with("; start a worker there, or name another device"), "{said}");
}

#[test]
fn a_worker_that_all_machines_reach_wants_a_word_before_it_says_where_it_is() {
    let folder = super::folder();
    let said = super::refusal(folder.path(), &["worker", "--host", "0.0.0.0", "--port", "0"]);
    assert!(said.contains("other machines reach it, and FIRELIGHT_TOKEN is not set"), "{said}");
}
