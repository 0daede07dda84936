//! From a folder to predictions.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::data::{self, COLOURS, SHAPES};
use crate::schema::fits;
use crate::{firelight, refused, run, said};

const SMALL: [&str; 4] = ["--weights", "none", "--size", "32"];

/// What `evaluate` finds of a model on `data`.
fn evaluated(root: &Path, model: &str) -> Value {
    said(root, &["evaluate", model, "data", "-q", "--json", "seen.json"]);
    let seen = serde_json::from_slice(&fs::read(root.join("seen.json")).unwrap()).unwrap();
    fits("evaluate", &seen);
    seen
}

/// Trains on `data`, and gives the figure of that name.
fn figure(root: &Path, more: &[&str], name: &str) -> f64 {
    said(root, &[&["train", "data", "--json", "out.json"], &SMALL[..], more].concat());
    let outcome: Value = serde_json::from_slice(&fs::read(root.join("out.json")).unwrap()).unwrap();
    fits("train", &outcome);
    let figures = outcome["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["name"] == name).unwrap()["value"].as_f64().unwrap()
}

#[test]
fn a_run_says_what_it_is_going_to_do_and_is_told_to_mlflow() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 30);
    let told = said(at, &[&["train", "data", "--epochs", "2", "--ema", "--mlflow", "mlruns"], &SMALL[..]].concat());
    let plan = "- 2 epochs of the whole network from scratch, at rates up to 0.006\n- the model is a moving average of the weights\n\
                - of all epochs the one of the lowest validation loss is kept\n- the run is kept in firelight-out/data\n";
    assert!(told.contains(plan), "{told}");
    let only = |folder: &Path| {
        let folders: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders[0].clone()
    };
    let run = only(&only(&at.join("mlruns")));
    assert_eq!(fs::read_to_string(run.join("params/training.epochs")).unwrap(), "2");
    assert_eq!(fs::read_to_string(run.join("metrics/valid/accuracy")).unwrap().lines().count(), 2);
    let model = fs::read(at.join("firelight-out/data/model.firelight")).unwrap();
    assert!(fs::read(run.join("artifacts/model.firelight")).unwrap() == model);
    assert!(run.join("artifacts/report.html").is_file());

    let shared = ["train", "data", "--epochs", "2", "--out", "on two", "--devices"];
    let told = said(at, &[&shared[..], &["flex,flex"], &SMALL[..]].concat());
    assert!(told.contains("firelight predict 'on two/model.firelight' PICTURE"), "{told}");
    let error = refused(at, &[&shared[..], &["moon"], &["--restart"], &SMALL[..]].concat());
    assert!(error.contains("moon"), "{error}");
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
    fits("evaluate", &seen);
    assert!(seen["accuracy"].as_f64().unwrap() > 0.9);
    assert!(said(at, &["evaluate", model, "data"]).contains("was trained on most of these pictures"));
    fs::create_dir(at.join("others")).unwrap();
    fs::copy(at.join(model), at.join("others/model.firelight")).unwrap();
    assert!(!said(at, &["evaluate", "others/model.firelight", "data"]).contains("was trained on"));
    said(at, &["predict", model, "data/red", "--jsonl", "red.jsonl"]);
    let lines = fs::read_to_string(at.join("red.jsonl")).unwrap();
    lines.lines().for_each(|line| fits("predict", &serde_json::from_str(line).unwrap()));
    let about: Value = serde_json::from_str(&said(at, &["info", model, "--json"])).unwrap();
    fits("info", &about);
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
    let seen = evaluated(at, "tags/model.firelight");
    assert_eq!(seen["classes"].as_array().unwrap().len(), SHAPES.len() + COLOURS.len());
    assert!(seen["mean"]["f1"].as_f64().unwrap() > 0.6, "{seen}");
    said(at, &["predict", "tags/model.firelight", "data/images/p4.png", "--jsonl", "tags.jsonl"]);
    fits("predict", &serde_json::from_slice(&fs::read(at.join("tags.jsonl")).unwrap()).unwrap());
    fs::write(at.join("data/labels.csv"), {
        let rows = (0..90).map(|number| format!("images/p{number}.png,{}\n", data::shown(number).radius));
        format!("file,radius\n{}", rows.collect::<String>())
    })
    .unwrap();
    // The radii are 5 to 10: to say 7.5 of each would be off by 1.7.
    let off = figure(at, &["--out", "radii", "--epochs", "30"], "rmse");
    assert!(off < 1.6, "{off}");
    let seen = evaluated(at, "radii/model.firelight");
    assert_eq!(seen["values"][0]["name"], "radius");
    assert!(seen["values"][0]["rmse"].as_f64().unwrap() < 1.6, "{seen}");
    assert_eq!(
        refused(at, &["evaluate", "tags/model.firelight", "data", "-q"]),
        "error: evaluate: the model tells any of 5 classes, and the data have 1 number(s) a picture; say what they have by --labels, --target and --kind"
    );
    // The same in other units is learned as well.
    let rows = (0..90).map(|number| format!("images/p{number}.png,{}\n", 1000 * data::shown(number).radius + 400_000));
    fs::write(at.join("data/labels.csv"), format!("file,price\n{}", rows.collect::<String>())).unwrap();
    let far = figure(at, &["--out", "prices", "--epochs", "30"], "rmse");
    assert!((far / 1000.0 - off).abs() < 0.2, "{off}, {far}");
    fs::remove_dir_all(at.join("data")).unwrap();
    data::masks(&at.join("data"), 40);
    let iou = figure(at, &["--out", "masks"], "mean_iou");
    assert!(iou > 0.7, "{iou}");
    let seen = evaluated(at, "masks/model.firelight");
    assert!(seen["mean"]["iou"].as_f64().unwrap() > 0.7 && seen["mean"]["pixels"] == 40 * 32 * 32, "{seen}");
    said(at, &["predict", "masks/model.firelight", "data/images/4.png", "--jsonl", "masks.jsonl"]);
    fits("predict", &serde_json::from_slice(&fs::read(at.join("masks.jsonl")).unwrap()).unwrap());
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
    let looked = said(at, &[&["look", "data", "--batch", "batch.png"], &SMALL[..]].concat());
    assert!(looked.contains("3 class(es)") && at.join("batch.png").is_file(), "{looked}");
}

