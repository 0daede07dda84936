//! From a COCO file to predictions.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{both, colour, one_file, three_parts};
use crate::data::{self, COLOURS, SHAPES};
use crate::schema::fits;
use crate::{refused, said};

const SMALL: [&str; 4] = ["--weights", "none", "--size", "32"];

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Trains on `data` into `out`, and gives the figure of that name, and what `evaluate` finds.
pub fn trained(root: &Path, out: &str, name: &str, more: &[&str], labels: &[&str]) -> (f64, Value) {
    said(root, &[&["train", "data", "--out", out, "--json", "out.json"], &SMALL[..], more, labels].concat());
    let outcome = json(&root.join("out.json"));
    fits("train", &outcome);
    let figures = outcome["figures"].as_array().unwrap();
    let figure = figures.iter().find(|figure| figure["name"] == name).unwrap()["value"].as_f64().unwrap();
    // The recipe that was written trains to the same model.
    said(root, &["train", "--recipe", &format!("{out}/firelight.toml"), "--out", "again", "--restart", "-q"]);
    let model = |folder: &str| fs::read(root.join(folder).join("model.firelight")).unwrap();
    assert!(model(out) == model("again"), "another model");
    let model = format!("{out}/model.firelight");
    said(root, &[&["evaluate", &model, "data", "-q", "--json", "seen.json"], labels].concat());
    let seen = json(&root.join("seen.json"));
    fits("evaluate", &seen);
    (figure, seen)
}

/// What a model says of a picture.
pub fn predicted(root: &Path, out: &str, picture: &str) -> Value {
    said(root, &["predict", &format!("{out}/model.firelight"), picture, "--jsonl", "said.jsonl"]);
    let line = json(&root.join("said.jsonl"));
    fits("predict", &line);
    line
}

#[test]
fn classes_and_tags() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    one_file(&at.join("data"), 90, colour);
    let (accuracy, seen) = trained(at, "classes", "accuracy", &["--epochs", "8"], &[]);
    assert!(accuracy > 0.85, "{accuracy}");
    let examples = |name: &str| {
        let classes = seen["classes"].as_array().unwrap();
        classes.iter().find(|class| class["name"] == name).unwrap()["examples"].as_u64().unwrap()
    };
    assert_eq!(COLOURS.map(examples), [30, 30, 30]);
    assert_eq!(predicted(at, "classes", "data/images/4.png")["class"], "red");

    fs::remove_dir_all(at.join("data")).unwrap();
    three_parts(&at.join("data"), 120, both);
    let (accuracy, seen) = trained(at, "tags", "accuracy_multi", &["--epochs", "10"], &[]);
    assert!(accuracy > 0.75, "{accuracy}");
    // The part for a test is left out.
    assert_eq!(json(&at.join("out.json"))["pictures"], serde_json::json!([72, 24]));
    let classes: Vec<(&str, u64)> = seen["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| (class["name"].as_str().unwrap(), class["examples"].as_u64().unwrap()))
        .collect();
    let count = |of: &dyn Fn(data::Shown) -> bool| {
        (0..120).filter(|number| number % 5 < 4 && of(data::shown(*number))).count() as u64
    };
    let expected = [
        ("red", count(&|shown| COLOURS[shown.colour] == "red")),
        ("square", count(&|shown| SHAPES[shown.shape] == "square")),
        ("disc", count(&|shown| SHAPES[shown.shape] == "disc")),
        ("green", count(&|shown| COLOURS[shown.colour] == "green")),
        ("blue", count(&|shown| COLOURS[shown.colour] == "blue")),
    ];
    assert_eq!(classes, expected);
    let said = predicted(at, "tags", "data/test/4.png");
    assert!(said["classes"].as_array().unwrap().iter().any(|class| class == "red"), "{said}");
}

