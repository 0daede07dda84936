//! From a folder to predictions.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::data::{self, COLOURS, SHAPES};
use crate::{firelight, run, said};

const SMALL: [&str; 4] = ["--weights", "none", "--size", "32"];

/// Trains on `data`, and gives the figure of that name.
fn figure(root: &Path, more: &[&str], name: &str) -> f64 {
    said(root, &[&["train", "data", "--json", "out.json"], &SMALL[..], more].concat());
    let outcome: Value = serde_json::from_slice(&fs::read(root.join("out.json")).unwrap()).unwrap();
    let figures = outcome["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["name"] == name).unwrap()["value"].as_f64().unwrap()
}

#[test]
fn classes_train_predict_and_are_told_again() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 90);
    assert!(figure(at, &["--epochs", "8"], "accuracy") > 0.9);
    let out = at.join("firelight-out/data");
    for file in ["model.firelight", "report.html", "firelight.toml", "results.png", "batch.png"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    let model = "firelight-out/data/model.firelight";
    let line = said(at, &["predict", model, "data/red/4.png"]);
    assert!(line.starts_with("data/red/4.png: red "), "{line}");
    said(at, &["predict", model, "data", "--csv", "all.csv", "--probabilities"]);
    let table = fs::read_to_string(at.join("all.csv")).unwrap();
    assert_eq!(table.lines().count(), 91);
    let report = said(at, &["evaluate", model, "data", "-q", "--json", "seen.json"]);
    assert!(report.contains("blue") && report.contains("red"), "{report}");
    let seen: Value = serde_json::from_slice(&fs::read(at.join("seen.json")).unwrap()).unwrap();
    assert!(seen["accuracy"].as_f64().unwrap() > 0.9);
    let about: Value = serde_json::from_str(&said(at, &["info", model, "--json"])).unwrap();
    assert_eq!(about["outputs"], serde_json::json!(COLOURS));

    // The same again is answered from what is there; the recipe gives the same model, bit for bit.
    let first = fs::read(at.join(model)).unwrap();
    figure(at, &["--epochs", "8"], "accuracy");
    assert!(fs::read(at.join(model)).unwrap() == first);
    said(at, &["train", "--recipe", "firelight-out/data/firelight.toml", "--out", "again", "-q", "--cache", "kept"]);
    assert!(fs::read(at.join("again/model.firelight")).unwrap() == first);
    let recipe = fs::read_to_string(at.join("again/firelight.toml")).unwrap();
    assert!(recipe.contains("[cache]") && recipe.contains("gib = 4.0"), "{recipe}");
    // A folder for each two digits of names, and the sum.
    assert!(fs::read_dir(at.join("kept")).unwrap().count() > 10);
}

#[test]
fn tags_numbers_and_masks_train_too() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::table(&at.join("data"), "labels.csv", 90, "file,tags", |number, shown| {
        format!("images/p{number}.png,{} {}", SHAPES[shown.shape], COLOURS[shown.colour])
    });
    let tags = figure(at, &["--out", "tags", "--epochs", "10"], "accuracy_multi");
    assert!(tags > 0.75, "{tags}");
    assert!(said(at, &["predict", "tags/model.firelight", "data/images/p4.png"]).contains("red"));
    fs::write(at.join("data/labels.csv"), {
        let rows = (0..90).map(|number| format!("images/p{number}.png,{}\n", data::shown(number).radius));
        format!("file,radius\n{}", rows.collect::<String>())
    })
    .unwrap();
    // The radii are 5 to 10: to say 7.5 of each would be off by 1.7.
    let off = figure(at, &["--out", "radii", "--epochs", "30"], "rmse");
    assert!(off < 1.6, "{off}");
    // The same in other units is learned as well.
    let rows = (0..90).map(|number| format!("images/p{number}.png,{}\n", 1000 * data::shown(number).radius + 400_000));
    fs::write(at.join("data/labels.csv"), format!("file,price\n{}", rows.collect::<String>())).unwrap();
    let far = figure(at, &["--out", "prices", "--epochs", "30"], "rmse");
    assert!((far / 1000.0 - off).abs() < 0.2, "{off}, {far}");
    fs::remove_dir_all(at.join("data")).unwrap();
    data::masks(&at.join("data"), 40);
    let iou = figure(at, &["--out", "masks"], "mean_iou");
    assert!(iou > 0.7, "{iou}");
}

#[test]
fn costs_decide() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 30);
    // Whoever takes red for another pays a hundred times: all that may be red is said to be so.
    fs::write(at.join("costs.csv"), "actual,predicted,cost\nred,blue,100\nred,green,100\n").unwrap();
    let train = ["train", "data", "--epochs", "1", "-q", "--costs", "costs.csv"];
    said(at, &[&train[..], &SMALL].concat());
    let lines = said(at, &["predict", "firelight-out/data/model.firelight", "data", "--csv", "all.csv"]);
    assert!(lines.is_empty());
    let table = fs::read_to_string(at.join("all.csv")).unwrap();
    assert!(table.lines().skip(1).all(|row| row.contains("red")), "{table}");
}

#[test]
fn minutes_are_kept_and_a_reader_that_leaves_ends_nothing() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 30);
    let mut command = firelight(at, &["train", "data", "--minutes", "0.1", "--weights", "none", "--size", "32"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(at.join("firelight-out/data/model.firelight").is_file());
}

#[test]
fn broken_pictures_are_listed() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 12);
    assert!(said(at, &["verify", "data"]).starts_with("12 pictures checked, 0 broken"));
    fs::write(at.join("data/red/torn.png"), "half").unwrap();
    let output = run(at, &["verify", "data"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stdout).contains("data/red/torn.png"));
    let looked = said(at, &["look", "data", "--batch", "batch.png"]);
    assert!(looked.contains("3 class(es)") && at.join("batch.png").is_file(), "{looked}");
}

#[test]
fn the_shells_and_the_architectures_are_told() {
    let here = Path::new(".");
    assert!(said(here, &["completions", "bash"]).contains("_firelight"));
    assert!(said(here, &["models"]).contains("efficientnet-lite0"));
}

#[test]
fn a_model_is_exported_for_other_programs() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    data::class_folders(&at.join("data"), 30);
    said(at, &[&["train", "data", "--epochs", "1", "-q", "--json", "told.json"], &SMALL[..]].concat());
    let model = "firelight-out/data/model.firelight";
    let card = [
        "export",
        model,
        "--weights",
        "body.safetensors",
        "--card",
        "README.md",
        "--license",
        "mit",
        "--metrics",
        "told.json",
    ];
    said(at, &[&card[..], &["--data", "Drawn shapes."]].concat());
    let file = std::fs::read(at.join("body.safetensors")).unwrap();
    assert!(String::from_utf8_lossy(&file[8..8000]).contains("stem.conv.weight"));
    let card = std::fs::read_to_string(at.join("README.md")).unwrap();
    for part in [
        "pipeline_tag: image-classification",
        "license: mit",
        "# data",
        "by small",
        "0. ",
        "Drawn shapes.",
        "| accuracy | ",
    ] {
        assert!(card.contains(part), "{part} is not in\n{card}");
    }
    let refused = firelight(at, &["export", model]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}
