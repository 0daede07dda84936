//! Classes in names of files.

use std::collections::BTreeMap;
use std::path::Path;

use firelight::prelude::*;
use regex::Regex;

use super::{Found, Guess, chance, listed};
use crate::cli::DataOptions;
use crate::recipe::Labels;

/// `pug_7.jpg`, `great dane-12.png`: a name, then a number.
const USUAL: &str = r"^(.*\D)[-_ ]\(?\d+\)?\.\w+$";

/// Classes by a pattern that somebody gave, which captures one.
pub fn told(data: &Path, pattern: &str, found: &Found, options: &DataOptions) -> Result<Guess> {
    let wrong = |why: &str| {
        format!("labels: the pattern {pattern:?} {why}; give one as '^(.+)_' that captures the class in a file's name")
    };
    let parsed = Regex::new(pattern).map_err(|error| wrong(&format!("is none: {error}")))?;
    if parsed.captures_len() < 2 {
        return Err(wrong("has no group").into());
    }
    let (classes, without) = classes(&parsed, found);
    if let Some(file) = without {
        return Err(wrong(&format!("does not match {file}")).into());
    }
    Ok(named(data, pattern, &classes, options))
}

/// Classes by the usual pattern, where they are some: two at least, of three pictures on average.
pub fn guess(data: &Path, found: &Found, options: &DataOptions) -> Option<Guess> {
    let (classes, without) = classes(&Regex::new(USUAL).ok()?, found);
    let many = classes.len() > 1 && classes.values().sum::<usize>() >= 3 * classes.len();
    (many && without.is_none()).then(|| named(data, USUAL, &classes, options))
}

fn named(data: &Path, pattern: &str, classes: &BTreeMap<String, usize>, options: &DataOptions) -> Guess {
    let pictures = classes.values().sum();
    let classes: Vec<String> = classes.keys().cloned().collect();
    let said =
        vec![format!("{} classes, told from the files' names by {pattern}: {}", classes.len(), listed(&classes))];
    let labels = Labels::Names { pattern: pattern.to_owned() };
    Guess { data: data.to_path_buf(), labels, split: chance(options), pictures, said }
}

/// How many pictures each class has, and the first name that has none.
fn classes(pattern: &Regex, found: &Found) -> (BTreeMap<String, usize>, Option<String>) {
    let (mut classes, mut without) = (BTreeMap::new(), None);
    for file in &found.files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        match pattern.captures(&name).and_then(|captured| captured.get(1)) {
            Some(class) => *classes.entry(class.as_str().to_owned()).or_default() += 1,
            None => without = without.or_else(|| Some(file.display().to_string())),
        }
    }
    (classes, without)
}
