//! COCO's files and YOLO's texts: what they are taken for, what is learned from them, and what is told of slips.

mod exports;
mod guesses;
mod lists;
mod refusals;
mod runs;
pub mod yolo;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::data::{self, COLOURS, SHAPES};

/// Ids of categories have gaps, and stand in another order than their names.
const IDS: [(u32, &str); 5] = [(3, "red"), (10, "square"), (20, "disc"), (30, "green"), (40, "blue")];

fn id(category: &str) -> u32 {
    IDS.iter().find(|(_, name)| *name == category).unwrap().0
}

/// A COCO file as a value that tests change.
pub fn coco(
    numbers: &[usize],
    name: impl Fn(usize) -> String,
    categories: impl Fn(data::Shown) -> Vec<&'static str>,
) -> Value {
    let image = |&number: &usize| json!({"id": number + 1, "file_name": name(number), "width": 32, "height": 32});
    let mut annotations = Vec::new();
    for &number in numbers {
        let shown = data::shown(number);
        for category in categories(shown) {
            annotations.push(json!({
                "id": annotations.len() + 1, "image_id": number + 1, "category_id": id(category), "iscrowd": 0,
                "bbox": shown.area(), "segmentation": [shown.outline()],
            }));
        }
    }
    let categories: Vec<Value> = IDS.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    json!({"images": numbers.iter().map(image).collect::<Vec<_>>(), "annotations": annotations, "categories": categories})
}

pub fn save(value: &Value, file: &Path) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, value.to_string()).unwrap();
}

/// `folder/N.png`.
fn draw(folder: &Path, numbers: &[usize]) {
    for number in numbers {
        data::save(&data::shown(*number).picture(), &folder.join(format!("{number}.png")));
    }
}

pub fn colour(shown: data::Shown) -> Vec<&'static str> {
    vec![COLOURS[shown.colour]]
}

pub fn both(shown: data::Shown) -> Vec<&'static str> {
    vec![SHAPES[shown.shape], COLOURS[shown.colour]]
}

/// `images/N.png` and `annotations.json`.
pub fn one_file(root: &Path, count: usize, categories: impl Fn(data::Shown) -> Vec<&'static str>) -> Value {
    let numbers: Vec<usize> = (0..count).collect();
    draw(&root.join("images"), &numbers);
    let value = coco(&numbers, |number| format!("{number}.png"), categories);
    save(&value, &root.join("annotations.json"));
    value
}

/// `train/N.png`, `valid/N.png` and `test/N.png`, each with `_annotations.coco.json` beside them.
pub fn three_parts(root: &Path, count: usize, categories: impl Fn(data::Shown) -> Vec<&'static str> + Copy) {
    for (part, of) in [("train", &[0, 1, 2][..]), ("valid", &[3]), ("test", &[4])] {
        let numbers: Vec<usize> = (0..count).filter(|number| of.contains(&(number % 5))).collect();
        draw(&root.join(part), &numbers);
        let value = coco(&numbers, |number| format!("{number}.png"), categories);
        save(&value, &root.join(part).join("_annotations.coco.json"));
    }
}
