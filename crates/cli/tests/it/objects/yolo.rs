//! YOLO's labels: a text for each picture.

use std::fs;
use std::path::Path;

use super::runs::{predicted, trained};
use crate::data;
use crate::{refused, said};

const LOOK: [&str; 5] = ["--weights", "none", "--size", "32", "--dry-run"];

/// A line of the text: the shape's number, and the box in shares.
fn line(shown: data::Shown) -> String {
    let [left, top, width, height] = shown.area().map(|pixels| f64::from(pixels) / 32.0);
    format!("{} {} {} {width} {height}\n", shown.shape, left + width / 2.0, top + height / 2.0)
}

/// `FOLDER/N.png` with `LABELS/N.txt`.
pub fn labelled(root: &Path, folder: &str, labels: &str, numbers: impl Iterator<Item = usize>) {
    fs::create_dir_all(root.join(labels)).unwrap();
    for number in numbers {
        let shown = data::shown(number);
        data::save(&shown.picture(), &root.join(folder).join(format!("{number}.png")));
        fs::write(root.join(labels).join(format!("{number}.txt")), line(shown)).unwrap();
    }
}

/// `train/images`, `train/labels`, `valid/images`, `valid/labels` and `data.yaml`.
pub fn parts(root: &Path, count: usize) {
    labelled(root, "train/images", "train/labels", (0..count).filter(|number| number % 4 < 3));
    labelled(root, "valid/images", "valid/labels", (0..count).filter(|number| number % 4 == 3));
    fs::write(
        root.join("data.yaml"),
        "train: ../train/images\nval: ../valid/images\n\nnc: 2\nnames: ['disc', 'square']\n",
    )
    .unwrap();
}

fn guessed(root: &Path, data: &str, more: &[&str]) -> (String, toml::Table) {
    let text = said(root, &[&["train", data], &LOOK[..], more].concat());
    let (lines, recipe): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("- "));
    (lines.join("\n"), recipe.join("\n").parse().unwrap())
}

