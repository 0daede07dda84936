//! What files are called is shown, and never done: a terminal takes some characters for commands.

use std::fs;
use std::path::Path;

use crate::data::{self, COLOURS};
use crate::{run, said};

const SMALL: [&str; 4] = ["--weights", "none", "--size", "32"];
/// Clears the screen; turns the direction of writing; rings; and a line's end, after which anything may stand.
const EVIL: &str = "a\u{1b}[2J\u{202e}\u{7}\u{9b}\nerror b";

/// All that a command says, of which nothing is a command to a terminal, or a line that the name has made.
fn shown(root: &Path, arguments: &[&str]) -> String {
    let output = run(root, arguments);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let is_command = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
    assert!(!text.contains(is_command), "{arguments:?}: {text:?}");
    text
}

fn is_escaped(root: &Path, arguments: &[&str]) {
    let text = shown(root, arguments);
    assert!(text.contains("a\\u{1b}[2J\\u{202e}\\u{7}\\u{9b}"), "{arguments:?}: {text}");
}

#[test]
#[cfg(unix)]
fn names_of_files_and_classes_are_escaped_for_the_screen_and_kept_for_programs() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 30);
    fs::rename(at.join("data").join(COLOURS[0]), at.join("data").join(EVIL)).unwrap();
    let torn = format!("data/{EVIL}/{EVIL}.png");
    fs::write(at.join(&torn), "half").unwrap();
    fs::write(at.join("labels.csv"), format!("{EVIL},{EVIL}\n").replace('\n', " ")).unwrap();
    let train = [&["train", "data", "--epochs", "1", "--out", "out"], &SMALL[..]].concat();
    is_escaped(at, &[&["look", "data"], &SMALL[..]].concat());
    is_escaped(at, &["verify", "data"]);
    is_escaped(at, &train);
    is_escaped(at, &[&train[..], &["--skip-broken"]].concat());
    let model = "out/model.firelight";
    is_escaped(at, &["info", model]);
    is_escaped(at, &["predict", model, "data"]);
    is_escaped(at, &["explain", model, "data"]);
    is_escaped(at, &["evaluate", model, "data", "--skip-broken"]);
    is_escaped(at, &["resize", "data", "small", "--size", "16"]);
    is_escaped(at, &[&["doctor", "data"], &SMALL[..]].concat());
    is_escaped(at, &[&["similar", "data", "data/red/4.png", "-k", "30"], &SMALL[..]].concat());
    is_escaped(at, &[&["similar", "data", &torn], &SMALL[..]].concat());
    is_escaped(at, &["train", "labels.csv"]);
    is_escaped(at, &["train", EVIL]);
    // A line is a picture.
    let lines = said(at, &["predict", model, "data", "--skip-broken"]);
    assert_eq!(lines.lines().count(), 30, "{lines}");
    let told: serde_json::Value = serde_json::from_str(&said(at, &["info", model, "--json"])).unwrap();
    assert!(told["outputs"].as_array().unwrap().iter().any(|name| name == EVIL), "{told}");
    said(at, &["predict", model, "data", "--skip-broken", "--csv", "new/all.csv"]);
    assert!(fs::read_to_string(at.join("new/all.csv")).unwrap().contains(EVIL));
}

/// What a terminal of 80 columns is shown.
#[cfg(target_os = "linux")]
fn on_a_terminal(root: &Path, arguments: &str) -> String {
    let command = format!("stty cols 80 rows 40; exec {} {arguments}", env!("CARGO_BIN_EXE_firelight"));
    let script = ["-qec", &command, "/dev/null"];
    let output =
        std::process::Command::new("script").args(script).env("NO_COLOR", "1").current_dir(root).output().unwrap();
    assert!(output.status.success(), "{arguments}: {output:?}");
    String::from_utf8(output.stdout).unwrap().replace('\r', "")
}

#[test]
#[cfg(target_os = "linux")]
fn no_terminal_breaks_a_line_within_a_word() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 30);
    for arguments in ["--help", "help train", "models", "--quiet look data --weights none --size 32"] {
        let text = on_a_terminal(at, arguments);
        // A word that is wider is a path, which stays whole.
        let is_broken = |line: &&str| line.chars().count() > 80 && line.trim().contains(' ');
        assert_eq!(text.lines().find(is_broken), None, "{arguments}");
    }
    let whole = said(at, &["models"]);
    assert!(whole.lines().skip(2).all(|line| line.len() > 70), "a file is given a body a line: {whole}");
}
