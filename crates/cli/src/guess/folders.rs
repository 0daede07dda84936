//! Classes as folders.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Found, Guess, chance, listed};
use crate::cli::DataOptions;
use crate::recipe::{Labels, SplitBy};

/// Folders of a part of the data, for training first.
const TRAIN: [&str; 2] = ["train", "training"];
const VALID: [&str; 5] = ["valid", "val", "validation", "test", "testing"];
/// Folders that hold pictures of any class.
const ANY: [&str; 6] = ["images", "image", "pictures", "photos", "imgs", "jpegs"];

/// Class folders below a folder for training and one for validation.
pub fn parts(data: &Path, found: &Found) -> Option<Guess> {
    let part =
        |names: &[&str]| names.iter().find_map(|name| below(found, name).map(|classes| ((*name).to_owned(), classes)));
    let ((train, classes), (valid, _)) = (part(&TRAIN)?, part(&VALID)?);
    let said = vec![
        format!("{} classes, a folder each below {train}/: {}", classes.len(), listed(&classes)),
        format!("the pictures below {valid}/ validate"),
    ];
    let split = SplitBy::Folders { train, valid };
    Some(Guess { data: data.to_path_buf(), labels: Labels::Folders, split, pictures: found.files.len(), said })
}

/// The class folders below a part's: two at least.
fn below(found: &Found, part: &str) -> Option<Vec<String>> {
    let mut classes: Vec<String> = found
        .files
        .iter()
        .filter_map(|file| {
            let mut folders = file.parent()?.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
            let (first, class) = (folders.next()?, folders.next()?);
            (first == part).then_some(class)
        })
        .collect();
    classes.sort();
    classes.dedup();
    (classes.len() > 1).then_some(classes)
}

/// A folder for each class, two at least, none of which is a part's.
pub fn classes(data: &Path, found: &Found, options: &DataOptions) -> Option<Guess> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in &found.files {
        // A picture that lies in no folder has no class.
        let folder = file.parent()?.file_name()?.to_string_lossy().into_owned();
        *counts.entry(folder).or_default() += 1;
    }
    let names: Vec<String> = counts.into_keys().collect();
    let is_part = |name: &String| {
        let name = name.to_lowercase();
        TRAIN.iter().chain(&VALID).chain(&ANY).any(|part| **part == name)
    };
    if names.len() < 2 || names.iter().any(is_part) {
        return None;
    }
    let said = vec![format!("{} classes, a folder each: {}", names.len(), listed(&names))];
    Some(Guess {
        data: data.to_path_buf(),
        labels: Labels::Folders,
        split: chance(options),
        pictures: found.files.len(),
        said,
    })
}

/// Why there are no classes in folders.
pub fn none(data: &Path) -> firelight::Error {
    format!(
        "labels: the pictures below {} do not lie in a folder for each class, two at least; move them, or say it by another --labels",
        data.display()
    )
    .into()
}
