//! What is told of slips.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{both, coco, colour, draw, one_file, save, three_parts};
use crate::{refused, said};

fn train(root: &Path, more: &[&str]) -> String {
    refused(root, &[&["train", "DATA", "--weights", "none", "--size", "32", "-q"], more].concat())
}

/// A set of 12 pictures whose file was changed.
fn changed(
    categories: impl Fn(crate::data::Shown) -> Vec<&'static str>,
    change: impl Fn(&mut Value),
) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("DATA");
    let mut value = one_file(&data, 12, categories);
    change(&mut value);
    save(&value, &data.join("annotations.json"));
    root
}

#[test]
fn a_file_that_contradicts_itself() {
    let file = "error: annotations: DATA/annotations.json: ";
    let of = |change: &dyn Fn(&mut Value)| train(changed(colour, change).path(), &[]);
    assert_eq!(
        of(&|value| value["annotations"][3]["category_id"] = json!(7)),
        format!(
            "{file}the annotation of id 4 is of category 7, which is not there; list the category, or take the annotation out"
        )
    );
    assert_eq!(
        of(&|value| value["annotations"][3]["image_id"] = json!("none")),
        format!(
            "{file}the annotation of id 4 is of image \"none\", which is not there; list the image, or take the annotation out"
        )
    );
    assert_eq!(
        of(&|value| value["images"][3]["file_name"] = json!("2.png")),
        format!(
            "{file}two images are the file 2.png, the second of id 4; take one out, and give its annotations to the other"
        )
    );
    assert_eq!(
        of(&|value| value["images"][3]["id"] = json!("3")),
        format!("{file}two images have id 3: 2.png and 3.png; give each image a number of its own")
    );
    assert_eq!(
        of(&|value| value["annotations"] = json!([])),
        "error: labels: DATA/annotations.json lists pictures without any object; give a file with annotations by --labels"
    );
}

#[test]
fn a_file_that_is_none_of_coco() {
    let root = changed(colour, |value| *value = json!({"pictures": []}));
    assert_eq!(
        train(root.path(), &["--labels", "annotations.json"]),
        "error: annotations: DATA/annotations.json: it is no COCO file of instances: missing field `images` at line 1 column 15; mend it, or give \
         another file"
    );
    assert_eq!(
        train(root.path(), &["--labels", "other.json"]),
        "error: labels: there is no file other.json, here or in DATA"
    );
    let nothing = train(root.path(), &[]);
    assert!(
        nothing.starts_with("error: labels: nothing tells what the 12 pictures below DATA/images are: "),
        "{nothing}"
    );
}

#[test]
fn pictures_that_are_not_there() {
    let root = changed(colour, |_| {});
    fs::remove_file(root.path().join("DATA/images/4.png")).unwrap();
    assert_eq!(
        train(root.path(), &[]),
        "error: labels: 1 of 12 pictures of DATA/annotations.json are not in DATA/images, the first \"4.png\"; --skip-broken leaves them out"
    );
    let skipped = said(root.path(), &["look", "DATA", "--skip-broken", "--weights", "none", "--size", "32"]);
    assert!(skipped.starts_with("- 11 pictures of DATA/annotations.json, which lie in images/\n"), "{skipped}");
    let none = changed(colour, |value| value["images"][0]["file_name"] = json!("/home/ann/0.png"));
    for number in 0..12 {
        fs::rename(
            none.path().join(format!("DATA/images/{number}.png")),
            none.path().join(format!("DATA/images/x{number}.png")),
        )
        .unwrap();
    }
    assert_eq!(
        train(none.path(), &[]),
        "error: labels: DATA/annotations.json lists 12 pictures, none of which is below DATA, the first \"/home/ann/0.png\"; put them there, or say by \
         --pictures FOLDER where they lie"
    );
}

