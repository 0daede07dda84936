//! Which crate may use which, and what it must not know.

use std::collections::BTreeMap;
use std::process::Command;

use super::{crates, read, root};

/// A row of the table of crates.
struct Row {
    may_use: Vec<String>,
    must_not_know: String,
}

/// The table, by folder.
fn table() -> BTreeMap<String, Row> {
    let text = read(&root().join("ARCHITECTURE.md"));
    let mut rows = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| `crates/")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let name = words(cells[1])[0].trim_start_matches("crates/").to_owned();
        let above = || rows.keys().cloned().collect();
        let may_use = if cells[3] == "all above" { above() } else { words(cells[3]) };
        rows.insert(name, Row { may_use, must_not_know: cells[4].to_owned() });
    }
    rows
}

/// What stands between backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What cargo says of the packages that one needs, with its default features and without what its tests need.
fn needs(package: &str, depth: &str) -> Vec<String> {
    let arguments = ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--depth", depth];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--package", package])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().filter_map(|line| line.split(' ').next()).filter(|name| *name != package);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn package(folder: &str) -> String {
    if folder == "firelight" { folder.to_owned() } else { format!("firelight-{folder}") }
}

#[test]
fn every_crate_has_a_row_and_uses_what_the_row_allows() {
    let table = table();
    for (name, _) in crates() {
        let row = table.get(&name).unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for crates/{name}"));
        for used in needs(&package(&name), "1") {
            let Some(ours) = used.strip_prefix("firelight-") else { continue };
            assert!(row.may_use.iter().any(|may| may == ours), "crates/{name} may not use {ours}");
        }
    }
    assert_eq!(table.len(), crates().len(), "a row for each crate");
}

#[test]
fn no_crate_knows_what_the_table_keeps_from_it() {
    for (name, row) in table() {
        let all = needs(&package(&name), "99");
        let refuse = |what: &str, packages: &[&str]| {
            let known = all.iter().find(|used| packages.iter().any(|package| used.starts_with(package)));
            assert_eq!(known, None, "crates/{name} must not know {what}");
        };
        if row.must_not_know.contains("burn") {
            refuse("burn", &["burn", "cubecl"]);
        }
        if row.must_not_know.contains("pictures") {
            refuse("pictures", &["image", "png", "zune"]);
        }
        if row.must_not_know.contains("optimizers") {
            refuse("optimizers", &["burn-optim", "burn-train", "firelight-learner"]);
        }
        if row.must_not_know.contains("fonts") {
            refuse("fonts", &["ab_glyph", "dejavu", "firelight-plots"]);
        }
        if row.must_not_know.contains("progress bars") {
            refuse("progress bars", &["indicatif"]);
        }
        if row.must_not_know.contains("all else") {
            let allowed: Vec<String> = row.may_use.iter().map(|name| package(name)).collect();
            let others = all.iter().filter(|used| !allowed.contains(used)).find(|used| used.starts_with("firelight"));
            assert_eq!(others, None, "crates/{name} must not know the others");
            refuse("burn", &["burn"]);
        }
        // A program that is for people at a terminal fetches weights for them, and a server is asked for what it does.
        if !["download", "cli", "serve"].contains(&name.as_str()) {
            refuse("the network without being asked", &["ureq", "rustls", "tokio"]);
        }
    }
}
