//! Labels in COCO's files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use firelight::datablock::{Coco, CocoPicture};
use firelight::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::folders::{Part, part_of};
use super::objects::objects;
use super::{Found, Guess, listed, pictures};
use crate::files::{absolute, folders};
use crate::objects::{Names, placed, plain};

/// Files of unusual names that are looked into: more of them are a file for each picture.
const LOOKED_INTO: usize = 16;

/// What a COCO file has, as it is written there.
const PARTS: [&str; 3] = ["\"images\"", "\"annotations\"", "\"categories\""];

/// What JSON files beside pictures are.
pub enum Beside {
    /// Files of COCO: what they say, or what is wrong with them.
    Coco(Box<Result<Guess>>),
    /// Files of COCO, of no picture here.
    Others(firelight::Error),
    None,
}

/// A COCO file, and which of its pictures are there.
pub struct Listed {
    pub coco: Coco,
    /// As it was told or found.
    pub file: PathBuf,
    /// From the data's folder, as far as it lies below it.
    pub told: PathBuf,
    /// The folder below the data that its names are told from.
    pub folder: PathBuf,
    /// The names of pictures that are not there.
    pub missing: Vec<String>,
    /// The classes that texts count, where these are YOLO's labels and the file a list of the classes.
    pub yolo: Option<Vec<String>>,
}

