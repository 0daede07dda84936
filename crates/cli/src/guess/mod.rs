//! What a folder is, told from what lies in it.

mod folders;
mod masks;
mod names;
mod table;
mod target;

use std::path::{Path, PathBuf};

use firelight::models::Arch;
use firelight::prelude::*;

pub use masks::among as masks_among;

use crate::cli::DataOptions;
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

/// Looks at a folder, or at a table and the folder that it lies in.
pub fn guess(data: &Path, options: &DataOptions, progress: &Progress) -> Result<Guess> {
    if data.is_file() {
        if !table::is_table(data) {
            let data = data.display();
            return Err(format!(
                "labels: {data} is a file and no table (.csv, .tsv, .jsonl); give the folder of the pictures"
            )
            .into());
        }
        let folder = data.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // The pictures may lie anywhere, where the table has their paths.
        let files = files::below(folder, progress).unwrap_or_default();
        return table::read(data, &Found { data: folder, files, options });
    }
    let found = Found { data, files: files::below(data, progress)?, options };
    match options.labels.as_deref() {
        Some("folders") => folders::classes(&found).ok_or_else(|| folders::none(data)),
        Some(told) => told_labels(told, &found),
        None => guessed(&found),
    }
}

fn told_labels(told: &str, found: &Found) -> Result<Guess> {
    if let Some(folder) = told.strip_prefix("masks=") {
        return masks::told(folder, found);
    }
    let file = [PathBuf::from(told), found.data.join(told)].into_iter().find(|file| file.is_file());
    match file {
        Some(file) => table::read(&file, found),
        None if table::is_table(Path::new(told)) => {
            Err(format!("labels: there is no file {told}, here or in {}", found.data.display()).into())
        }
        None => names::told(told, found),
    }
}

/// What each way of keeping labels finds, the surest first.
fn guessed(found: &Found) -> Result<Guess> {
    if let Some(parts) = folders::parts(found) {
        return Ok(parts);
    }
    let masks = match masks::beside(found) {
        Some(Ok(masks)) => return Ok(masks),
        other => other.and_then(Result::err),
    };
    let table = match table::beside(found) {
        Some(Ok(rows)) => return Ok(rows),
        other => other.and_then(Result::err),
    };
    if let Some(classes) = folders::classes(found).or_else(|| names::guess(found)) {
        return Ok(classes);
    }
    // Some archives have one folder in another.
    if let (Some(inner), None) = (folders::only(found), &table) {
        let files = found.files.iter().filter_map(|file| file.strip_prefix(&inner).ok().map(Path::to_path_buf));
        return guessed(&Found { data: &found.data.join(&inner), files: files.collect(), options: found.options });
    }
    // What nearly was one says best what is wrong.
    if let Some(error) = table.or(masks) {
        return Err(error);
    }
    Err(format!(
        "labels: nothing tells what the {} below {} are: they lie in no folder for each class, no table names them, no folder of masks is \
         beside them, and their names are not like `pug_7.jpg`; say it by --labels (folders, a table's file, a pattern with a group as \
         `^(.+)_`, or masks=FOLDER)",
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
