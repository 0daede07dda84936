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

/// Validation losses of the epochs.
fn losses(folder: &Path) -> Vec<f64> {
    let text = std::fs::read_to_string(folder.join("out.json")).expect("results");
    let results: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let epochs = results["epochs"].as_array().expect("epochs").clone();
    epochs.iter().map(|epoch| epoch["valid_loss"].as_f64().expect("a loss")).collect()
}

fn train(folder: &Path, devices: &str) -> std::process::Output {
    super::pets(folder, &[&SMALL[..], &["--devices", devices]].concat())
}

#[test]
fn two_workers_train_as_two_devices_here_do() {
    let (here, there) = (super::folder(), super::folder());
    let local = train(here.path(), "flex,flex");
    assert!(local.status.success(), "{}", String::from_utf8_lossy(&local.stderr));
    let workers = [worker(there.path()), worker(there.path())];
    let remote = train(there.path(), &devices(&workers));
    assert!(remote.status.success(), "{}", String::from_utf8_lossy(&remote.stderr));
    let (here, there) = (losses(here.path()), losses(there.path()));
    assert_eq!((here.len(), there.len()), (4, 4));
    for (here, there) in here.iter().zip(&there) {
        // Dropout draws other numbers there.
        assert!((here - there).abs() < 0.3 * here, "{here} and {there}");
    }
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
    let long: Vec<&str> = SMALL.iter().map(|&word| if word == "4" { "60" } else { word }).collect();
    let output = super::pets(folder.path(), &[&long[..], &["--devices", &urls]].concat());
    dies.join().expect("the workers are gone");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("error: training: the device "), "{said}");

    let workers = [worker(folder.path())];
    let output = super::pets(folder.path(), &[&long[..], &["--devices", &devices(&workers)]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(losses(folder.path()).len(), 60);
}

#[test]
fn a_worker_that_is_not_there_is_named() {
    let folder = super::folder();
    let said = super::refusal(folder.path(), &[&SMALL[..], &["--devices", "ws://127.0.0.1:9"]].concat());
    assert!(said.starts_with("error: device: ws://127.0.0.1:9 cannot be reached: "), "{said}");
    assert!(said.trim_end().ends_with("; start a worker there, or name another device"), "{said}");
}
