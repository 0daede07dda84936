//! COCO's files as programs export them, and what is found in them before anything is trained.

use std::fs;

use serde_json::json;

use super::{coco, colour, draw, one_file, save};
use crate::data::SHAPES;
use crate::{refused, said};

const LOOK: [&str; 6] = ["train", "DATA", "--weights", "none", "--size", "32"];

fn shape(shown: crate::data::Shown) -> Vec<&'static str> {
    vec![SHAPES[shown.shape]]
}

fn recipe(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("- ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_file_that_is_no_json_is_not_passed_over() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("DATA"));
    crate::data::class_folders(&data, 12);
    let text = coco(&[0, 1, 2], |number| format!("{number}.png"), colour).to_string();
    for (file, text) in [
        ("annotations.json", text.replacen("\"bbox\":[", "\"bbox\":[NaN,", 1)),
        ("instances.json", text[..300].to_owned()),
    ] {
        fs::write(data.join(file), text).unwrap();
        let said = refused(at, &[&LOOK[..], &["-q"]].concat());
        assert!(
            said.starts_with(&format!("error: annotations: DATA/{file}: it is no COCO file of instances: "))
                && said.contains(" at line 1 column "),
            "{said}"
        );
        fs::remove_file(data.join(file)).unwrap();
    }
    // Others are none of its business.
    fs::write(data.join("annotations.json"), "{\"version\": NaN}").unwrap();
    assert!(said(at, &[&LOOK[..], &["--dry-run"]].concat()).starts_with("- 3 classes, a folder each"));
}

#[test]
fn the_ground_is_called_as_no_category_is() {
    let root = tempfile::tempdir().unwrap();
    let mut value = one_file(&root.path().join("DATA"), 12, shape);
    value["categories"].as_array_mut().unwrap().push(json!({"id": 50, "name": "ground"}));
    let mut over = value["annotations"][0].clone();
    (over["id"], over["category_id"]) = (json!(99), json!(50));
    value["annotations"].as_array_mut().unwrap().push(over);
    save(&value, &root.path().join("DATA/annotations.json"));
    let text = said(root.path(), &[&LOOK[..], &["--kind", "masks", "--classes", "disc,square", "--dry-run"]].concat());
    let recipe: toml::Table = recipe(&text).parse().unwrap();
    assert_eq!(recipe["labels"]["classes"].to_string(), r#"["background", "disc", "square"]"#);
}

#[test]
fn pictures_and_boxes_are_as_the_file_says() {
    let root = tempfile::tempdir().unwrap();
    let (at, file) = (root.path(), root.path().join("DATA/annotations.json"));
    let mut value = one_file(&at.join("DATA"), 120, shape);
    let mut recipes = Vec::new();
    for kind in ["masks", "box"] {
        recipes.push(recipe(&said(at, &[&LOOK[..], &["--kind", kind, "--dry-run"]].concat())));
    }
    value["images"][119]["width"] = json!(33);
    save(&value, &file);
    for ((kind, what), recipe) in [("masks", "outlines"), ("box", "boxes")].into_iter().zip(recipes) {
        let of_another = format!(
            "DATA/images/119.png is 33×32, and it is 32×32; its {what} are those of another picture, so give the pictures that it was made for, or mend it"
        );
        assert_eq!(
            refused(at, &[&LOOK[..], &["-q", "--kind", kind]].concat()),
            format!("error: labels: DATA/annotations.json says that {of_another}")
        );
        fs::write(at.join("again.toml"), recipe).unwrap();
        let again = refused(at, &["train", "--recipe", "again.toml", "-q"]);
        assert!(again.starts_with("error: labels: ") && again.ends_with(&of_another), "{again}");
    }
    value["images"][119]["width"] = json!(32);
    value["annotations"][7]["bbox"] = json!([20, 4, 20, 10]);
    save(&value, &file);
    let seen = said(at, &[&LOOK[..], &["--kind", "box", "--dry-run"]].concat());
    assert!(seen.contains("\n- cut at the edge of the picture: 1 box, that reaches beyond it\n"), "{seen}");
    value["annotations"][7]["bbox"] = json!([40, 4, 20, 10]);
    save(&value, &file);
    assert_eq!(
        refused(at, &[&LOOK[..], &["-q", "--kind", "box"]].concat()),
        "error: labels: DATA/annotations.json tells a box of DATA/images/7.png from 40, 4 to 60, 14, which lies outside the picture of 32×32; mend it, \
         or leave it out"
    );
    // One class is nothing to tell apart, told or not.
    value["annotations"].as_array_mut().unwrap().retain(|annotation| annotation["image_id"] != 1);
    save(&value, &file);
    assert_eq!(
        refused(at, &[&LOOK[..], &["-q", "--kind", "class", "--classes", "disc", "--skip-broken"]].concat()),
        "error: labels: DATA/annotations.json has objects of \"disc\" alone in every picture, which is nothing to tell apart; --kind box learns where one \
         is, and --kind masks which pixels they have"
    );
}

#[test]
fn names_without_the_folders_that_they_lie_in() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("DATA"));
    let numbers: Vec<usize> = (0..24).collect();
    draw(&data.join("images/a"), &numbers[..10]);
    draw(&data.join("images/b"), &numbers[10..]);
    save(&coco(&numbers, |number| format!("{number}.png"), colour), &data.join("annotations.json"));
    let text = said(at, &[&LOOK[..], &["--dry-run"]].concat());
    assert!(text.starts_with("- 24 pictures of DATA/annotations.json, which lie in images/\n"), "{text}");
    let run = ["--epochs", "1", "--json", "out.json", "--out", "out"];
    said(at, &[&LOOK[..], &run].concat());
    let outcome: serde_json::Value = serde_json::from_slice(&fs::read(at.join("out.json")).unwrap()).unwrap();
    let parts: u64 = outcome["pictures"].as_array().unwrap().iter().map(|part| part.as_u64().unwrap()).sum();
    assert_eq!(parts, 24);
    assert_eq!(
        refused(at, &[&LOOK[..], &["-q", "--pictures", "nope"]].concat()),
        "error: labels: DATA/annotations.json lists 24 pictures, none of which is in DATA/nope, the first \"0.png\"; --pictures is told from the data: \
         give the folder as it is below DATA"
    );
}
