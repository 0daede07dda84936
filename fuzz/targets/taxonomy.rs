//! Taxonomies: nested JSON, and a table of parents.

#![no_main]

use firelight::vocab::Taxonomy;
use firelight_fuzz::begin;
use libfuzzer_sys::fuzz_target;

const SEEDS: [&str; 2] = [
    r#"{"cat":["Bengal","Birman"],"dog":{"hound":["beagle"],"terrier":["pug","boxer"]}}"#,
    "parent,child\ncat,Bengal\ndog,hound\nhound,beagle\n",
];

fuzz_target!(init: begin("taxonomy", &SEEDS.map(|seed| seed.as_bytes().to_vec())), |data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = Taxonomy::from_nested_json(&text);
    let _ = Taxonomy::from_parent_child_csv(&text);
});
