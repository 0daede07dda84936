//! What is told of slips: a line that says where and what would help.

use std::fs;
use std::path::Path;

use crate::data::{self, COLOURS};
use crate::{refused, run, said};

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
        "error: labels: nothing tells what the 3 pictures below DATA/x/images are: they lie in no folder for each class, no table names them, no folder of masks is \
         beside them, no COCO file lists them, no texts of YOLO lie beside them, and their names are not like `pug_7.jpg`; say it by --labels (folders, a table's or COCO file, YOLO's data.yaml, a \
         pattern with a group as `^(.+)_`, or masks=FOLDER)"
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
        "error: labels: the pattern \"^(dog)\" finds no class in blue/0.png; give one as '^(.+)_' that captures the class in a file's name"
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
        "error: labels: no column of DATA/labels.csv names a picture below DATA; it has file, label; put the pictures there, or give another table by \
         --labels"
    );
    let many = table("file,owner,place", |number, _| format!("p{number}.png,ann,town"));
    assert_eq!(
        train(many.path(), &[]),
        "error: labels: DATA/labels.csv does not say which of its columns is to be learned: owner, place; say it by --target"
    );
    assert_eq!(
        train(many.path(), &["--target", "placee"]),
        "error: table: DATA/labels.csv: there is no column \"placee\" (did you mean \"place\"?); name one of file, owner, place"
    );
}

#[test]
fn rows_that_have_no_picture_or_no_label() {
    let data = with_data(|root| {
        data::table(root, "labels.csv", 40, "file,label", |number, shown| {
            let name = if number == 4 { "gone.png".into() } else { format!("p{number}.png") };
            format!("{name},{}", if number == 6 { "" } else { COLOURS[shown.colour] })
        });
        fs::write(root.join("images/p8.png"), "torn").unwrap();
    });
    assert_eq!(
        train(data.path(), &[]),
        "error: labels: 1 of 40 rows of DATA/labels.csv name no picture below DATA, the first \"gone.png\"; --skip-broken leaves them out"
    );
    let table = data.path().join("DATA/labels.csv");
    fs::write(&table, fs::read_to_string(&table).unwrap().replace("gone.png", "p4.png")).unwrap();
    assert_eq!(
        train(data.path(), &[]),
        "error: labels: 1 field(s) of label in DATA/labels.csv are empty; --skip-broken leaves these rows out"
    );
    let skipping =
        ["train", "DATA", "--weights", "none", "--size", "32", "--epochs", "1", "--skip-broken", "--valid", "0.3"];
    assert!(said(data.path(), &skipping).contains("left out: 1 picture that cannot be read"));
}

#[test]
fn settings_out_of_their_range() {
    let data = with_data(|data| data::class_folders(data, 12));
    let told = |more: &[&str]| {
        let output = run(data.path(), &[&["train", "DATA"], more].concat());
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        String::from_utf8(output.stderr).unwrap().lines().next().unwrap().to_owned()
    };
    assert!(told(&["--recipe", "firelight.toml", "--taxonomy", "tree.json"]).contains("cannot be used with"));
    assert_eq!(
        told(&["--minutes", "-1"]),
        "error: invalid value '-1' for '--minutes <MINUTES>': give from 0.05 to 100000 minutes"
    );
    assert_eq!(
        told(&["--valid", "1"]),
        "error: invalid value '1' for '--valid <SHARE>': a share is over 0 and under 1, as 0.2"
    );
    assert_eq!(told(&["--size", "0"]), "error: invalid value '0' for '--size <SIZE>': 0 is not in 8..=2048");
    let costs = data.path().join("costs.csv");
    fs::write(&costs, format!("actual,predicted,cost\n{},{},2\nbleu,red,1\n", COLOURS[0], COLOURS[1])).unwrap();
    let said = train(data.path(), &["--costs", "costs.csv"]);
    assert!(said.starts_with("error: costs: DIR/costs.csv: ") && said.contains("bleu"), "{said}");
}

/// A run's arguments.
fn quick<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["train", "DATA", "--weights", "none", "--size", "32", "-q"], more].concat()
}

#[test]
fn a_folder_that_has_another_run() {
    let data = with_data(|data| data::class_folders(data, 24));
    said(data.path(), &quick(&["--epochs", "1", "--out", "out"]));
    assert_eq!(
        refused(data.path(), &quick(&["--epochs", "2", "--out", "out"])),
        "error: train: out has another run: training.epochs is 1, and 2 is asked for; give another --out, or --restart to begin anew there"
    );
    said(data.path(), &quick(&["--epochs", "2", "--out", "out", "--restart"]));
    // Where no folder is told, each run has its own.
    said(data.path(), &quick(&["--epochs", "1"]));
    said(data.path(), &quick(&["--epochs", "2"]));
    said(data.path(), &quick(&["--epochs", "1"]));
    let kept = fs::read_dir(data.path().join("firelight-out")).unwrap();
    let mut kept: Vec<String> = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    kept.sort();
    assert_eq!(kept, ["DATA", "DATA-2"]);
    let recipe = data.path().join("out/firelight.toml");
    fs::write(&recipe, fs::read_to_string(&recipe).unwrap().replace("epochs =", "epoch =")).unwrap();
    let said = refused(data.path(), &["train", "--recipe", "out/firelight.toml"]);
    assert!(said.starts_with("error: recipe: out/firelight.toml:") && said.contains("unknown field `epoch`"), "{said}");
}