/// Whether a file's name is that of a COCO file.
pub fn is_coco(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// Files of COCO in the folder, its `annotations` and its folders of pictures: one, or one that trains and one that validates.
pub fn beside(found: &Found) -> Beside {
    let names = Names::new(&found.files);
    let mut other = None;
    let [instances, usual, others] = candidates(found);
    for (files, is_likely) in [(instances, true), (usual, true), (others, false)] {
        let (mut read, mut left, mut wrong) = (Vec::new(), Vec::new(), None);
        for file in files.iter().filter(|file| has_shape(file, is_likely)) {
            match Listed::read(file, found, &names) {
                Ok(listed) if listed.is_of_no_picture() => {
                    left.push(format!("{}, none of whose pictures are here", listed.told.display()));
                    other = Some(listed.of_no_picture(found));
                }
                Ok(listed) => read.push(listed),
                Err(error) => wrong = wrong.or(Some(error)),
            }
        }
        match (read.is_empty(), wrong) {
            (_, Some(error)) => return Beside::Coco(Box::new(Err(error))),
            (false, None) => return Beside::Coco(Box::new(parted(read, left, found))),
            (true, None) => {}
        }
    }
    other.map_or(Beside::None, Beside::Others)
}

/// The same of the files that somebody told: one, or one that trains and one that validates.
pub fn told(files: &[PathBuf], found: &Found) -> Result<Guess> {
    let names = Names::new(&found.files);
    let read = |file: &PathBuf| {
        let listed = Listed::read(file, found, &names)?;
        if listed.is_of_no_picture() { Err(listed.of_no_picture(found)) } else { Ok(listed) }
    };
    match files {
        [train, valid] => objects(read(train)?, Some(read(valid)?), &[], found),
        [one] => objects(read(one)?, None, &[], found),
        _ => Err("labels: --labels takes one COCO file, or two: one that trains and one that validates".into()),
    }
}

/// JSON files, those that are likeliest COCO's first, each list with all that are as likely.
fn candidates(found: &Found) -> [Vec<PathBuf>; 3] {
    let mut homes = vec![PathBuf::new(), "annotations".into(), "Annotations".into()];
    homes.extend(found.files.iter().filter_map(|file| folders(file).into_iter().next()).map(PathBuf::from));
    homes.dedup();
    let mut files = Vec::new();
    for home in homes {
        let entries = std::fs::read_dir(found.data.join(home)).into_iter().flatten();
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    files.retain(|file| is_coco(file) && !name_of(file).starts_with('.') && file.is_file());
    files.sort();
    files.dedup();
    let (instances, files) = files.into_iter().partition::<Vec<_>, _>(|file| name_of(file).contains("instances"));
    let usual = |file: &PathBuf| name_of(file).contains("coco") || name_of(file).contains("annotations");
    let (usual, mut others) = files.into_iter().partition::<Vec<_>, _>(usual);
    others.truncate(if others.len() > LOOKED_INTO { 0 } else { LOOKED_INTO });
    [instances, usual, others]
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Whether a file lists images and categories, whatever these are: captions have no categories. A file that is likely one has it too where it is
/// no JSON, which is told when it is read.
fn has_shape(file: &Path, is_likely: bool) -> bool {
    #[derive(Deserialize)]
    struct Shape {
        #[serde(rename = "images")]
        _images: Vec<IgnoredAny>,
        #[serde(rename = "categories")]
        _categories: Vec<IgnoredAny>,
    }
    let is_one = |bytes: Vec<u8>| {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match serde_json::from_slice::<Shape>(text) {
            Ok(_) => true,
            Err(why) => is_likely && !why.is_data() && PARTS.iter().any(|part| is_within(part.as_bytes(), text)),
        }
    };
    std::fs::read(file).is_ok_and(is_one)
}

fn is_within(part: &[u8], text: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Which of several files trains and which validates, told from their names or those of their folders.
fn parted(mut read: Vec<Listed>, mut left: Vec<String>, found: &Found) -> Result<Guess> {
    if read.len() == 1 {
        return objects(read.remove(0), None, &left, found);
    }
    let files: Vec<String> = read.iter().map(|listed| listed.file.display().to_string()).collect();
    let mut parts: BTreeMap<Option<Part>, Vec<Listed>> = BTreeMap::new();
    for listed in read {
        parts.entry(part_of(&listed.file)).or_default().push(listed);
    }
    let has_objects = |listed: &Listed| listed.coco.pictures().iter().any(|picture| !picture.objects().is_empty());
    let mut only = |part| match parts.get(&Some(part)).map(Vec::as_slice) {
        Some([one]) if has_objects(one) => parts.remove(&Some(part)).and_then(|mut one| one.pop()),
        _ => None,
    };
    let train = only(Part::Train);
    let valid = train.as_ref().and_then(|_| only(Part::Valid).or_else(|| only(Part::Test)));
    let tests = |part: &Option<Part>| *part == Some(Part::Test);
    match (train, valid) {
        (Some(train), valid) if parts.keys().all(tests) => {
            left.extend(parts.into_values().flatten().map(|listed| listed.told.display().to_string()));
            objects(train, valid, &left, found)
        }
        _ => Err(format!(
            "labels: several files list the pictures: {}; say which by --labels, as FILE.json, or TRAIN.json,VALID.json",
            listed(&files)
        )
        .into()),
    }
}

impl Listed {
    /// A file, its pictures found among those below the data.
    fn read(file: &Path, found: &Found, names: &Names) -> Result<Self> {
        let coco = Coco::read(file)?;
        let place = absolute(file);
        let told = place.strip_prefix(absolute(found.data)).map_or_else(|_| place.clone(), Path::to_path_buf);
        let mut counts: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for picture in coco.pictures() {
            for folder in names.folders(plain(picture.file())) {
                *counts.entry(folder).or_default() += 1;
            }
        }
        let folder = if let Some(told) = &found.options.pictures {
            PathBuf::from(told.trim_end_matches('/'))
        } else {
            let spread = coco.pictures().iter().all(|picture| names.folders(plain(picture.file())).len() < 2);
            folder(file, &told, counts, spread, found)?
        };
        let place = found.data.join(&folder);
        let inner = || found.files.iter().filter_map(|file| file.strip_prefix(&folder).ok().map(Path::to_path_buf));
        let coco = placed(coco, &place, || Ok(inner().collect()))?;
        let missing = coco.pictures().iter().map(CocoPicture::file).filter(|name| !place.join(name).is_file());
        let missing = missing.map(|name| name.display().to_string()).collect();
        Ok(Self { coco, file: file.to_path_buf(), told, folder, missing, yolo: None })
    }

    fn is_of_no_picture(&self) -> bool {
        self.missing.len() == self.coco.pictures().len()
    }

    /// Why it says nothing.
    fn of_no_picture(&self, found: &Found) -> firelight::Error {
        if let Some(told) = &found.options.pictures {
            return format!(
                "labels: {} lists {}, none of which is in {}, the first {:?}; --pictures is told from the data: give the folder as it is below {}",
                self.file.display(),
                pictures(self.missing.len()),
                found.data.join(told).display(),
                self.missing.first().map_or("", String::as_str),
                found.data.display()
            )
            .into();
        }
        format!(
            "labels: {} lists {}, none of which is below {}, the first {:?}; put them there, or say by --pictures FOLDER where they lie",
            self.file.display(),
            pictures(self.missing.len()),
            found.data.display(),
            self.missing.first().map_or("", String::as_str)
        )
        .into()
    }
}

/// The folder that most names are told from: of several the file's own, or the only one of the file's part, or the one around all, where they are
/// `spread`, each in one of them.
fn folder(file: &Path, told: &Path, counts: BTreeMap<PathBuf, usize>, spread: bool, found: &Found) -> Result<PathBuf> {
    let all: Vec<PathBuf> = counts.keys().cloned().collect();
    let most = counts.values().copied().max().unwrap_or(0);
    let likely: Vec<PathBuf> =
        counts.into_iter().filter(|(_, count)| 2 * count >= most).map(|(folder, _)| folder).collect();
    let home = told.parent().unwrap_or(Path::new(""));
    // Without any the names are told from where the file is.
    if likely.is_empty() || likely.iter().any(|folder| folder == home) {
        return Ok(if told.is_absolute() { PathBuf::new() } else { home.to_path_buf() });
    }
    let part = part_of(file);
    let same: Vec<&PathBuf> =
        likely.iter().filter(|folder| part.is_some() && part_of(&folder.join("x")) == part).collect();
    match (likely.as_slice(), same.as_slice()) {
        ([one], _) => Ok(one.clone()),
        (_, [one]) => Ok((*one).clone()),
        _ if spread => {
            let is_theirs = |folder: &&Path| all.iter().all(|inner| inner.starts_with(folder));
            Ok(all[0].ancestors().find(is_theirs).unwrap_or(Path::new("")).to_path_buf())
        }
        (several, _) => {
            let names: Vec<String> = several.iter().map(|folder| folder.display().to_string()).collect();
            Err(format!(
                "labels: {} names pictures that several folders below {} have: {}; say which by --pictures FOLDER",
                file.display(),
                found.data.display(),
                listed(&names)
            )
            .into())
        }
    }
}
