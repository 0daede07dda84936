//! Masks in a folder beside the pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use firelight::prelude::*;
use firelight::transforms::Limits;

use super::{Found, Guess, chance, listed, pictures};
use crate::recipe::Labels;

/// What folders of masks are called, or end with.
const USUAL: [&str; 8] =
    ["masks", "mask", "labels", "annotations", "annot", "segmentation", "segmentations", "trimaps"];
/// Masks that are read to see which classes there are.
const READ: usize = 100;

/// Whether a folder is called as those of masks are.
pub fn is_usual(folder: &str) -> bool {
    let folder = folder.to_lowercase();
    USUAL.iter().any(|name| folder == *name || folder.ends_with(&format!("_{name}")) || folder.ends_with("annot"))
}

fn lies_in_usual(folder: &str) -> bool {
    is_usual(folder.rsplit('/').next().unwrap_or(folder))
}

/// A folder of pictures and one of masks of mostly the same names, where there are such.
pub fn beside(found: &Found) -> Option<Result<Guess>> {
    among(&found.files).map(|masks| told(&masks, found))
}

/// The folder of masks among pictures, where there is one.
pub fn among(files: &[PathBuf]) -> Option<String> {
    let folders = stems(files);
    let masks = folders.keys().find(|folder| lies_in_usual(folder))?;
    let (_, both) = of(masks, &folders)?;
    (2 * both >= folders[masks].len()).then(|| masks.clone())
}

type Stems = BTreeMap<String, BTreeMap<String, String>>;

/// The folder whose pictures have most masks in this one, and how many.
fn of<'a>(masks: &str, folders: &'a Stems) -> Option<(&'a String, usize)> {
    let theirs = folders.get(masks)?;
    let others = folders.iter().filter(|(folder, _)| folder.as_str() != masks && !lies_in_usual(folder));
    let counted = others.map(|(folder, ours)| (folder, ours.keys().filter(|stem| theirs.contains_key(*stem)).count()));
    counted.max_by_key(|(_, both)| *both).filter(|(_, both)| *both > 0)
}

/// The same, with the masks in this folder.
pub fn told(masks: &str, found: &Found) -> Result<Guess> {
    let masks = masks.trim_start_matches("./").trim_end_matches('/');
    let told = |why: String| -> firelight::Error {
        format!("labels: {why}; give masks=FOLDER, below {}", found.data.display()).into()
    };
    let folders = stems(&found.files);
    let theirs = folders.get(masks).ok_or_else(|| told(format!("no mask lies in {masks}")))?;
    let (folder, both) =
        of(masks, &folders).ok_or_else(|| told(format!("no picture has a mask of its name in {masks}")))?;
    let ours = &folders[folder];
    if both < ours.len() && !found.options.skip_broken {
        let first = ours.keys().find(|stem| !theirs.contains_key(*stem)).map_or("", String::as_str);
        let without = pictures(ours.len() - both);
        return Err(told(format!(
            "{without} of {} in {folder} have no mask of their name in {masks}, the first {first}.*; --skip-broken leaves them out",
            ours.len()
        )));
    }
    let endings: BTreeSet<&String> = theirs.values().collect();
    let [ending] = endings.into_iter().collect::<Vec<_>>()[..] else {
        return Err(told(format!("the masks in {masks} have several endings")));
    };
    let codes = codes(found.data, masks, theirs)?;
    let classes = named(&found.options.classes, &codes)?;
    let said = vec![
        format!("a mask in {masks}/ for each picture in {folder}/, {both} of them"),
        format!("{} classes of pixels: {}", classes.len(), listed(&classes)),
    ];
    let labels = Labels::Masks { pictures: folder.into(), masks: masks.into(), ending: ending.clone(), codes, classes };
    Ok(Guess { data: found.data.to_path_buf(), labels, split: chance(found.options), said })
}

/// The ending of each file's stem, for each folder.
fn stems(files: &[PathBuf]) -> Stems {
    let mut folders = Stems::new();
    for file in files {
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        let folder = file.parent().unwrap_or(Path::new("")).display().to_string();
        folders.entry(folder).or_default().insert(text(file.file_stem()), text(file.extension()));
    }
    folders
}

/// The numbers that some masks have, but for the one that stands for nothing.
fn codes(data: &Path, folder: &str, masks: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut codes = BTreeSet::new();
    let step = masks.len().div_ceil(READ).max(1);
    for (stem, ending) in masks.iter().step_by(step) {
        let file = data.join(folder).join(format!("{stem}.{ending}"));
        let read = |reader: MaskReader| reader.open(&file, &Limits::default());
        // Black and white: white is a class, and stands for nothing elsewhere.
        if read(MaskReader::default().with_codes([(0, 0), (Mask::VOID, 1)])).is_ok() {
            codes.extend([0, Mask::VOID]);
            continue;
        }
        let mask = read(MaskReader::default()).map_err(|_| {
            format!(
                "labels: {} cannot be read as a mask: here they are PNG files, gray or with a palette, a number a class; write them so",
                file.display()
            )
        })?;
        codes.extend(mask.counts().into_keys());
    }
    // 255 is void beside other classes, and the class itself in masks of black and white.
    if codes.len() > 2 {
        codes.remove(&Mask::VOID);
    }
    if codes.len() < 2 {
        return Err(
            format!("labels: the masks in {folder} have one number alone, and two classes are the least").into()
        );
    }
    Ok(codes.into_iter().collect())
}

fn named(told: &[String], codes: &[u8]) -> Result<Vec<String>> {
    if told.is_empty() {
        let name = |code: &u8| if *code == 0 { "ground".to_owned() } else { format!("class {code}") };
        return Ok(codes.iter().map(name).collect());
    }
    Vocab::ordered(told.iter().cloned()).map_err(|error| format!("labels: --classes: {error}"))?;
    if told.len() == codes.len() {
        return Ok(told.to_vec());
    }
    let (told, codes) = (told.len(), codes.len());
    Err(format!(
        "labels: {told} --classes are named, and the masks have {codes} numbers; name one for each, lowest number first"
    )
    .into())
}
