//! The program as a user runs it.

mod doctor;
#[cfg(feature = "remote")]
mod remote;
#[cfg(any(feature = "remote", feature = "serve"))]
mod running;
#[cfg(feature = "serve")]
mod serve;
#[cfg(unix)]
mod stopped;

use std::path::Path;
use std::process::{Command, Output};

use image::{Rgb, RgbImage};

fn pets(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pets"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("FIRELIGHT_DEVICE")
        .output()
        .expect("the program starts")
}

/// What it says when it fails, as a user reads it.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = pets(folder, arguments);
    assert!(!output.status.success(), "{arguments:?} should fail");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A few pictures of two breeds under the official naming.
fn folder() -> tempfile::TempDir {
    folder_of(20)
}

fn folder_of(pictures: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("images")).expect("a folder");
    for number in 1..=pictures {
        let (breed, red) = if number % 2 == 0 { ("Bengal", 30) } else { ("pug", 200) };
        let picture = RgbImage::from_fn(48, 40, |x, y| Rgb([red, (x * 4) as u8, (y * 5 + number) as u8]));
        picture.save(folder.path().join(format!("images/{breed}_{number}.jpg"))).expect("a picture");
    }
    folder
}

const QUICK: [&str; 10] =
    ["--images", "images", "--size", "32", "--epochs", "1", "--batch-size", "8", "--json", "out.json"];

#[test]
fn it_trains_writes_its_results_and_predicts_with_its_export() {
    let folder = folder();
    let output = pets(folder.path(), &QUICK);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("epoch") && table.contains("valid_loss") && table.contains("group_accuracy"), "{table}");

    let text = std::fs::read_to_string(folder.path().join("out.json")).expect("results");
    let results: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for field in [
        "loss",
        "seed",
        "device",
        "arch",
        "epochs",
        "accuracy",
        "mean_recall",
        "group_accuracy",
        "cross_group_errors",
        "seconds",
        "peak_rss_bytes",
    ] {
        assert!(results.get(field).is_some(), "{field} is missing");
    }
    assert_eq!(results["epochs"].as_array().map(Vec::len), Some(1));
    for name in ["batch.png", "losses.png", "rates.png", "confusion.png", "worst.png", "results.png"] {
        assert!(folder.path().join("pets-out/soft").join(name).is_file(), "{name}");
    }

    let output =
        pets(folder.path(), &["predict", "pets-out/soft.firelight", "images/pug_1.jpg", "images/Bengal_2.jpg"]);
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.starts_with("images/pug_1.jpg: "), "{lines}");

    let error = refusal(folder.path(), &["predict", "pets-out/soft.firelight", "nowhere.jpg", "images/pug_1.jpg"]);
    assert!(
        error.contains("nowhere.jpg") && error.ends_with("error: 1 of 2 file(s) could not be predicted\n"),
        "{error}"
    );
}

