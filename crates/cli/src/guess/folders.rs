//! Classes as folders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Found, Guess, chance, listed, pictures};
use crate::files::folders;
use crate::recipe::{Labels, SplitBy};

/// Folders of a part of the data, the likeliest first.
const TRAIN: [&str; 5] = ["train", "training", "training_set", "train_set", "trainset"];
const VALID: [&str; 10] =
    ["valid", "val", "validation", "validation_set", "val_set", "dev", "test", "testing", "test_set", "testset"];
/// Folders that hold pictures of any class.
const ANY: [&str; 7] = ["images", "image", "pictures", "photos", "imgs", "jpegs", "jpegimages"];

/// What a file of labels is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Train,
    Valid,
    Test,
}

/// The part that a file's name tells, or that of its folder: `instances_val2017.json`, `train/labels.json`.
pub fn part_of(file: &Path) -> Option<Part> {
    let folder = file.parent().and_then(Path::file_name);
    [file.file_stem(), folder].into_iter().flatten().find_map(|name| {
        let name = name.to_string_lossy().to_lowercase();
        name.split(|letter: char| !letter.is_ascii_alphabetic()).find_map(|word| match word {
            _ if TRAIN.contains(&word) => Some(Part::Train),
            _ if word.starts_with("test") && VALID.contains(&word) => Some(Part::Test),
            _ if VALID.contains(&word) => Some(Part::Valid),
            _ => None,
        })
    })
}

/// Class folders below a folder for training, and mostly such below one for validation.
pub fn parts(found: &Found) -> Option<Guess> {
    let below = classes_below(found);
    let part = |names: &[&str]| names.iter().find_map(|name| below.keys().find(|part| part.to_lowercase() == **name));
    let train = part(&TRAIN)?.clone();
    let classes = usable(&below[&train]).filter(|classes| !classes.iter().any(|name| super::masks::is_usual(name)))?;
    let valid = part(&VALID)
        .filter(|valid| !below[*valid].is_empty() && below[*valid].iter().all(|class| classes.contains(class)));
    let mut said = vec![format!("{} classes, a folder each below {train}/: {}", classes.len(), listed(&classes))];
    let split = match valid {
        Some(valid) => {
            said.push(format!("the pictures below {valid}/ validate"));
            SplitBy::Folders { train: train.clone(), valid: valid.clone() }
        }
        None => chance(found.options),
    };
    let used = |part: &String| *part == train || Some(part) == valid;
    let rest: Vec<String> = below.keys().filter(|part| !used(part)).map(|part| format!("{part}/")).collect();
    if !rest.is_empty() {
        said.push(format!("left out: {}", listed(&rest)));
    }
    let data = if valid.is_some() { found.data.to_path_buf() } else { found.data.join(&train) };
    Some(Guess { data, labels: Labels::Folders { level: None }, split, said })
}

/// For each folder that has pictures the class folders in it.
fn classes_below(found: &Found) -> BTreeMap<String, BTreeSet<String>> {
    let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in &found.files {
        if let [part, inner @ ..] = folders(file).as_slice() {
            below.entry(part.clone()).or_default().extend(inner.last().cloned());
        }
    }
    below
}

/// Two classes at least, none of which is called as what is no class.
fn usable(names: &BTreeSet<String>) -> Option<Vec<String>> {
    let is_class = |name: &String| {
        let name = name.to_lowercase();
        !is_part(&name) && !ANY.contains(&name.as_str())
    };
    (names.len() > 1 && names.iter().all(is_class)).then(|| names.iter().cloned().collect())
}

fn is_part(name: &str) -> bool {
    TRAIN.iter().chain(&VALID).any(|part| *part == name)
}

/// A folder for each class: the innermost one, or the outermost where all of these have the same inside.
pub fn classes(found: &Found) -> Option<Guess> {
    let told = found.options.labels.is_some();
    let paths: Vec<Vec<String>> = found.files.iter().map(|file| folders(file)).collect();
    let outer: BTreeSet<String> = paths.iter().filter_map(|path| path.first()).cloned().collect();
    let inner: BTreeSet<String> = paths.iter().filter_map(|path| path.last()).cloned().collect();
    let mut homes: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for path in paths.iter().filter(|path| path.len() > 1) {
        homes.entry(&path[path.len() - 1]).or_default().insert(&path[0]);
    }
    // Parts that lie further in are found there.
    if !told && paths.iter().flatten().any(|folder| is_part(&folder.to_lowercase())) {
        return None;
    }
    // `cat/indoor` and `dog/indoor`: the inner folder does not say the class.
    let shared = outer.len() > 1 && homes.values().any(|homes| homes.len() > 1);
    let names = if shared { outer } else { inner };
    let names = if told { (!names.is_empty()).then(|| names.into_iter().collect()) } else { usable(&names) }?;
    let which = if shared { ", the outermost" } else { "" };
    let mut said = vec![format!("{}, a folder each{which}: {}", counted(names.len()), listed(&names))];
    let loose = paths.iter().filter(|path| path.is_empty()).count();
    if loose > 0 {
        // A few strays are left out; many mean that folders are not what tells classes.
        if !told && 10 * loose > paths.len() {
            return None;
        }
        said.push(format!("left out: {} that lie in no folder", pictures(loose)));
    }
    let labels = Labels::Folders { level: shared.then_some(0) };
    Some(Guess { data: found.data.to_path_buf(), labels, split: chance(found.options), said })
}

fn counted(classes: usize) -> String {
    if classes == 1 { "1 class".into() } else { format!("{classes} classes") }
}

/// The one folder that all pictures lie in.
pub fn only(found: &Found) -> Option<String> {
    let outer: BTreeSet<Option<String>> = found.files.iter().map(|file| folders(file).first().cloned()).collect();
    match outer.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(one)] => Some(one.clone()),
        _ => None,
    }
}

/// Why there are no classes in folders.
pub fn none(data: &Path) -> firelight::Error {
    format!("labels: the pictures below {} lie in no folders; move them, or say it by another --labels", data.display())
        .into()
}
