//! The programs that recipes print compile, as parts of this test, and train to the same model.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::data::{self, COLOURS, SHAPES};
use crate::objects::yolo::parts as texts_in_parts;
use crate::objects::{both, colour, one_file, save, three_parts};
use crate::said;

const SMALL: [&str; 6] = ["--weights", "none", "--size", "32", "--epochs", "2"];

/// As any layout of lines has it.
fn plain(program: &str) -> String {
    program.split_whitespace().collect::<String>().replace(",)", ")")
}

/// A program that was printed once. Its test is run by another, in a folder of its own.
macro_rules! program {
    ($name:ident, $file:literal) => {
        mod $name {
            include!($file);

            pub const TEXT: &str = include_str!($file);

            #[test]
            #[ignore = "run by the test of its recipe"]
            fn program() {
                if std::path::Path::new("data").is_dir() {
                    main().unwrap();
                }
            }
        }
    };
}

program!(classes, "programs/classes.rs");
program!(parts, "programs/parts.rs");
program!(tags, "programs/tags.rs");
program!(cached, "programs/cached.rs");
program!(masks, "programs/masks.rs");
program!(objects, "programs/objects.rs");
program!(parts_of_objects, "programs/parts_of_objects.rs");
program!(outlines, "programs/outlines.rs");
program!(place, "programs/place.rs");
program!(texts, "programs/texts.rs");

/// Compares what is printed for `data` below `root` with a program, and what both train.
fn is_the_program(root: &Path, name: &str, program: &str, more: &[&str]) {
    let train = [&["train", "data"], &SMALL[..], more].concat();
    let printed = said(root, &[&train[..], &["--as-rust"]].concat());
    let place = fs::canonicalize(root).unwrap();
    let printed = printed.replace(&format!("{}/", place.display()), "");
    assert_eq!(plain(&printed), plain(program), "{printed}");
    said(root, &train);
    let mut run = Command::new(std::env::current_exe().unwrap());
    run.args(["--exact", "--ignored", &format!("as_rust::{name}::program")]);
    let done = run.current_dir(root).env_remove("FIRELIGHT_DEVICE").output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let [ours, theirs] =
        ["firelight-out/data/model.firelight", "model.firelight"].map(|file| fs::read(root.join(file)).unwrap());
    assert!(ours == theirs, "another model");
}

#[test]
fn of_class_folders() {
    let root = tempfile::tempdir().unwrap();
    data::class_folders(&root.path().join("data"), 40);
    is_the_program(root.path(), "classes", classes::TEXT, &[]);
}

/// Kept in memory, and in a folder; with a policy of augmentation and an average of the weights.
#[test]
fn of_a_cache() {
    let root = tempfile::tempdir().unwrap();
    data::names(&root.path().join("data"), 40);
    let more = ["--cache", "kept", "--cache-gib", "0.5", "--augment", "trivial", "--ema"];
    is_the_program(root.path(), "cached", cached::TEXT, &more);
    assert!(fs::read_dir(root.path().join("kept")).unwrap().count() > 10);
    let train = [&["train", "data", "--as-rust", "--cache", "memory"], &SMALL[..]].concat();
    let program = said(root.path(), &train);
    assert!(program.contains(".with_cache(&Cache::memory(4_294_967_296))?;"), "{program}");
}

/// With a part that validates, and the costs of mistakes.
#[test]
fn of_parts_with_costs() {
    let root = tempfile::tempdir().unwrap();
    data::part_folders(&root.path().join("data"), 60);
    let tree = format!(r#"{{"cold": ["{}"], "warm": ["{}", "{}"]}}"#, COLOURS[0], COLOURS[1], COLOURS[2]);
    fs::write(root.path().join("tree.json"), tree).unwrap();
    let more = ["--taxonomy", "tree.json"];
    is_the_program(root.path(), "parts", parts::TEXT, &more);
}

#[test]
fn of_a_table_of_tags() {
    let root = tempfile::tempdir().unwrap();
    data::table(&root.path().join("data"), "labels.csv", 40, "file,tags", |number, shown| {
        format!("images/p{number}.png,{} {}", SHAPES[shown.shape], COLOURS[shown.colour])
    });
    is_the_program(root.path(), "tags", tags::TEXT, &[]);
}

#[test]
fn of_masks() {
    let root = tempfile::tempdir().unwrap();
    data::masks(&root.path().join("data"), 24);
    is_the_program(root.path(), "masks", masks::TEXT, &[]);
}

#[test]
fn of_classes_and_tags_of_objects() {
    let root = tempfile::tempdir().unwrap();
    one_file(&root.path().join("data"), 40, colour);
    is_the_program(root.path(), "objects", objects::TEXT, &[]);
    let root = tempfile::tempdir().unwrap();
    three_parts(&root.path().join("data"), 50, both);
    is_the_program(root.path(), "parts_of_objects", parts_of_objects::TEXT, &[]);
    let root = tempfile::tempdir().unwrap();
    texts_in_parts(&root.path().join("data"), 40);
    is_the_program(root.path(), "texts", texts::TEXT, &[]);
}

/// With a picture that is not there, and one whose object has no outline.
#[test]
fn of_outlines_and_boxes() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let mut value = one_file(&data, 24, |shown| vec![SHAPES[shown.shape]]);
    is_the_program(root.path(), "place", place::TEXT, &["--kind", "box"]);
    fs::remove_dir_all(root.path().join("firelight-out")).unwrap();
    value["annotations"][3].as_object_mut().unwrap().remove("segmentation");
    save(&value, &data.join("annotations.json"));
    fs::remove_file(data.join("images/5.png")).unwrap();
    is_the_program(root.path(), "outlines", outlines::TEXT, &["--kind", "masks", "--skip-broken"]);
}