#[test]
fn texts_beside_pictures_in_every_layout() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    parts(&at.join("parts"), 24);
    let (said, recipe) = guessed(at, "parts", &[]);
    assert!(
        said.starts_with(
            "- 18 pictures in train/images/ with labels of YOLO, whose classes parts/data.yaml names\n- 2 classes, the category of a picture's \
             objects: disc, square\n- the 6 pictures in valid/images/ with labels of YOLO, whose classes parts/data.yaml names validate\n"
        ),
        "{said}"
    );
    let labels = "from = 'yolo'\npictures = 'train/images'\nnames = ['disc', 'square']\nlearn = 'class'\nclasses = ['disc', 'square']";
    assert_eq!(recipe["labels"].as_table().unwrap(), &labels.parse::<toml::Table>().unwrap());
    assert_eq!(recipe["split"].to_string(), r#"{ by = "folders", train = "train/images", valid = "valid/images" }"#);

    // `images/train` and `labels/train`, with the names a line each.
    labelled(&at.join("inner"), "images/train", "labels/train", 0..18);
    labelled(&at.join("inner"), "images/val", "labels/val", 18..24);
    fs::write(at.join("inner/data.yaml"), "names:\n  1: square # has corners\n  0: \"disc\"\nnc: 2\n").unwrap();
    let (_, recipe) = guessed(at, "inner", &[]);
    assert_eq!(recipe["labels"]["names"].to_string(), r#"["disc", "square"]"#);
    assert_eq!(recipe["split"].to_string(), r#"{ by = "folders", train = "images/train", valid = "images/val" }"#);

    // Beside the pictures, one of which has nothing on it and another no text; outlines in place of a box.
    labelled(&at.join("flat"), "", "", 0..12);
    fs::write(at.join("flat/classes.txt"), "disc\nsquare\n").unwrap();
    fs::write(at.join("flat/3.txt"), "").unwrap();
    fs::remove_file(at.join("flat/4.txt")).unwrap();
    fs::write(at.join("flat/5.txt"), "1 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n0 0.5 0.5 0.2 0.2\n").unwrap();
    let (said, recipe) = guessed(at, "flat", &[]);
    assert!(
        said.starts_with(
            "- 12 pictures with labels of YOLO, whose classes flat/classes.txt names\n- any of 2 classes, the categories of a picture's objects: disc, \
             square; 2 pictures with none\n"
        ),
        "{said}"
    );
    assert_eq!(recipe["split"]["by"].as_str(), Some("chance"));
    let told = ["--labels", "classes.txt", "--kind", "class", "--skip-broken"];
    assert!(
        guessed(at, "flat", &told).0.contains("- left out: 3 of 12 pictures, that have not objects of one category\n")
    );
}

#[test]
fn other_texts_are_no_labels() {
    let root = tempfile::tempdir().unwrap();
    data::class_folders(root.path(), 12);
    for number in 0..12 {
        let folder = root.path().join(data::COLOURS[data::shown(number).colour]);
        fs::write(folder.join(format!("{number}.txt")), "A shape on a gray ground, seen from 1 side, by 2 people.")
            .unwrap();
    }
    let (said, _) = guessed(root.path(), ".", &[]);
    assert!(said.starts_with("- 3 classes, a folder each: blue, green, red\n"), "{said}");
}

#[test]
fn boxes_of_texts_are_learned() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    parts(&at.join("data"), 80);
    let (iou, seen) = trained(at, "boxes", "box_iou", &[], &["--kind", "box"]);
    assert!(iou > 0.6, "{iou}");
    assert_eq!(seen["boxes"], 80);
    let place = predicted(at, "boxes", "data/valid/images/7.png")["box"].clone();
    let [left, top, width, height] = data::shown(7).area().map(f64::from);
    for (side, actual) in [left, top, left + width, top + height].into_iter().enumerate() {
        assert!((place[side].as_f64().unwrap() - actual).abs() < 5.0, "{place}");
    }
    // Shares are of smaller pictures too.
    said(at, &["resize", "data", "small", "--size", "16"]);
    let small = said(at, &["evaluate", "boxes/model.firelight", "small", "--kind", "box"]);
    assert!(small.contains("\nboxes                         80\n"), "{small}");
}

#[test]
fn slips_name_text_and_line() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("DATA"));
    labelled(&data, "images", "labels", 0..6);
    let train = || refused(at, &["train", "DATA", "--weights", "none", "--size", "32", "-q"]);
    assert_eq!(
        train(),
        "error: labels: texts as DATA/labels/0.txt are labels of YOLO, and no list names their classes; write classes.txt in DATA, a name a line, class 0 \
         first"
    );
    fs::write(data.join("data.yaml"), "nc: 2\n").unwrap();
    assert_eq!(
        refused(at, &["train", "DATA", "--labels", "data.yaml", "-q"]),
        "error: labels: DATA/data.yaml names no classes, from 0 on; write `names: [cat, dog]`, or in classes.txt a name a line"
    );
    fs::remove_file(data.join("data.yaml")).unwrap();
    fs::write(data.join("classes.txt"), "disc\n").unwrap();
    assert_eq!(
        train(),
        "error: annotations: DATA/labels/1.txt, line 1: class 1 is none of the 1 that are named; mend it, or name all classes (data.yaml or classes.txt)"
    );
    fs::write(data.join("classes.txt"), "disc\nsquare\n").unwrap();
    let form = "write a class and the middle, width and height of a box, or corners, in shares of the picture";
    for (text, what) in [
        ("0 0.5 0.5 0.1 0.1\n\n0 16 16 8 8\n", "line 3: 16 is no share of the picture, from 0 to 1"),
        ("0 0.5 0.5 0.1 0.1 0.9\n", "line 1: it has 5 numbers behind the class"),
    ] {
        fs::write(data.join("labels/3.txt"), text).unwrap();
        assert_eq!(train(), format!("error: annotations: DATA/labels/3.txt, {what}; {form}"));
    }
    // Beside a list of classes texts are labels though some of them are wrong.
    fs::write(data.join("labels/3.txt"), "0 0.5 0.5 0.1 wide\n").unwrap();
    assert_eq!(
        train(),
        format!("error: annotations: DATA/labels/3.txt, line 1: \"0 0.5 0.5 0.1 wide\" is no numbers; {form}")
    );
}