#[test]
fn it_predicts_a_folder_to_a_table_and_explains() {
    let folder = folder();
    assert!(pets(folder.path(), &QUICK).status.success());
    let model = "pets-out/soft.firelight";
    let ran = |arguments: &[&str]| {
        let output = pets(folder.path(), &[&["predict", model], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    ran(&["images", "--csv", "out.csv", "--probabilities"]);
    let table = std::fs::read_to_string(folder.path().join("out.csv")).expect("a table");
    assert_eq!(table.lines().next(), Some("file,class,probability,Bengal,pug"));
    assert_eq!(table.lines().count(), 21);

    std::fs::write(folder.path().join("images/pug_99.jpg"), "no picture").expect("a file");
    let error = refusal(folder.path(), &["predict", model, "images", "--jsonl", "out.jsonl"]);
    assert!(error.starts_with("error: predict: decode: cannot decode images/pug_99.jpg"), "{error}");
    assert!(!folder.path().join("out.jsonl").exists());
    let said = ran(&["images", "--jsonl", "out.jsonl", "--skip-broken"]);
    assert!(said.starts_with("left out: decode: cannot decode images/pug_99.jpg"), "{said}");
    let rows = std::fs::read_to_string(folder.path().join("out.jsonl")).expect("rows");
    assert_eq!(rows.lines().count(), 20);

    ran(&["images/pug_1.jpg", "images/Bengal_2.jpg", "--explain", "why"]);
    assert_eq!(std::fs::read_dir(folder.path().join("why")).expect("a folder").count(), 2);
}

#[test]
fn it_calibrates_and_tells_sets_with_what_was_promised() {
    let folder = folder_of(40);
    let output = pets(folder.path(), &[&QUICK[..], &["--calibrate", "--sets", "0.3"]].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("\ntemperature ") && said.contains("(out of fold, 8 examples)"), "{said}");
    assert!(said.contains("sets without the actual class: at most 0.3 on average; LAC"), "{said}");
    let page = std::fs::read_to_string(folder.path().join("pets-out/soft/report.html")).expect("a page");
    assert!(page.contains("Coverage and size of sets without the actual class: at most 0.3 on average"));

    let model = "pets-out/soft.firelight";
    let output = pets(folder.path(), &["predict", model, "images/pug_1.jpg"]);
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        line.contains(", calibrated); one of ") && line.contains("(without the actual class: at most 0.3"),
        "{line}"
    );
    let output = pets(folder.path(), &["predict", model, "images", "--jsonl", "out.jsonl"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = std::fs::read_to_string(folder.path().join("out.jsonl")).expect("rows");
    assert_eq!(rows.matches(r#""calibrated":true"#).count(), 40, "{rows}");
    assert_eq!(rows.matches(r#""promise":"without the actual class: at most 0.3 on average""#).count(), 40, "{rows}");

    // Four pictures are too few to judge by fifths, and masks have no breed.
    let few = self::folder();
    let error = refusal(few.path(), &[&QUICK[..], &["--calibrate"]].concat());
    assert_eq!(error, "error: there are 4 held-out examples, of 5 that are needed at least; hold out more\n");
    let error = refusal(few.path(), &["--images", "images", "--task", "mask", "--sets", "0.1"]);
    assert_eq!(
        error,
        "error: calibrate, sets: they are for the breed, which this task does not tell; leave them out\n"
    );
}

#[test]
fn the_same_seed_gives_the_same_numbers() {
    let folder = folder();
    let run = || {
        assert!(pets(folder.path(), &QUICK).status.success());
        let text = std::fs::read_to_string(folder.path().join("out.json")).expect("results");
        let mut results: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for row in results["epochs"].as_array_mut().expect("rows") {
            row["seconds"] = 0.into();
        }
        (results["epochs"].clone(), results["accuracy"].clone())
    };
    assert_eq!(run(), run());
}

#[test]
fn what_it_cannot_do_it_says_with_the_remedy() {
    let folder = folder();
    let said = |arguments: &[&str]| refusal(folder.path(), arguments);
    assert_eq!(
        said(&["--images", "nowhere"]),
        "error: source: there is no folder at nowhere; check the path, or download the data set first\n"
    );
    let device = |name: &str| said(&["--images", "images", "--device", name]);
    assert!(device("tpu").contains("error: device: there is no backend \"tpu\""));
    // F27: what it proposes, it takes.
    for name in ["flex:0", "Flex:cpu"] {
        assert!(device(name).trim_end().ends_with("write flex"), "{}", device(name));
    }
    let weights = said(&["--images", "images", "--arch", "resnet18", "--weights", "nowhere.pth"]);
    assert!(weights.contains("nowhere.pth"), "{weights}");
    std::fs::write(folder.path().join("notes.pth"), "a letter to the editor").expect("a file");
    let weights = said(&["--images", "images", "--arch", "resnet18", "--weights", "notes.pth"]);
    assert!(weights.contains("notes.pth"), "{weights}");
    assert!(said(&["--arch", "resnet19"]).contains("did you mean \"resnet18\"?"));
    assert!(said(&["predict", "notes.pth", "images/pug_1.jpg"]).contains("is not a usable Firelight export"));
    // U1: names without a breed, a number in its place.
    std::fs::create_dir(folder.path().join("named")).expect("a folder");
    for number in 1..=10 {
        std::fs::copy(folder.path().join("images/pug_1.jpg"), folder.path().join(format!("named/img_{number:05}.jpg")))
            .expect("a copy");
    }
    assert_eq!(
        said(&["--images", "named", "--size", "32", "--batch-size", "4"]),
        "error: pictures: all in named are of one breed, \"img\"; name them BREED_NUMBER.jpg, as `pug_7.jpg`\n"
    );
    let zero = said(&["--images", "images", "--batch-size", "0"]);
    assert!(zero.contains("batch size = 0 makes no sense"), "{zero}");
    let batch = said(&["--images", "images", "--batch-size", "64", "--size", "32"]);
    assert!(batch.contains("fewer than one batch of 64"), "{batch}");
    assert!(!folder.path().join("pets-out/soft.firelight").exists(), "a failed run writes no model");
}

/// F27: in any letter case, and an empty name is none. B38: nothing is left beside the results.
#[test]
fn devices_are_found_by_what_people_write_and_results_stand_alone() {
    let folder = folder();
    for name in ["", " ", "FLEX", "flex "] {
        let output = Command::new(env!("CARGO_BIN_EXE_pets"))
            .args(&QUICK[..8])
            .args(["--json", "results/out.txt"])
            .current_dir(folder.path())
            .env("FIRELIGHT_DEVICE", name)
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{name:?}: {}", String::from_utf8_lossy(&output.stderr));
        let names: Vec<_> = std::fs::read_dir(folder.path().join("results"))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        assert_eq!(names, ["out.txt"]);
    }
}
