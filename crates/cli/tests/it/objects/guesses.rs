//! What files are found, and what they are taken for.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{both, coco, colour, draw, one_file, save, three_parts};
use crate::data;
use crate::said;

const PLAIN: [&str; 4] = ["--weights", "none", "--size", "32"];

/// What is said of the data, and the recipe.
fn guessed(root: &Path, data: &str, more: &[&str]) -> (Vec<String>, toml::Table) {
    let text = said(root, &[&["train", data, "--dry-run"], &PLAIN[..], more].concat());
    let (lines, recipe): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("- "));
    let lines = lines.into_iter().map(|line| line[2..].to_owned()).filter(|line| !line.starts_with("small at"));
    (lines.collect(), recipe.join("\n").parse().unwrap())
}

fn is(recipe: &toml::Table, part: &str, expected: &str) {
    assert_eq!(recipe[part].as_table().unwrap(), &expected.parse::<toml::Table>().unwrap(), "{recipe:?}");
}

#[test]
fn objects_of_one_category_a_picture_are_its_class() {
    let root = tempfile::tempdir().unwrap();
    one_file(root.path(), 12, colour);
    let (said, recipe) = guessed(root.path(), ".", &[]);
    assert_eq!(
        said,
        [
            "12 pictures of ./annotations.json, which lie in images/",
            "3 classes, the category of a picture's objects: red, green, blue"
        ]
    );
    let labels = "from = 'coco'\nfile = 'annotations.json'\npictures = 'images'\nlearn = 'class'\nclasses = ['red', 'green', 'blue']";
    is(&recipe, "labels", labels);
    is(&recipe, "split", "by = 'chance'\nvalid = 0.2\nseed = 1");
}