#[test]
fn what_a_run_has_drawn_is_no_data() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("data"));
    labelled(&data, "", "", 0..12);
    fs::write(data.join("classes.txt"), "disc\nsquare\n").unwrap();
    for out in ["data/first", "data/second"] {
        let run = ["train", "data", "--out", out, "--epochs", "1", "--json", "out.json"];
        said(at, &[&run[..], &LOOK[..4]].concat());
        fs::copy(data.join("0.png"), at.join(out).join("drawn.png")).unwrap();
        let outcome: serde_json::Value = serde_json::from_slice(&fs::read(at.join("out.json")).unwrap()).unwrap();
        assert_eq!(outcome["pictures"], serde_json::json!([9, 3]), "{out}");
    }
}

#[test]
fn folders_that_are_left_out_and_such_as_are_not_one() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("DATA"));
    parts(&data, 24);
    labelled(&data, "test/images", "test/labels", 24..27);
    labelled(&data, "other", "other", 27..30);
    let (said_of, _) = guessed(at, "DATA", &[]);
    assert!(said_of.contains("\n- left out: other/, test/\n"), "{said_of}");
    // From within the folder of pictures, whose path says `images`.
    let seen = said(&data.join("train/images"), &["look", ".", "--labels", "../../data.yaml", "--weights", "none"]);
    assert!(seen.starts_with("- 18 pictures with labels of YOLO, whose classes ../../data.yaml names\n"), "{seen}");
    labelled(&data, "train2/images", "train2/labels", 30..33);
    let train = |more: &[&str]| refused(at, &[&["train", "-q"], more].concat());
    assert_eq!(
        train(&["DATA", "--weights", "none"]),
        "error: labels: pictures that train lie in several folders: train/, train2/; move them into one, or give one part by another folder"
    );
    fs::remove_dir_all(data.join("train2")).unwrap();
    let recipe = said(at, &[&["train", "DATA"], &LOOK[..]].concat());
    let recipe = recipe.lines().filter(|line| !line.starts_with("- ")).collect::<Vec<_>>().join("\n");
    for (from, to, what) in [
        (
            "train = \"train/images\"",
            "train = \"other\"",
            "split.train is \"other\", and labels.pictures is \"train/images\"; both are the folder that trains",
        ),
        (
            "valid = \"valid/images\"",
            "valid = \"train\"",
            "split.valid is \"train\", and labels.pictures is \"train/images\": one is in the other; give folders apart, or `by = \"chance\"`",
        ),
    ] {
        assert!(recipe.contains(from), "{recipe}");
        fs::write(at.join("other.toml"), recipe.replace(from, to)).unwrap();
        assert_eq!(train(&["--recipe", "other.toml"]), format!("error: recipe: {what}"));
    }
    for number in 0..24 {
        let part = if number % 4 < 3 { "train" } else { "valid" };
        fs::write(data.join(format!("{part}/labels/{number}.txt")), "").unwrap();
    }
    fs::remove_dir_all(data.join("other")).unwrap();
    fs::remove_dir_all(data.join("test")).unwrap();
    assert_eq!(
        train(&["DATA", "--labels", "data.yaml", "--weights", "none"]),
        "error: labels: the texts whose classes DATA/data.yaml names list no object; write a line for each, or give other labels by --labels"
    );
}