#[test]
fn several_files_or_folders_that_may_be_meant() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("DATA"));
    three_parts(&data, 30, colour);
    fs::copy(data.join("train/_annotations.coco.json"), data.join("train/old_annotations.coco.json")).unwrap();
    assert_eq!(
        train(at, &[]),
        "error: labels: several files list the pictures: DATA/test/_annotations.coco.json, DATA/train/_annotations.coco.json, \
         DATA/train/old_annotations.coco.json, DATA/valid/_annotations.coco.json; say which by --labels, as FILE.json, or TRAIN.json,VALID.json"
    );
    let other = tempfile::tempdir().unwrap();
    let data = other.path().join("DATA");
    let numbers: Vec<usize> = (0..12).collect();
    draw(&data.join("large"), &numbers);
    draw(&data.join("small"), &numbers);
    save(&coco(&numbers, |number| format!("{number}.png"), colour), &data.join("annotations.json"));
    assert_eq!(
        train(other.path(), &[]),
        "error: labels: DATA/annotations.json names pictures that several folders below DATA have: large, small; say which by --pictures FOLDER"
    );
    let seen = said(other.path(), &["look", "DATA", "--pictures", "small/", "--weights", "none", "--size", "32"]);
    assert!(seen.starts_with("- 12 pictures of DATA/annotations.json, which lie in small/\n"), "{seen}");
}

#[test]
fn objects_that_do_not_say_what_is_asked_for() {
    let root = changed(both, |value| {
        let annotations = value["annotations"].as_array_mut().unwrap();
        annotations.retain(|annotation| annotation["image_id"] != 3);
        annotations[0].as_object_mut().unwrap().remove("segmentation");
    });
    let at = root.path();
    assert_eq!(
        train(at, &["--kind", "class"]),
        "error: labels: each picture is to have objects of one category, and 12 of 12 pictures of DATA/annotations.json have not, the first \
         DATA/images/0.png (disc, blue); --kind tags takes any number of classes, and --skip-broken leaves them out"
    );
    assert_eq!(
        train(at, &["--kind", "class", "--skip-broken"]),
        "error: labels: each picture is to have objects of one category, and none of DATA/annotations.json has; --kind tags takes any number of classes"
    );
    let one_shape = ["--kind", "class", "--classes", "disc,square"];
    assert_eq!(
        train(at, &one_shape),
        "error: labels: each picture is to have objects of one category, and 1 of 12 pictures of DATA/annotations.json have not, the first \
         DATA/images/2.png (no object); --kind tags takes any number of classes, and --skip-broken leaves them out"
    );
    let look = ["look", "DATA", "--weights", "none", "--size", "32", "--skip-broken"];
    let seen = said(at, &[&look[..], &one_shape].concat());
    assert!(seen.contains("- left out: 1 of 12 pictures, that have not objects of one category\n"), "{seen}");
    assert!(seen.contains("\npictures   11: train "), "{seen}");
    assert_eq!(
        train(at, &["--kind", "masks"]),
        "error: labels: each picture is to have an outline of each object (`segmentation`), and 1 of 12 pictures of DATA/annotations.json have not, the \
         first DATA/images/0.png (an object without one); --classes takes the objects of some categories, and --skip-broken leaves them out"
    );
    assert_eq!(
        train(at, &["--kind", "box"]),
        "error: labels: each picture is to have one box, and 12 of 12 pictures of DATA/annotations.json have not, the first DATA/images/0.png (2 boxes); \
         --classes takes the objects of some categories, and --skip-broken leaves them out"
    );
    assert_eq!(
        train(at, &["--kind", "numbers"]),
        "error: labels: DATA/annotations.json has objects and no numbers; take --kind class, tags, masks or box"
    );
    assert_eq!(
        train(at, &["--classes", "disk"]),
        "error: labels: --classes names \"disk\" (did you mean \"disc\"?), which is no category of DATA/annotations.json; it has red, square, disc, green, blue"
    );
    let all_red = changed(|_| vec!["red"], |_| {});
    assert_eq!(
        train(all_red.path(), &[]),
        "error: labels: DATA/annotations.json has objects of \"red\" alone in every picture, which is nothing to tell apart; --kind box learns where one \
         is, and --kind masks which pixels they have"
    );
}

#[test]
fn boxes_and_masks_where_there_are_none() {
    let root = tempfile::tempdir().unwrap();
    crate::data::class_folders(&root.path().join("DATA"), 12);
    assert_eq!(
        train(root.path(), &["--labels", "folders", "--kind", "box"]),
        "error: labels: the data have no boxes, but 3 classes, a folder each: blue, green, red; say by --labels what has some, or leave --kind out"
    );
}