#[test]
fn the_shells_and_the_architectures_are_told() {
    let here = Path::new(".");
    assert!(said(here, &["completions", "bash"]).contains("_firelight"));
    assert!(said(here, &["models"]).contains("efficientnet-lite0"));
    assert!(said(here, &["man"]).contains("firelight\\-train(1)"));
    let root = tempfile::tempdir().unwrap();
    said(root.path(), &["man", "--out", "pages"]);
    let page = |name: &str| fs::read_to_string(root.path().join("pages").join(name)).unwrap();
    assert!(page("firelight-train.1").contains("\\-\\-minutes") && page("firelight.1").contains(".TH firelight 1"));
}

#[test]
fn a_run_of_some_minutes_that_is_killed_again_and_again_ends_with_the_same_model() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 60);
    let train = [&["train", "data", "--minutes", "2", "-q", "--out", "out"], &SMALL[..]].concat();
    let recipe = at.join("out/firelight.toml");
    let mut kills = 0;
    for round in 1..=4 {
        let mut child = firelight(at, &train).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Each time a little further: the run has begun, and then checkpoints come.
        let seen = || fs::read_dir(at.join("out/checkpoints")).map_or(0, Iterator::count);
        let deadline = Instant::now() + Duration::from_mins(2);
        while child.try_wait().unwrap().is_none() && !(recipe.is_file() && seen() >= 1) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(40 * round));
        kills += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(kills >= 1, "the run was over before it could be killed");
    said(at, &train);
    said(at, &["train", "--recipe", "out/firelight.toml", "--out", "whole", "-q"]);
    let model = |folder: &str| fs::read(at.join(folder).join("model.firelight")).unwrap();
    assert!(model("out") == model("whole"), "killed {kills} times");
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
        "--onnx",
        "model.onnx",
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
    let onnx = String::from_utf8_lossy(&std::fs::read(at.join("model.onnx")).unwrap()).into_owned();
    for part in ["pictures", "batch", "probabilities", "license", "mit", "one class of 3"] {
        assert!(onnx.contains(part), "{part} is not in the file");
    }
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
    // Neither the model nor what was just written is written over.
    let before = std::fs::read(at.join(model)).unwrap();
    for same in [
        ["--weights", model, "--card", "other.md"],
        ["--card", "same", "--weights", "./same"],
        ["--onnx", "same", "--weights", "./same"],
    ] {
        let said = refused(at, &[&["export", model], &same[..]].concat());
        assert!(said.starts_with("error: export: ") && said.contains("choose another --"), "{said}");
    }
    assert!(std::fs::read(at.join(model)).unwrap() == before && !at.join("same").exists());
    for misused in [
        &["export", model][..],
        &["export", model, "--card", "x", "--license", "mit\nlicense: other"],
        &["export", model, "--onnx", "x", "--size", "0x9"],
    ] {
        assert_eq!(firelight(at, misused).output().unwrap().status.code(), Some(2), "{misused:?}");
    }
}
