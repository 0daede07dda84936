//! Readers that go away, signals, and places that cannot be written.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::{QUICK, folder, pets, refusal};

fn start(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pets"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("FIRELIGHT_DEVICE")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// How it ends, and what it says on standard error.
fn end(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    (child.wait().expect("an end").code(), said)
}

/// Reads lines up to the one that begins so, and goes away.
fn read_up_to(child: &mut Child, start: &str) {
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    assert!(lines.into_iter().any(|line| line.starts_with(start)), "no line {start}");
}

/// A4: `| head -1` ended a training run, and its model was lost.
#[test]
fn nobody_need_read_what_is_said() {
    let folder = folder();
    let mut child = start(folder.path(), &QUICK);
    read_up_to(&mut child, "");
    assert_eq!(end(child), (Some(0), String::new()));
    assert!(folder.path().join("pets-out/soft.firelight").is_file());
    assert!(folder.path().join("out.json").is_file());

    let many = [&["predict", "pets-out/soft.firelight"][..], &["images"; 40]].concat();
    let mut child = start(folder.path(), &many);
    read_up_to(&mut child, "images/");
    assert_eq!(end(child), (Some(0), String::new()));
    // A disk without room is no reader that has seen enough.
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the device");
    let child = Command::new(env!("CARGO_BIN_EXE_pets"))
        .args(["predict", "pets-out/soft.firelight", "images/pug_1.jpg"])
        .current_dir(folder.path())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn();
    let (code, said) = end(child.expect("the program starts"));
    assert!(code == Some(1) && said.starts_with("error: No space left on device"), "{code:?} {said}");
}

/// The results without the clock.
fn results(folder: &Path) -> (Value, Value) {
    let text = std::fs::read_to_string(folder.join("out.json")).expect("results");
    let mut results: Value = serde_json::from_str(&text).expect("JSON");
    for row in results["epochs"].as_array_mut().expect("rows") {
        row["seconds"] = 0.into();
    }
    (results["epochs"].clone(), results["accuracy"].clone())
}

/// A run that is asked to end keeps where it is, says how to go on, and ends as programs do that were asked to.
#[test]
fn a_signal_breaks_a_run_off_that_then_goes_on() {
    let folder = folder();
    let run =
        |checkpoints: &'static [&str]| [&QUICK[..3], &["32", "--epochs", "100"], &QUICK[6..], checkpoints].concat();
    assert!(pets(folder.path(), &run(&[])).status.success());
    let unbroken = results(folder.path());
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let kept = run(if signal == "INT" { &["--checkpoints", "int"] } else { &["--checkpoints", "term", "--quiet"] });
        let mut child = start(folder.path(), &kept);
        if signal == "INT" {
            read_up_to(&mut child, "1  ");
        } else {
            while !folder.path().join("term/soft").exists() {
                std::thread::yield_now();
            }
        }
        let ended = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(ended.expect("kill").success());
        let (ended, said) = end(child);
        // Where no step was taken yet, there is nothing to keep and nothing to say.
        assert_eq!(ended, Some(code), "{said}");
        let told = said.contains("run the same program again to go on from");
        assert!(told || (signal == "TERM" && said.is_empty()), "{said}");
        assert!(pets(folder.path(), &kept).status.success());
        assert_eq!(results(folder.path()), unbroken);
    }
    let mut child = start(folder.path(), &run(&[]));
    read_up_to(&mut child, "1  ");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill").success());
    let (ended, said) = end(child);
    assert!(
        ended == Some(143) && said.ends_with("nothing of it is kept, which takes --checkpoints\n"),
        "{ended:?} {said}"
    );
}

/// A7: that a place cannot be written was found out after the training.
#[test]
fn what_cannot_be_written_is_said_before_the_first_epoch() {
    let folder = folder();
    std::fs::write(folder.path().join("file"), "mine").expect("a file");
    let said = |more: &[&str]| {
        let arguments = [&QUICK[..8], more].concat();
        let output = pets(folder.path(), &arguments);
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        refusal(folder.path(), &arguments)
    };
    assert!(said(&["--out", "file"]).starts_with("error: out: cannot write file/model.firelight: "));
    assert!(said(&["--json", "file/out.json"]).ends_with("choose another --json\n"));
    assert!(said(&["--json", "images"]).starts_with("error: json: cannot write images: is a directory"));
    let checkpoints = refusal(folder.path(), &[&QUICK[..], &["--checkpoints", "file"]].concat());
    assert!(checkpoints.starts_with("error: checkpoint: cannot read file/soft: "), "{checkpoints}");
    assert_eq!(std::fs::read(folder.path().join("file")).expect("bytes"), b"mine");

    assert!(pets(folder.path(), &QUICK).status.success());
    let said = |more: &[&str]| {
        let arguments = [&["predict", "pets-out/soft.firelight", "images"], more].concat();
        refusal(folder.path(), &arguments)
    };
    assert!(said(&["--csv", "nowhere/out.csv"]).starts_with("error: predict: cannot write nowhere/out.csv: "));
    assert!(said(&["--jsonl", "images"]).starts_with("error: predict: cannot write images: "));
    assert!(said(&["--explain", "file"]).starts_with("error: explain: cannot make file: "));
}
