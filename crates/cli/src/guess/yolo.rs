//! Labels of YOLO: a text for each picture, and a list of the classes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use firelight::datablock::Coco;
use firelight::prelude::*;

use super::coco::Listed;
use super::folders::{Part, part_of};
use super::objects::objects;
use super::{Found, Guess};

/// Texts that are read to tell labels from others.
const LOOKED_INTO: usize = 20;
/// Usual names of lists of classes.
const LISTS: [&str; 6] = ["data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names", "_darknet.labels"];

/// Whether a file's name is that of a list of classes.
pub fn is_list(file: &Path) -> bool {
    let ends = |ending: &str| file.extension().is_some_and(|of| of.eq_ignore_ascii_case(ending));
    ends("yaml") || ends("yml") || ends("names") || file.file_name().is_some_and(|name| name == "classes.txt")
}

/// Pictures half of which have such a text at least.
pub fn beside(found: &Found) -> Option<Result<Guess>> {
    let texts: Vec<PathBuf> = found.files.iter().filter_map(|file| Coco::yolo_text(&found.data.join(file))).collect();
    let is_one = 2 * texts.len() >= found.files.len() && are_labels(&texts);
    is_one.then(|| match list(found) {
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
        // `images/train` as well as `train/images`.
        let part = file.ancestors().skip(1).find_map(|folder| part_of(&folder.join("x")));
        parts.entry(part).or_default().push(file);
    }
    let read = |files: &[&Path]| -> Result<Listed> {
        let folder = common(files);
        let coco = Coco::from_yolo(found.data.join(&folder), &names)?;
        let (file, told, yolo) = (list.to_path_buf(), folder.clone(), Some(names.clone()));
        Ok(Listed { coco, file, told, folder, missing: Vec::new(), yolo })
    };
    let part = |part| parts.get(&Some(part)).map(Vec::as_slice);
    match (part(Part::Train), part(Part::Valid).or_else(|| part(Part::Test))) {
        (Some(train), Some(valid)) => objects(read(train)?, Some(read(valid)?), &[], found),
        (Some(train), None) => objects(read(train)?, None, &[], found),
        _ => objects(read(&found.files.iter().map(PathBuf::as_path).collect::<Vec<_>>())?, None, &[], found),
    }
}

/// The innermost folder that all files lie in.
fn common(files: &[&Path]) -> PathBuf {
    let first = files.first().and_then(|file| file.parent()).unwrap_or(Path::new(""));
    let is_theirs = |folder: &&Path| files.iter().all(|file| file.starts_with(folder));
    first.ancestors().find(is_theirs).unwrap_or(Path::new("")).to_path_buf()
}

/// Whether texts have lines of a whole number and four more numbers at least.
fn are_labels(texts: &[PathBuf]) -> bool {
    let is_line = |line: &str| {
        let fields: Vec<f64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
        fields.len() == line.split_whitespace().count() && fields.len() > 4 && fields[0].fract() == 0.0
    };
    let read = texts.iter().take(LOOKED_INTO).map(|file| fs::read_to_string(file).unwrap_or_else(|_| "none".into()));
    let lines: Vec<String> = read.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let mut lines = lines.iter().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(|line| is_line(line))
}

/// The list of classes in the folder, or in one below it or beside the labels.
fn list(found: &Found) -> Option<PathBuf> {
    let mut homes = vec![found.data.to_path_buf(), found.data.join("labels")];
    homes.extend(found.files.iter().filter_map(|file| file.components().next()).map(|first| found.data.join(first)));
    homes.dedup();
    let usual = homes.iter().flat_map(|home| LISTS.map(|name| home.join(name)));
    usual.filter(|file| file.is_file()).find(|file| names(file).is_ok())
}

/// The names of the classes, class 0 first.
fn names(list: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(list).map_err(|error| format!("labels: cannot read {}: {error}", list.display()))?;
    let is_yaml = list.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let names: Vec<String> = if is_yaml {
        in_yaml(&text)
    } else {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    if names.is_empty() {
        let list = list.display();
        return Err(format!(
            "labels: {list} names no classes, from 0 on; write `names: [cat, dog]`, or in classes.txt a name a line"
        )
        .into());
    }
    Ok(names)
}

/// What stands under `names`: `[a, b]`, `{0: a, 1: b}`, lines `- a` or lines `0: a`.
fn in_yaml(text: &str) -> Vec<String> {
    let mut lines =
        text.lines().map(|line| line.split(" #").next().unwrap_or(line)).skip_while(|line| !line.starts_with("names:"));
    let first = lines.next().map_or("", |line| line.trim_start_matches("names:").trim());
    let fields: Vec<String> = if first.starts_with(['[', '{']) {
        let flow = std::iter::once(first).chain(lines).collect::<Vec<_>>().join(" ");
        let inner = flow[1..].split([']', '}']).next().unwrap_or("").to_owned();
        inner.split(',').map(str::to_owned).collect()
    } else {
        let is_inner = |line: &&str| line.starts_with([' ', '\t', '-']) || line.trim().is_empty();
        lines.take_while(is_inner).map(|line| line.trim().trim_start_matches("- ").to_owned()).collect()
    };
    let named = fields.iter().map(|field| field.trim()).filter(|field| !field.is_empty()).enumerate();
    let mut named: Vec<(usize, String)> = named
        .map(|(place, field)| {
            let parsed =
                field.split_once(':').and_then(|(number, name)| Some((number.trim().parse().ok()?, name.trim())));
            let (number, name) = parsed.unwrap_or((place, field));
            (number, name.trim_matches(['"', '\'']).to_owned())
        })
        .collect();
    named.sort();
    let is_whole = named.iter().enumerate().all(|(place, (number, _))| place == *number);
    if is_whole { named.into_iter().map(|(_, name)| name).collect() } else { Vec::new() }
}
