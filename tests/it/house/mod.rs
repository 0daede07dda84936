//! What ARCHITECTURE.md says of the crates, compared with what they are.

mod book;
mod imports;
mod table;

use std::path::{Path, PathBuf};

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of the crates, with their names.
fn crates() -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(root().join("crates")).expect("the folder of the crates");
    let folders = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("Cargo.toml").exists());
    let mut crates: Vec<_> =
        folders.map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path)).collect();
    crates.sort();
    crates
}

/// All files of Rust below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for (_, folder) in crates() {
        for path in sources(&folder.join("src")) {
            let lines = read(&path).lines().count();
            assert!(lines <= 400, "{} has {lines} lines: a file is one idea", path.display());
        }
    }
}

/// The sentence of an error has its cause in it, and `source()` has none: who prints the chain of causes reads each once.
#[test]
fn no_error_prints_its_cause_and_hands_it_on() {
    let handed_on =
        regex::Regex::new(r#"#\[error\("[^"]*\{0[^"]*"[^\]]*\)\]\s*\w+\(#\[(?:from|source)\]"#).expect("an expression");
    for folder in crates().into_iter().map(|(_, folder)| folder.join("src")).chain([root().join("examples/pets/src")]) {
        for path in sources(&folder) {
            let text = read(&path);
            let twice = text.contains("{source}") || text.contains("#[source]\n") || handed_on.is_match(&text);
            assert!(!twice, "{}: call the cause `why`, or let the error be transparent", path.display());
        }
    }
}
