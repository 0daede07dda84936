//! The command, as a user runs it, on pictures that the tests draw.

mod as_rust;
mod copies;
mod data;
mod guesses;
mod looking;
mod objects;
mod places;
mod refusals;
mod runs;
mod schema;
mod screens;
mod speeds;
mod surveys;
mod wording;

use std::path::Path;
use std::process::{Command, Output};

/// The program in a folder, with nothing of the user's around it: no network, no weights, no device but flex.
fn firelight(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firelight"));
    command.current_dir(folder).args(arguments);
    command.env_remove("FIRELIGHT_DEVICE").env("FIRELIGHT_HOME", folder.join("home")).env("RUST_LOG", "error");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    firelight(folder, arguments).output().unwrap()
}

/// What it prints, where it succeeds.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The sentence that it ends with, where it does not.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
    assert_eq!(text.lines().count(), 1, "an error is a line: {text}");
    text.trim_end().replace(&folder.display().to_string(), "DIR")
}
