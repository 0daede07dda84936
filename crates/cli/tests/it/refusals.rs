//! What is told of slips: a line that says where and what would help.

use std::fs;
use std::path::Path;

use crate::data::{self, COLOURS};
use crate::refused;

fn train(root: &Path, more: &[&str]) -> String {
    refused(root, &[&["train", "DATA", "--weights", "none", "--size", "32", "-q"], more].concat())
}

fn with_data(make: impl Fn(&Path)) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("DATA")).unwrap();
    make(&root.path().join("DATA"));
    root
}

#[test]
fn data_that_say_nothing() {
    let none = with_data(|_| {});
    assert_eq!(
        train(none.path(), &[]),
        "error: source: no such files in DATA (looked for .bmp .gif .ico .jfif .jpe .jpeg .jpg .pam .pbm .pgm .png .pnm .ppm .qoi .tif .tiff .webp); check \
         the folder, its file endings and the folder filter"
    );
    let plain = with_data(|data| data::masks(&data.join("x"), 3));
    fs::remove_dir_all(plain.path().join("DATA/x/masks")).unwrap();
    assert_eq!(
        train(plain.path(), &[]),
        "error: labels: nothing tells what the 3 pictures below DATA are: they lie in no folder for each class, no table names them, no folder of masks is \
         beside them, and their names are not like `pug_7.jpg`; say it by --labels (folders, a table's file, a pattern with a group as `^(.+)_`, or \
         masks=FOLDER)"
    );
}

#[test]
fn labels_that_are_told_and_are_not_there() {
    let data = with_data(|data| data::class_folders(data, 6));
    assert_eq!(
        train(data.path(), &["--labels", "labels.csv"]),
        "error: labels: there is no file labels.csv, here or in DATA"
    );
    assert_eq!(
        train(data.path(), &["--labels", "^(dog)"]),
        "error: labels: the pattern \"^(dog)\" does not match blue/0.png; give one as '^(.+)_' that captures the class in a file's name"
    );
    assert_eq!(
        train(data.path(), &["--labels", "masks=outlines"]),
        "error: labels: no mask lies in outlines; give masks=FOLDER, below DATA"
    );
}

#[test]
fn tables_that_do_not_fit() {
    let table = |header: &str, row: fn(usize, data::Shown) -> String| {
        with_data(|root| data::table(root, "labels.csv", 6, header, row))
    };
    let others = table("file,label", |number, _| format!("q{number}.png,a"));
    assert_eq!(
        train(others.path(), &[]),
        "error: labels: no column of DATA/labels.csv names a picture below DATA: of its first row none of file, label is a file's name; put the pictures \
         there, or give another table by --labels"
    );
    let many = table("file,owner,place", |number, _| format!("p{number}.png,ann,town"));
    assert_eq!(
        train(many.path(), &[]),
        "error: labels: DATA/labels.csv does not say which of its columns is to be learned: owner, place; say it by --target"
    );
    assert_eq!(
        train(many.path(), &["--target", "plase"]),
        "error: table: DATA/labels.csv: there is no column \"plase\" (did you mean \"place\"?); name one of file, owner, place"
    );
}

#[test]
fn settings_out_of_their_range() {
    let data = with_data(|data| data::class_folders(data, 12));
    assert_eq!(train(data.path(), &["--minutes", "0"]), "error: train: 0 minutes: give a number over 0, as 10");
    let costs = data.path().join("costs.csv");
    fs::write(&costs, format!("actual,predicted,cost\n{},{},2\nbleu,red,1\n", COLOURS[0], COLOURS[1])).unwrap();
    let said = train(data.path(), &["--costs", "costs.csv"]);
    assert!(said.starts_with("error: costs: costs.csv: ") && said.contains("bleu"), "{said}");
}
