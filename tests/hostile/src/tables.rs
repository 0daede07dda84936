//! Tables, taxonomies, corrections and annotations.

use std::fs;

use firelight::datablock::{Coco, OxfordList, VocAnnotation};
use firelight::doctor::Corrections;
use firelight::image::RgbImage;
use firelight::prelude::*;
use firelight::transforms::Chance;
use firelight::vocab::Taxonomy;
use serde_json::json;

use crate::change;
use crate::tally::{Fate, Tally};

const TABLE: &str = "file,tags,price\na.jpg,\"red, round\",3.5\nb.jpg,blue,\nc.jpg,\"\",1e3\n";
const COSTS: &str = "actual,predicted,cost\ncat,dog,1\ndog,cat,2.5\ncat,eel,3\n";
const CORRECTIONS: &str =
    "item,given,suggested,action\na/1.jpg,cat,dog,relabel\na/2.jpg,cat,,leave out\n,cat,dog,merge\n";
const VOC: &str = "<annotation><filename>a.jpg</filename><size><width>40</width><height>30</height><depth>3</depth></size>\
<object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object></annotation>";
const OXFORD: &str = "# Image CLASS-ID SPECIES BREED ID\nAbyssinian_100 1 1 1\nbeagle_7 5 2 4\n";
const YOLO: &str = "0 0.5 0.5 0.25 0.4\n\n1 0.1 0.1 0.3 0.1 0.3 0.35\n";

pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [path, beside] = ["file", "yolo.txt"].map(|name| folder.path().join(name));
    let vocab = Vocab::from_labels(["cat", "dog", "eel"]);
    RgbImage::new(40, 30).save(folder.path().join("yolo.png"))?;
    let coco = json!({
        "images": [{ "id": 9, "file_name": "9.jpg", "width": 40, "height": 30 }],
        "categories": [{ "id": 1, "name": "cat" }, { "id": 2, "name": "dog" }],
        "annotations": [{ "id": 1, "image_id": 9, "category_id": 1, "bbox": [1.0, 2.0, 9.0, 8.0], "iscrowd": 0,
            "segmentation": [[1.0, 1.0, 9.0, 1.0, 9.0, 9.0]] }],
    });
    let tree = json!({ "cat": ["Bengal", "Birman"], "dog": { "hound": ["beagle"], "terrier": ["pug", "boxer"] } });
    for number in 0..count {
        let mut chance = Chance::new(tally.seed, 5, number as u64);
        let kind = number % 8;
        let text = [TABLE, COSTS, CORRECTIONS, VOC, OXFORD, "", "", YOLO][kind];
        let (bytes, what) = match kind {
            5 => change::json(&coco, &mut chance),
            6 => change::json(&tree, &mut chance),
            _ => (json!(null), String::new()),
        };
        let bytes = match kind {
            5 | 6 => bytes.to_string().into_bytes(),
            _ => change::bytes(text.as_bytes(), &mut chance),
        };
        fs::write(if kind == 7 { &beside } else { &path }, &bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let name = ["a table", "costs", "corrections", "VOC", "Oxford's list", "COCO", "a taxonomy", "YOLO"][kind];
        tally.attack(&format!("{number}: {name} {what}"), || match kind {
            0 => Fate::of(Table::read(&path).map(|table| table.rows().len())),
            1 => Fate::of(CostMatrix::from_csv_long(&text, &vocab, 1.0).map(drop)),
            2 => Fate::of(Corrections::read(&path).map(drop)),
            3 => Fate::of(VocAnnotation::read(&path).map(drop)),
            4 => Fate::of(OxfordList::read(&path).map(drop)),
            5 => Fate::of(Coco::read(&path).map(drop)),
            6 => Fate::of(Taxonomy::from_nested_json(&text).map(drop)),
            _ => Fate::of(Coco::from_yolo_files(folder.path(), ["yolo.png"], ["cat", "dog"]).map(drop)),
        });
    }
    Ok(())
}
