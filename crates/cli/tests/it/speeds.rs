//! What a machine can do, told.

use serde_json::Value;

use crate::{refused, said, schema};

#[test]
fn a_machines_speed_is_a_table_and_a_file() {
    let root = tempfile::tempdir().unwrap();
    let small = ["bench", "small", "resnet18", "--size", "32", "--batch-size", "2", "--seconds", "0"];
    let told = said(root.path(), &[&small[..], &["--json", "speed.json"]].concat());
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("flex and ") && lines[0].ends_with("decoded and augmented to 32 px"), "{told}");
    assert_eq!(
        lines[2].split_whitespace().collect::<Vec<_>>().join(" "),
        "answer to 1 answer to 2 head's step whole step"
    );
    let speed: Value = serde_json::from_slice(&std::fs::read(root.path().join("speed.json")).unwrap()).unwrap();
    schema::fits("bench", &speed);
    for (line, arch) in lines[3..].iter().zip(["small", "resnet18"]) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!((cells.len(), cells[0]), (5, arch), "{told}");
    }
    let models = speed["models"].as_array().unwrap();
    assert_eq!(models.len(), 2);
    assert!(speed["pictures_a_second"].as_f64().unwrap() > 0.0);
    assert!(models[1]["whole"].as_f64().unwrap() > 0.0 && models[1]["arch"] == "resnet18", "{speed}");
    let said = refused(root.path(), &["bench", "small", "--json", "speed.json/deeper/file.json"]);
    assert!(said.starts_with("error: json: cannot write "), "{said}");
}
