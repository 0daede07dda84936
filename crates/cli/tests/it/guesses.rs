//! What a folder is taken for, and that it is said.

use std::path::Path;

use crate::data::{self, COLOURS, SHAPES};
use crate::{refused, said};

const PLAIN: [&str; 4] = ["--weights", "none", "--size", "32"];

/// What is said of the data, and the labels and the split of the recipe.
fn guessed(root: &Path, more: &[&str]) -> (String, toml::Table) {
    let text = said(root, &[&["train", ".", "--dry-run"], &PLAIN[..], more].concat());
    let (lines, recipe): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("- "));
    (lines.join("\n"), recipe.join("\n").parse().unwrap())
}

fn is(recipe: &toml::Table, part: &str, expected: &str) {
    assert_eq!(recipe[part].as_table().unwrap(), &expected.parse::<toml::Table>().unwrap(), "{recipe:?}");
}

#[test]
fn a_folder_for_each_class() {
    let root = tempfile::tempdir().unwrap();
    data::class_folders(root.path(), 12);
    let (said, recipe) = guessed(root.path(), &[]);
    assert_eq!(said, "- 3 classes, a folder each: blue, green, red\n- small at 32 px, from scratch");
    is(&recipe, "labels", "from = 'folders'");
    is(&recipe, "split", "by = 'chance'\nvalid = 0.2\nseed = 1");
}

#[test]
fn parts_with_class_folders_in_them() {
    let root = tempfile::tempdir().unwrap();
    data::part_folders(root.path(), 24);
    let (said, recipe) = guessed(root.path(), &[]);
    assert!(
        said.starts_with(
            "- 3 classes, a folder each below train/: blue, green, red\n- the pictures below val/ validate"
        )
    );
    is(&recipe, "split", "by = 'folders'\ntrain = 'train'\nvalid = 'val'");
}

#[test]
fn names_with_numbers() {
    let root = tempfile::tempdir().unwrap();
    data::names(root.path(), 12);
    let (said, recipe) = guessed(root.path(), &[]);
    assert!(said.starts_with("- 3 classes, told from the files' names by "), "{said}");
    assert_eq!(recipe["labels"]["from"].as_str(), Some("names"));
}

#[test]
fn a_pattern_that_is_told_goes_before_what_would_be_guessed() {
    let root = tempfile::tempdir().unwrap();
    data::class_folders(root.path(), 12);
    let (_, recipe) = guessed(root.path(), &["--labels", r"^(\d)"]);
    is(&recipe, "labels", "from = 'names'\npattern = '^(\\d)'");
}

#[test]
fn a_table_of_one_class_without_endings_and_with_a_part() {
    let root = tempfile::tempdir().unwrap();
    data::table(root.path(), "labels.csv", 12, "id,breed,is_valid", |number, shown| {
        format!("p{number},{},{}", COLOURS[shown.colour], if number % 4 == 0 { "True" } else { "False" })
    });
    let (said, recipe) = guessed(root.path(), &[]);
    assert!(said.contains("- 12 rows of ./labels.csv, whose column \"id\" names the pictures\n"), "{said}");
    assert!(said.contains("- 3 classes in the column \"breed\": blue, green, red"), "{said}");
    let labels = "from = 'table'\ntable = 'labels.csv'\npictures = 'id'\n[target]\nclass = 'breed'";
    is(&recipe, "labels", labels);
    is(&recipe, "split", "by = 'column'\ncolumn = 'is_valid'\ntrain = 'False'\nvalid = 'True'");
}