#[test]
fn objects_of_several_categories_are_tags_and_none_is_an_answer_too() {
    let root = tempfile::tempdir().unwrap();
    let mut value = one_file(root.path(), 12, both);
    let annotations = value["annotations"].as_array_mut().unwrap();
    annotations.retain(|annotation| annotation["image_id"] != 5);
    // A crowd is of its category.
    annotations[0]["iscrowd"] = json!(1);
    save(&value, &root.path().join("annotations.json"));
    let (said, recipe) = guessed(root.path(), ".", &[]);
    assert_eq!(
        said[1],
        "any of 5 classes, the categories of a picture's objects: red, square, disc, green, blue; 1 picture with none"
    );
    assert_eq!(recipe["labels"]["learn"].as_str(), Some("tags"));
    // Of some of the categories each picture may have one.
    save(
        &coco(&(0..12).collect::<Vec<_>>(), |number| format!("{number}.png"), both),
        &root.path().join("annotations.json"),
    );
    let (said, recipe) = guessed(root.path(), ".", &["--classes", "disc,square"]);
    assert_eq!(said[1], "2 classes, the category of a picture's objects: disc, square");
    assert_eq!(recipe["labels"]["classes"].to_string(), r#"["disc", "square"]"#);
    let (_, recipe) = guessed(root.path(), ".", &["--kind", "masks"]);
    assert_eq!(recipe["labels"]["classes"].to_string(), r#"["ground", "red", "square", "disc", "green", "blue"]"#);
}

#[test]
fn a_file_beside_the_pictures_of_each_part() {
    let root = tempfile::tempdir().unwrap();
    three_parts(root.path(), 30, both);
    let (said, recipe) = guessed(root.path(), ".", &[]);
    assert_eq!(
        said,
        [
            "18 pictures of ./train/_annotations.coco.json",
            "any of 5 classes, the categories of a picture's objects: red, square, disc, green, blue",
            "the 6 pictures of ./valid/_annotations.coco.json validate",
            "left out: test/_annotations.coco.json"
        ]
    );
    is(&recipe, "split", "by = 'file'\nfile = 'valid/_annotations.coco.json'\npictures = 'valid'");
    // Pictures that were not fetched.
    fs::rename(root.path().join("valid"), root.path().join("kept")).unwrap();
    fs::create_dir(root.path().join("valid")).unwrap();
    fs::copy(root.path().join("test/4.png"), root.path().join("valid/other.png")).unwrap();
    let file = "_annotations.coco.json";
    fs::copy(root.path().join("kept").join(file), root.path().join("valid").join(file)).unwrap();
    fs::remove_dir_all(root.path().join("kept")).unwrap();
    let (said, _) = guessed(root.path(), ".", &[]);
    assert_eq!(said[3], "left out: valid/_annotations.coco.json, none of whose pictures are here");
    // Without a part that validates the one for a test does, and without that a share at random.
    fs::remove_dir_all(root.path().join("valid")).unwrap();
    let (_, recipe) = guessed(root.path(), ".", &[]);
    assert_eq!(recipe["split"]["pictures"].as_str(), Some("test"));
    fs::remove_dir_all(root.path().join("test")).unwrap();
    let (_, recipe) = guessed(root.path(), ".", &[]);
    is(&recipe, "split", "by = 'chance'\nvalid = 0.2\nseed = 1");
    assert_eq!(recipe["labels"]["pictures"].as_str(), Some("train"));
}

/// `train2017`, `val2017` and `annotations`, with other files of theirs and a test without annotations.
#[test]
fn the_layout_of_coco_itself() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    for (part, numbers) in [("train2017", 0..18), ("val2017", 18..24)] {
        let numbers: Vec<usize> = numbers.collect();
        draw(&at.join(part), &numbers);
        let value = coco(&numbers, |number| format!("{number}.png"), both);
        save(&value, &at.join(format!("annotations/instances_{part}.json")));
        let people = coco(&numbers, |number| format!("{number}.png"), |_| vec!["red"]);
        save(&people, &at.join(format!("annotations/person_keypoints_{part}.json")));
        let captions =
            json!({"images": value["images"], "annotations": [{"id": 1, "image_id": 1, "caption": "A shape."}]});
        save(&captions, &at.join(format!("annotations/captions_{part}.json")));
    }
    save(&coco(&[99], |number| format!("{number}.png"), |_| vec![]), &at.join("annotations/image_info_test2017.json"));
    let (said, recipe) = guessed(at, ".", &[]);
    assert_eq!(said[0], "18 pictures of ./annotations/instances_train2017.json, which lie in train2017/");
    let labels = "from = 'coco'\nfile = 'annotations/instances_train2017.json'\npictures = 'train2017'\nlearn = 'tags'\n\
                  classes = ['red', 'square', 'disc', 'green', 'blue']";
    is(&recipe, "labels", labels);
    is(&recipe, "split", "by = 'file'\nfile = 'annotations/instances_val2017.json'\npictures = 'val2017'");
    // The same file told alone, from both sides.
    let told = ["--labels", "annotations/instances_val2017.json"];
    let (said, recipe) = guessed(at, ".", &told);
    assert_eq!(said[0], "6 pictures of annotations/instances_val2017.json, which lie in val2017/");
    is(&recipe, "split", "by = 'chance'\nvalid = 0.2\nseed = 1");
    let (_, from_file) = guessed(at, "annotations/instances_val2017.json", &[]);
    assert_eq!(from_file["labels"], recipe["labels"]);
    let pair = "annotations/person_keypoints_train2017.json,annotations/person_keypoints_val2017.json";
    let (_, recipe) = guessed(at, ".", &["--labels", pair, "--kind", "tags"]);
    assert_eq!(recipe["labels"]["classes"].to_string(), r#"["red"]"#);
    assert_eq!(recipe["split"]["file"].as_str(), Some("annotations/person_keypoints_val2017.json"));
}

#[test]
fn names_with_folders_are_told_from_where_they_begin() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let numbers: Vec<usize> = (0..12).collect();
    // Two folders have files of the same names, which are others.
    draw(&at.join("set/pictures/a"), &numbers);
    draw(&at.join("set/pictures/b"), &numbers);
    save(
        &coco(&numbers, |number| format!("{}/{number}.png", ["a", "b"][number % 2]), colour),
        &at.join("set/result.json"),
    );
    let (said, recipe) = guessed(at, "set", &[]);
    assert_eq!(said[0], "12 pictures of set/result.json, which lie in pictures/");
    assert_eq!(recipe["labels"]["pictures"].as_str(), Some("pictures"));
    // Ids that are text, and objects without a box.
    let mut value = coco(&numbers, |number| format!("a/{number}.png"), colour);
    for image in value["images"].as_array_mut().unwrap() {
        image["id"] = json!(format!("picture {}", image["id"]));
    }
    for annotation in value["annotations"].as_array_mut().unwrap() {
        annotation["image_id"] = json!(format!("picture {}", annotation["image_id"]));
        annotation["category_id"] = json!(annotation["category_id"].to_string());
        annotation.as_object_mut().unwrap().remove("bbox");
    }
    save(&value, &at.join("set/result.json"));
    let (said, _) = guessed(at, "set", &[]);
    assert_eq!(said[1], "3 classes, the category of a picture's objects: red, green, blue");
}

#[test]
fn what_is_surer_goes_before_it() {
    let root = tempfile::tempdir().unwrap();
    data::part_folders(root.path(), 24);
    let value =
        coco(&[0, 1], |number| format!("train/{}/{number}.png", data::COLOURS[data::shown(number).colour]), both);
    save(&value, &root.path().join("annotations.json"));
    let (said, _) = guessed(root.path(), ".", &[]);
    assert!(said[0].starts_with("3 classes, a folder each below train/"), "{said:?}");
    // Other JSON files are none of its business.
    save(&json!({"images": "none"}), &root.path().join("annotations.json"));
    fs::remove_dir_all(root.path().join("val")).unwrap();
    let (said, _) = guessed(root.path(), ".", &[]);
    assert!(said[0].starts_with("3 classes, a folder each"), "{said:?}");
}
