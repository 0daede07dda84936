//! Classes in names of files.

use std::collections::BTreeMap;

use firelight::prelude::*;
use regex::Regex;

use super::{Found, Guess, chance, listed};
use crate::recipe::Labels;

/// `pug_7.jpg`, `great dane (12).png`, `cat.0.jpg`: a name, then a number.
const USUAL: &str = r"^(.*[^\d\s._()-])[\s._-]*\(?\d+\)?\.\w+$";
/// What cameras and programs call any picture.
const OF_CAMERAS: [&str; 14] = [
    "img",
    "dsc",
    "dscn",
    "dscf",
    "image",
    "images",
    "photo",
    "pic",
    "picture",
    "frame",
    "p",
    "scan",
    "mvi",
    "screenshot",
];

/// Classes by a pattern that somebody gave, which captures one.
pub fn told(pattern: &str, found: &Found) -> Result<Guess> {
    let wrong = |why: &str| {
        format!("labels: the pattern {pattern:?} {why}; give one as '^(.+)_' that captures the class in a file's name")
    };
    let parsed = Regex::new(pattern).map_err(|_| wrong("is no regular expression"))?;
    if parsed.captures_len() < 2 {
        return Err(wrong("has no group").into());
    }
    let (classes, without) = classes(&parsed, found);
    if let Some(file) = without {
        return Err(wrong(&format!("finds no class in {file}")).into());
    }
    Ok(named(pattern, &classes, found))
}

/// Classes by the usual pattern, where they are some: two at least, of three pictures on average.
pub fn guess(found: &Found) -> Option<Guess> {
    let (classes, without) = classes(&Regex::new(USUAL).ok()?, found);
    let many = classes.len() > 1 && classes.values().sum::<usize>() >= 3 * classes.len();
    let told = classes.keys().any(|class| !OF_CAMERAS.contains(&class.to_lowercase().as_str()));
    (many && told && without.is_none()).then(|| named(USUAL, &classes, found))
}

fn named(pattern: &str, classes: &BTreeMap<String, usize>, found: &Found) -> Guess {
    let names: Vec<String> = classes.keys().cloned().collect();
    let said = vec![format!("{} classes, told from the files' names by {pattern}: {}", names.len(), listed(&names))];
    let labels = Labels::Names { pattern: pattern.to_owned() };
    Guess { data: found.data.to_path_buf(), labels, split: chance(found.options), said }
}

/// How many pictures each class has, and the first name that has none.
fn classes(pattern: &Regex, found: &Found) -> (BTreeMap<String, usize>, Option<String>) {
    let (mut classes, mut without) = (BTreeMap::new(), None);
    for file in &found.files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let class = pattern.captures(&name).and_then(|captured| captured.get(1)).map(|class| class.as_str().to_owned());
        match class.filter(|class| !class.trim().is_empty()) {
            Some(class) => *classes.entry(class).or_default() += 1,
            None => without = without.or_else(|| Some(file.display().to_string())),
        }
    }
    (classes, without)
}
