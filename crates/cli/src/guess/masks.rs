//! Masks in a folder beside the pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use firelight::prelude::*;
use firelight::transforms::Limits;

use super::{Found, Guess, chance, listed};
use crate::cli::DataOptions;
use crate::recipe::Labels;

/// What folders of masks are called.
const USUAL: [&str; 8] =
    ["masks", "mask", "labels", "annotations", "segmentation", "segmentations", "trimaps", "ground_truth"];
/// Masks that are read to see which classes there are.
const READ: usize = 100;

/// A folder of pictures and one of masks of the same names, where there are such.
pub fn beside(data: &Path, found: &Found, options: &DataOptions) -> Option<Result<Guess>> {
    let folders = stems(found);
    let masks = folders.keys().find(|folder| USUAL.contains(&folder.to_lowercase().as_str()))?;
    Some(told(data, masks, found, options))
}

/// The same, with the masks in this folder.
pub fn told(data: &Path, masks: &str, found: &Found, options: &DataOptions) -> Result<Guess> {
    let folders = stems(found);
    let told = |why: String| -> firelight::Error {
        format!("labels: {why}; give masks=FOLDER, below {}", data.display()).into()
    };
    let theirs = folders.get(masks).ok_or_else(|| told(format!("no mask lies in {masks}")))?;
    let (pictures, ours) = folders
        .iter()
        .filter(|(folder, _)| folder.as_str() != masks)
        .max_by_key(|(_, ours)| ours.keys().filter(|stem| theirs.contains_key(*stem)).count())
        .ok_or_else(|| told(format!("no pictures lie beside {masks}")))?;
    if let Some(stem) = ours.keys().find(|stem| !theirs.contains_key(*stem)) {
        return Err(told(format!("{pictures}/{stem}.* has no mask of its name in {masks}")));
    }
    let endings: BTreeSet<&String> = theirs.values().collect();
    let [ending] = endings.into_iter().collect::<Vec<_>>()[..] else {
        return Err(told(format!("the masks in {masks} have several endings")));
    };
    let codes = codes(data, masks, theirs)?;
    let classes = named(&options.classes, &codes)?;
    let said = vec![
        format!("a mask in {masks}/ for each picture in {pictures}/"),
        format!("{} classes of pixels: {}", classes.len(), listed(&classes)),
    ];
    let labels =
        Labels::Masks { pictures: pictures.into(), masks: masks.into(), ending: ending.clone(), codes, classes };
    Ok(Guess { data: data.to_path_buf(), labels, split: chance(options), pictures: ours.len(), said })
}

/// The ending of each file's stem, for each folder.
fn stems(found: &Found) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut folders: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in &found.files {
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
        let mask = read(MaskReader::default()).map_err(|error| {
            format!("labels: {}: {error}; masks are gray or have a palette, a number a class", file.display())
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
        return Ok(codes
            .iter()
            .map(|code| if *code == 0 { "ground".to_owned() } else { format!("class {code}") })
            .collect());
    }
    if told.len() == codes.len() {
        return Ok(told.to_vec());
    }
    let (told, codes) = (told.len(), codes.len());
    Err(format!(
        "labels: {told} --classes are named, and the masks have {codes} numbers; name one for each, lowest number first"
    )
    .into())
}
