use std::path::Path;

use firelight_datablock::{Labeller, RegexLabeller, parent_label};

#[test]
fn the_first_group_in_the_file_name_is_the_label() {
    let breed = RegexLabeller::file_name(r"(.+)_\d+.jpg$").expect("a pattern");
    assert_eq!(breed.label(Path::new("some_1.jpg/great_pyrenees_173.jpg")).expect("a label"), "great_pyrenees");
    let error = breed.label(Path::new("images/notes.txt")).expect_err("no label");
    assert_eq!(
        error.to_string(),
        "labeller: the pattern \"(.+)_\\\\d+.jpg$\" finds no label in images/notes.txt; change the labeller or leave the file out"
    );
}

#[test]
fn a_pattern_over_the_path_sees_the_folders() {
    let folder = RegexLabeller::path(r"([^/]+)/[^/]+$").expect("a pattern");
    assert_eq!(folder.label(Path::new("train/pug/7.jpg")).expect("a label"), "pug");
    assert_eq!(parent_label(Path::new("train/pug/7.jpg")).expect("a label"), "pug");
    assert!(parent_label(Path::new("7.jpg")).is_err());
}

#[test]
fn a_pattern_that_cannot_label_is_refused_at_once() {
    let error = RegexLabeller::file_name(r".+_\d+").expect_err("no group");
    assert_eq!(
        error.to_string(),
        "labeller: the pattern \".+_\\\\d+\" cannot be used: it captures no group; put the label in parentheses"
    );
    assert!(RegexLabeller::file_name("(").expect_err("no pattern").to_string().contains("unclosed group"));
}