#[test]
fn the_metadata_of_a_hubs_folder() {
    let root = tempfile::tempdir().unwrap();
    data::table(root.path(), "metadata.jsonl", 24, "", |number, shown| {
        let labels = format!("[\"{}\", \"{}\"]", SHAPES[shown.shape], COLOURS[shown.colour]);
        format!("{{\"file_name\": \"images/p{number}.png\", \"labels\": {labels}}}")
    });
    let (said, recipe) = guessed(root.path(), &[]);
    assert!(said.contains("- 24 rows of ./metadata.jsonl, whose column \"file_name\" names the pictures\n"), "{said}");
    assert_eq!(recipe["labels"]["target"].to_string(), r#"{ tags = { column = "labels", separator = "|" } }"#);
}

#[test]
fn several_classes_in_a_field_in_columns_and_numbers() {
    let target = |header: &str, row: &dyn Fn(data::Shown) -> String, more: &[&str]| {
        let root = tempfile::tempdir().unwrap();
        data::table(root.path(), "train.csv", 24, &format!("file,{header}"), |number, shown| {
            format!("images/p{number}.png,{}", row(shown))
        });
        let (_, recipe) = guessed(root.path(), more);
        recipe["labels"]["target"].to_string()
    };
    let both = |shown: data::Shown| format!("{} {}", SHAPES[shown.shape], COLOURS[shown.colour]);
    assert_eq!(target("tags", &both, &[]), r#"{ tags = { column = "tags", separator = " " } }"#);
    let flags = |shown: data::Shown| format!("{},{}", u8::from(shown.colour == 2), u8::from(shown.shape == 1));
    assert_eq!(target("red,square", &flags, &[]), r#"{ flags = ["red", "square"] }"#);
    let radius = |shown: data::Shown| shown.radius.to_string();
    assert_eq!(target("radius", &radius, &[]), r#"{ numbers = ["radius"] }"#);
    assert_eq!(target("radius", &radius, &["--kind", "class"]), r#"{ class = "radius" }"#);
    // Two words that come again in no other field are one name.
    let breed = |shown: data::Shown| ["great dane", "border collie", "shih tzu"][shown.colour].to_owned();
    assert_eq!(target("label", &breed, &[]), r#"{ class = "label" }"#);
}

#[test]
fn masks_beside_pictures() {
    let root = tempfile::tempdir().unwrap();
    data::masks(root.path(), 12);
    let (said, recipe) = guessed(root.path(), &["--classes", "ground,shape"]);
    assert!(
        said.starts_with(
            "- a mask in masks/ for each picture in images/, 12 of them\n- 2 classes of pixels: ground, shape"
        ),
        "{said}"
    );
    assert_eq!(recipe["labels"]["codes"].to_string(), "[0, 255]");
}

#[test]
fn the_folder_that_a_table_means_is_the_one_for_training() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::table(at, "train.csv", 12, "id,label", |number, shown| format!("{number},{}", COLOURS[shown.colour]));
    for part in ["train", "test"] {
        for number in 0..12 {
            data::save(&data::shown(number).picture(), &at.join(part).join(format!("{number}.png")));
        }
    }
    std::fs::remove_dir_all(at.join("images")).unwrap();
    let (said, recipe) = guessed(at, &[]);
    assert!(said.contains("names the pictures in train/"), "{said}");
    assert_eq!(recipe["labels"]["folder"].as_str(), Some("train"));
    std::fs::rename(at.join("train"), at.join("more")).unwrap();
    assert_eq!(
        refused(at, &["train", "."]),
        "error: labels: ./train.csv names pictures that several folders have: more, test; say which by --pictures FOLDER"
    );
    assert_eq!(guessed(at, &["--pictures", "more/"]).1["labels"]["folder"].as_str(), Some("more"));
}

#[test]
fn a_table_goes_before_folders_that_are_no_classes() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::table(at, "labels.csv", 12, "image,label", |number, shown| {
        format!("C:\\pets\\P{number}.PNG,{}", COLOURS[shown.colour])
    });
    for number in 0..6 {
        let (from, to) = (at.join(format!("images/p{number}.png")), at.join("images_001"));
        std::fs::create_dir_all(&to).unwrap();
        std::fs::rename(from, to.join(format!("p{number}.png"))).unwrap();
    }
    let (said, recipe) = guessed(at, &[]);
    assert_eq!(recipe["labels"]["target"].to_string(), r#"{ class = "label" }"#);
    assert!(said.starts_with("- 12 rows of ./labels.csv"), "{said}");
}

#[test]
fn folders_in_folders_and_strays_beside_them() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    for number in 0..24 {
        let place = [["cat", "indoor"], ["cat", "outdoor"], ["dog", "indoor"]][number % 3];
        data::save(&data::shown(number).picture(), &at.join(place[0]).join(place[1]).join(format!("{number}.png")));
    }
    data::save(&data::shown(0).picture(), &at.join("stray.png"));
    let (said, recipe) = guessed(at, &[]);
    assert!(said.starts_with("- 2 classes, a folder each, the outermost: cat, dog\n- left out: 1 picture"), "{said}");
    is(&recipe, "labels", "from = 'folders'\nlevel = 0");
    // One folder in another, with the usual parts in it, in another case.
    let wrapped = tempfile::tempdir().unwrap();
    data::part_folders(&wrapped.path().join("archive"), 24);
    std::fs::rename(wrapped.path().join("archive/val"), wrapped.path().join("archive/Test_Set")).unwrap();
    let (said, recipe) = guessed(wrapped.path(), &[]);
    assert!(said.contains("the pictures below Test_Set/ validate"), "{said}");
    assert!(recipe["data"].as_str().unwrap().ends_with("archive"));
}

#[test]
fn what_a_run_wrote_is_no_data() {
    let root = tempfile::tempdir().unwrap();
    data::class_folders(root.path(), 24);
    let train = ["train", ".", "--epochs", "1", "-q", "--weights", "none", "--size", "32"];
    said(root.path(), &train);
    assert!(root.path().join("firelight-out").is_dir());
    let (said, _) = guessed(root.path(), &["--epochs", "2"]);
    assert!(said.starts_with("- 3 classes, a folder each: blue, green, red\n"), "{said}");
}

#[test]
fn classes_that_are_called_as_other_things_are() {
    let root = tempfile::tempdir().unwrap();
    for number in 0..12 {
        let class = ["mask", "no mask"][number % 2];
        data::save(&data::shown(number).picture(), &root.path().join(class).join(format!("{number}.jpg")));
    }
    let (said, _) = guessed(root.path(), &[]);
    assert!(said.starts_with("- 2 classes, a folder each: mask, no mask"), "{said}");
}
