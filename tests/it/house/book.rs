//! Tests that the book names are there.

use super::{read, root, sources};

#[test]
fn each_kind_of_target_is_tested_as_the_book_says() {
    let page = read(&root().join("docs/src/targets.md"));
    let (_, told) = page.split_once("## What is tested").expect("the section");
    let told = told.split("\n## ").next().unwrap_or_default();
    let named = regex::Regex::new(r"`(\w+)::(\w+)`").expect("an expression");
    let mut found = 0;
    for name in named.captures_iter(told) {
        let (module, test) = (&name[1], &name[2]);
        let file = root().join(format!("crates/learner/tests/it/{module}.rs"));
        let folder = root().join(format!("examples/pets/tests/{module}"));
        let files = if file.exists() { vec![file] } else { sources(&folder) };
        let is_there = files.iter().any(|file| read(file).contains(&format!("fn {test}()")));
        assert!(is_there, "docs/src/targets.md names a test {module}::{test}, which is not there");
        found += 1;
    }
    // A row a kind of target below the head: each cell names a test, or a dash says that there is nothing to test.
    let rows: Vec<&str> = told.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert_eq!(rows.len(), 9, "{rows:?}");
    for row in &rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').skip(1).map(str::trim).collect();
        assert!(cells.len() == 3 && cells.iter().all(|cell| named.is_match(cell) || *cell == "–"), "{row}");
    }
    assert!(found >= 2 * rows.len(), "{found} tests");
}
