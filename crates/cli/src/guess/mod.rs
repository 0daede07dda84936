//! What a folder is, told from what lies in it.

mod class_list;
mod coco;
mod folders;
mod masks;
mod names;
mod objects;
mod table;
mod target;
mod yolo;

use std::path::{Path, PathBuf};

use firelight::models::Arch;
use firelight::prelude::*;

pub use masks::among as masks_among;

use crate::cli::{DataOptions, Kind};
use crate::files;
use crate::recipe::{Labels, ModelPart, Recipe, SplitBy, TrainingPart};

/// What was told or guessed of data, and in which words.
#[derive(Debug)]
pub struct Guess {
    pub data: PathBuf,
    pub labels: Labels,
    pub split: SplitBy,
    /// A sentence for each thing that was guessed.
    pub said: Vec<String>,
}

impl Guess {
    /// The recipe that trains nothing.
    pub fn into_recipe(self, options: &DataOptions) -> Recipe {
        let Self { data, labels, split, .. } = self;
        let model = ModelPart { arch: Arch::Small, weights: None, size: 128 };
        let training = TrainingPart {
            epochs: 0,
            unfrozen_epochs: 0,
            batch_size: 16,
            rate: None,
            seed: 1,
            costs: None,
            taxonomy: None,
            augment: None,
            ema: false,
            minutes: None,
        };
        let corrections = options.corrections.as_deref().map(files::absolute);
        Recipe { data, skip_broken: options.skip_broken, corrections, cache: None, labels, split, model, training }
    }
}

/// The pictures below a folder, and what was told of them.
pub struct Found<'a> {
    /// The folder.
    pub data: &'a Path,
    /// Pictures, told from it, sorted.
    pub files: Vec<PathBuf>,
    pub options: &'a DataOptions,
}

impl Found<'_> {
    /// Whether something is asked for that classes of pictures do not tell.
    fn are_places(&self) -> bool {
        matches!(self.options.kind, Some(Kind::Masks | Kind::Box))
    }
}

/// Looks at a folder, or at a table and the folder that it lies in.
pub fn guess(data: &Path, options: &DataOptions, progress: &Progress) -> Result<Guess> {
    if data.is_file() {
        return of_file(data, options, progress);
    }
    let found = Found { data, files: files::below(data, progress)?, options };
    let guess = match options.labels.as_deref() {
        Some("folders") => folders::classes(&found).ok_or_else(|| folders::none(data)),
        Some(told) => told_labels(told, &found),
        None => guessed(&found),
    }?;
    let place = match options.kind {
        Some(Kind::Masks) if !guess.labels.are_masks() => "masks",
        Some(Kind::Box) if !guess.labels.are_boxes() => "boxes",
        _ => return Ok(guess),
    };
    let first = guess.said.first().map_or("", String::as_str);
    Err(format!("labels: the data have no {place}, but {first}; say by --labels what has some, or leave --kind out")
        .into())
}

/// Looks at a table or a COCO file, and the folder that it lies in.
fn of_file(data: &Path, options: &DataOptions, progress: &Progress) -> Result<Guess> {
    let parent = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_path_buf);
        folder.unwrap_or_else(|| PathBuf::from("."))
    };
    // The pictures may lie anywhere, where the table has their paths.
    let below = |folder: &Path| files::below(folder, progress).unwrap_or_default();
    let folder = parent(data);
    if coco::is_coco(data) {
        // COCO's own lie in a folder beside those of the pictures.
        let is_apart = folder.file_name().is_some_and(|name| name.eq_ignore_ascii_case("annotations"));
        let folder = if is_apart { parent(&folder) } else { folder };
        return coco::told(&[data.to_path_buf()], &Found { data: &folder, files: below(&folder), options });
    }
    if table::is_table(data) {
        return table::read(data, &Found { data: &folder, files: below(&folder), options });
    }
    let data = data.display();
    Err(format!(
        "labels: {data} is a file and neither a table (.csv, .tsv, .jsonl) nor COCO's (.json); give the folder of the pictures"
    )
    .into())
}

fn told_labels(told: &str, found: &Found) -> Result<Guess> {
    if let Some(folder) = told.strip_prefix("masks=") {
        return masks::told(folder, found);
    }
    let file = |told: &str| {
        let there = [PathBuf::from(told), found.data.join(told)].into_iter().find(|file| file.is_file());
        there.ok_or_else(|| format!("labels: there is no file {told}, here or in {}", found.data.display()).into())
    };
    match Path::new(told) {
        path if coco::is_coco(path) => {
            let files: Result<Vec<PathBuf>> = told.split(',').map(|told| file(told.trim())).collect();
            coco::told(&files?, found)
        }
        path if class_list::is_list(path) => yolo::told(&file(told)?, found),
        path if table::is_table(path) || file(told).is_ok() => table::read(&file(told)?, found),
        _ => names::told(told, found),
    }
}

/// What each way of keeping labels finds, the surest first.
fn guessed(found: &Found) -> Result<Guess> {
    if let (Some(parts), false) = (folders::parts(found), found.are_places()) {
        return Ok(parts);
    }
    let is_box = found.options.kind == Some(Kind::Box);
    let masks = match masks::beside(found).filter(|_| !is_box) {
        Some(Ok(masks)) => return Ok(masks),
        other => other.and_then(Result::err),
    };
    let table = match table::beside(found) {
        Some(Ok(rows)) => return Ok(rows),
        other => other.and_then(Result::err),
    };
    let coco = match coco::beside(found) {
        coco::Beside::Coco(guess) => return *guess,
        // Where its pictures lie was told.
        coco::Beside::Others(error) if found.options.pictures.is_some() => return Err(error),
        coco::Beside::Others(error) => Some(error),
        coco::Beside::None => None,
    };
    if let Some(guess) = yolo::beside(found) {
        return guess;
    }
    let classes = || folders::classes(found).or_else(|| names::guess(found));
    if let Some(classes) = if found.are_places() { None } else { classes() } {
        return Ok(classes);
    }
    // Some archives have one folder in another.
    if let (Some(inner), None, None) = (folders::only(found), &table, &coco) {
        let files = found.files.iter().filter_map(|file| file.strip_prefix(&inner).ok().map(Path::to_path_buf));
        return guessed(&Found { data: &found.data.join(&inner), files: files.collect(), options: found.options });
    }
    // What nearly was one says best what is wrong.
    if let Some(error) = table.or(masks).or(coco) {
        return Err(error);
    }
    Err(format!(
        "labels: nothing tells what the {} below {} are: they lie in no folder for each class, no table names them, no folder of masks is \
         beside them, no COCO file lists them, no texts of YOLO lie beside them, and their names are not like `pug_7.jpg`; say it by --labels (folders, a table's or COCO file, YOLO's \
         data.yaml, a pattern with a group as `^(.+)_`, or masks=FOLDER)",
        pictures(found.files.len()),
        found.data.display()
    )
    .into())
}

/// A share at random, as it was told.
pub fn chance(options: &DataOptions) -> SplitBy {
    SplitBy::Chance { valid: options.valid, seed: options.split_seed }
}

/// `3 pictures`, `1 picture`.
pub fn pictures(count: usize) -> String {
    if count == 1 { "1 picture".into() } else { format!("{count} pictures") }
}

/// `a, b, c`, and no more than a line of them.
pub fn listed(names: &[String]) -> String {
    first(names, 8)
}

/// The first names, and how many more there are.
pub fn first(names: &[String], most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", names[..names.len() - more].join(", "))
}
