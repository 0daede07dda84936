//! Labels of YOLO: a text for each picture, and a list of the classes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use firelight::datablock::Coco;
use firelight::prelude::*;

use super::class_list::{list, names};
use super::coco::Listed;
use super::folders::{Part, part_of};
use super::objects::objects;
use super::{Found, Guess, listed};

/// Texts that are read to tell labels from others.
const LOOKED_INTO: usize = 20;

/// Pictures half of which have such a text at least.
pub fn beside(found: &Found) -> Option<Result<Guess>> {
    let texts: Vec<PathBuf> = found.files.iter().filter_map(|file| Coco::yolo_text(&found.data.join(file))).collect();
    let list = if 2 * texts.len() >= found.files.len() { list(found) } else { return None };
    are_labels(&texts, list.is_some()).then(|| match list {
        Some(list) => told(&list, found),
        None => Err(format!(
            "labels: texts as {} are labels of YOLO, and no list names their classes; write classes.txt in {}, a name a line, class 0 first",
            texts.first().map_or(Path::new(""), PathBuf::as_path).display(),
            found.data.display()
        )
        .into()),
    })
}

/// The same with the classes of this list.
pub fn told(list: &Path, found: &Found) -> Result<Guess> {
    let names = names(list)?;
    let mut parts: BTreeMap<Option<Part>, Vec<&Path>> = BTreeMap::new();
    for file in &found.files {
        parts.entry(parted(file).map(|(part, _)| part)).or_default().push(file);
    }
    let read = |files: &[&Path]| -> Result<Listed> {
        let folder = common(files);
        let told = files.iter().map(|file| file.strip_prefix(&folder).unwrap_or(file));
        let coco = Coco::from_yolo_files(found.data.join(&folder), told, &names)?;
        let (file, told, yolo) = (list.to_path_buf(), folder.clone(), Some(names.clone()));
        Ok(Listed { coco, file, told, folder, missing: Vec::new(), yolo })
    };
    // All that lies in a folder is of one part.
    let read_part = |files: &[&Path], does: &str| {
        let folder = common(files);
        if found.files.iter().filter(|file| file.starts_with(&folder)).count() > files.len() {
            return Err(format!(
                "labels: pictures that {does} lie in several folders: {}; move them into one, or give one part by another folder",
                listed(&places(files.iter().copied()))
            )
            .into());
        }
        read(files)
    };
    let Some(train) = parts.remove(&Some(Part::Train)) else {
        return objects(read(&found.files.iter().map(PathBuf::as_path).collect::<Vec<_>>())?, None, &[], found);
    };
    let valid = parts.remove(&Some(Part::Valid)).or_else(|| parts.remove(&Some(Part::Test)));
    let left = places(parts.into_values().flatten());
    let train = read_part(&train, "train")?;
    let valid = valid.map(|files| read_part(&files, "validate")).transpose()?;
    objects(train, valid, &left, found)
}

/// The part of a picture, and its folder: of `images/train` as well as of `train/images`.
fn parted(file: &Path) -> Option<(Part, &Path)> {
    file.ancestors().skip(1).find_map(|folder| Some((part_of(&folder.join("x"))?, folder)))
}

/// The folders of parts, or those that pictures of none lie in.
fn places<'a>(files: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let folder = |file: &'a Path| parted(file).map_or_else(|| file.parent().unwrap_or(file), |(_, folder)| folder);
    let folders: BTreeSet<&Path> = files.map(folder).collect();
    let named =
        |folder: &Path| if folder.as_os_str().is_empty() { "./".into() } else { format!("{}/", folder.display()) };
    folders.into_iter().map(named).collect()
}

/// The innermost folder that all files lie in.
fn common(files: &[&Path]) -> PathBuf {
    let first = files.first().and_then(|file| file.parent()).unwrap_or(Path::new(""));
    let is_theirs = |folder: &&Path| files.iter().all(|file| file.starts_with(folder));
    first.ancestors().find(is_theirs).unwrap_or(Path::new("")).to_path_buf()
}

/// Whether texts have lines of a whole number and four more numbers at least: beside a list of classes most lines, whose slips are told when
/// they are read, and else all.
fn are_labels(texts: &[PathBuf], has_list: bool) -> bool {
    let is_line = |line: &str| {
        let fields: Vec<f64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
        fields.len() == line.split_whitespace().count() && fields.len() > 4 && fields[0].fract() == 0.0
    };
    let read = texts.iter().map(|file| fs::read_to_string(file).unwrap_or_else(|_| "none".into()));
    let read = read.filter(|text| !text.trim().is_empty()).take(LOOKED_INTO);
    let lines: Vec<String> = read.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let lines: Vec<&String> = lines.iter().filter(|line| !line.trim().is_empty()).collect();
    let count = lines.iter().filter(|line| is_line(line)).count();
    count > 0 && if has_list { 2 * count > lines.len() } else { count == lines.len() }
}
