//! Tables: of labels, of costs, of corrections.

#![no_main]

use std::sync::LazyLock;

use firelight::doctor::Corrections;
use firelight::prelude::*;
use firelight_fuzz::{begin, file};
use libfuzzer_sys::fuzz_target;

static VOCAB: LazyLock<Vocab> = LazyLock::new(|| Vocab::from_labels(["cat", "dog", "eel"]));

const SEEDS: [&str; 4] = [
    "file,tags,price\na.jpg,\"red, round\",3.5\nb.jpg,blue,\nc.jpg,\"\",1e3\n",
    "actual,predicted,cost\ncat,dog,1\ndog,cat,2.5\ncat,eel,3\n",
    "item,given,suggested,action\na/1.jpg,cat,dog,relabel\na/2.jpg,cat,,leave out\n,cat,dog,merge\n",
    "\u{feff}name;class\r\n\"a \"\"b\"\"\";1,5\r\n",
];

fuzz_target!(init: begin("table", &SEEDS.map(|seed| seed.as_bytes().to_vec())), |data: &[u8]| {
    let path = file("table.csv", data);
    let _ = Table::read(&path).map(|table| table.rows().len());
    let _ = Corrections::read(&path);
    let text = String::from_utf8_lossy(data);
    let _ = CostMatrix::from_csv_long(&text, &VOCAB, 1.0);
});