#[test]
fn masks_are_drawn_from_outlines() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    one_file(&at.join("data"), 40, |shown| vec![SHAPES[shown.shape]]);
    let labels = ["--kind", "masks", "--classes", "disc,square"];
    let (iou, seen) = trained(at, "masks", "mean_iou", &[], &labels);
    assert!(iou > 0.6, "{iou}");
    let pixels: Vec<(&str, u64)> = seen["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| (class["name"].as_str().unwrap(), class["pixels"].as_u64().unwrap()))
        .collect();
    let squares = (0..40).map(data::shown).filter(|shown| shown.shape == 1).map(|shown| shown.area()[2].pow(2) as u64);
    assert_eq!((pixels[0].0, pixels[1].0, pixels[2]), ("ground", "disc", ("square", squares.sum())));
    assert_eq!(seen["mean"]["pixels"], 40 * 32 * 32);
    // A disc has its pixels but for some of its edge.
    let discs: u64 = (0..40)
        .step_by(2)
        .map(|number| data::shown(number).mask().pixels().filter(|pixel| pixel[0] > 0).count() as u64)
        .sum();
    assert!(pixels[1].1.abs_diff(discs) < discs / 10, "{} and {discs}", pixels[1].1);
    let shares = predicted(at, "masks", "data/images/5.png")["shares"].clone();
    assert!(shares["ground"].as_f64().unwrap() > 0.4, "{shares}");
}

#[test]
fn a_box_is_where_it_is_said_to_be() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    one_file(&at.join("data"), 90, |shown| vec![SHAPES[shown.shape]]);
    let labels = ["--kind", "box"];
    let (iou, seen) = trained(at, "boxes", "box_iou", &[], &labels);
    assert!(iou > 0.6, "{iou}");
    assert_eq!(seen["boxes"], 90);
    assert!(seen["mean_iou"].as_f64().unwrap() > 0.6, "{seen}");
    let said_box = predicted(at, "boxes", "data/images/5.png")["box"].clone();
    let [left, top, width, height] = data::shown(5).area().map(f64::from);
    for (side, actual) in [left, top, left + width, top + height].into_iter().enumerate() {
        assert!((said_box[side].as_f64().unwrap() - actual).abs() < 5.0, "{said_box}");
    }
    assert!(said(at, &["predict", "boxes/model.firelight", "data/images/5.png"]).contains("box"));
    let look = said(at, &[&["look", "data", "--batch", "batch.png"], &SMALL[..], &labels].concat());
    assert!(
        look.contains("a box, that of a picture's only object: square, disc") && at.join("batch.png").is_file(),
        "{look}"
    );
    // Boxes are of the pictures that they were drawn on.
    let told = said(at, &["resize", "data", "small", "--size", "16"]);
    assert!(
        told.contains("positions in pixels, as .json and .xml files may have them, are those of the larger pictures"),
        "{told}"
    );
    assert_eq!(
        refused(at, &["train", "small", "--kind", "box", "--weights", "none"]),
        "error: labels: small/annotations.json says that small/images/0.png is 32×32, and it is 16×16; its boxes are those of another picture, so give \
         the pictures that it was made for, or mend it"
    );
    assert_eq!(
        refused(at, &["evaluate", "boxes/model.firelight", "data", "-q"]),
        "error: evaluate: the model tells a box, and the data have one class a picture; say what they have by --labels, --target and --kind"
    );
}

#[test]
fn a_box_in_four_columns() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let row = |number: usize, shown: data::Shown| {
        let [left, top, width, height] = shown.area();
        format!("images/p{number}.png,{},{left},{top},{},{}", SHAPES[shown.shape], left + width, top + height)
    };
    data::table(&at.join("data"), "labels.csv", 60, "file,label,xmin,ymin,xmax,ymax", row);
    let corners = said(at, &[&["train", "data", "--dry-run", "--kind", "box"], &SMALL[..]].concat());
    assert!(
        corners.contains("- a box, left, top, right and bottom in the columns xmin, ymin, xmax, ymax\n"),
        "{corners}"
    );
    let row = |number: usize, shown: data::Shown| {
        let [left, top, width, height] = shown.area();
        format!("images/p{number}.png,{left},{top},{width},{height}")
    };
    data::table(&at.join("data"), "labels.csv", 60, "file,x,y,w,h", row);
    let (iou, seen) = trained(at, "boxes", "box_iou", &[], &["--kind", "box"]);
    assert!(iou > 0.5, "{iou}");
    assert_eq!(seen["boxes"], 60);
    assert_eq!(
        refused(at, &["train", "data", "--kind", "box", "--target", "x,y"]),
        "error: labels: a box of data/labels.csv is in four columns, and 2 are told; give left, top, right and bottom, or left, top, width and height"
    );
}
