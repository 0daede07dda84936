//! What a folder is, told from what lies in it.

mod folders;
mod masks;
mod names;
mod table;

use std::path::{Path, PathBuf};

use firelight::prelude::*;

use crate::cli::DataOptions;
use crate::recipe::{Labels, SplitBy};

/// What was told or guessed of data, and in which words.
#[derive(Debug)]
pub struct Guess {
    pub data: PathBuf,
    pub labels: Labels,
    pub split: SplitBy,
    /// Pictures that have a label, of both parts.
    pub pictures: usize,
    /// A sentence for each thing that was guessed.
    pub said: Vec<String>,
}

/// Looks at a folder, or at a table and the folder that it lies in.
pub fn guess(data: &Path, options: &DataOptions, progress: &Progress) -> Result<Guess> {
    if data.is_file() {
        let folder = data.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let found = Found::below(&folder, progress)?;
        return table::read(&folder, data, &found, options);
    }
    let found = Found::below(data, progress)?;
    match options.labels.as_deref() {
        Some("folders") => folders::classes(data, &found, options).ok_or_else(|| folders::none(data)),
        Some(told) => told_labels(data, told, &found, options),
        None => folders::parts(data, &found)
            .map(Ok)
            .or_else(|| masks::beside(data, &found, options))
            .or_else(|| folders::classes(data, &found, options).map(Ok))
            .unwrap_or_else(|| table_or_names(data, &found, options)),
    }
}

fn told_labels(data: &Path, told: &str, found: &Found, options: &DataOptions) -> Result<Guess> {
    if let Some(folder) = told.strip_prefix("masks=") {
        return masks::told(data, folder, found, options);
    }
    let file = [PathBuf::from(told), data.join(told)].into_iter().find(|file| file.is_file());
    match file {
        Some(file) => table::read(data, &file, found, options),
        None if table::is_table(Path::new(told)) => {
            Err(format!("labels: there is no file {told}, here or in {}", data.display()).into())
        }
        None => names::told(data, told, found, options),
    }
}

fn table_or_names(data: &Path, found: &Found, options: &DataOptions) -> Result<Guess> {
    if let Some(file) = table::only(data)? {
        return table::read(data, &file, found, options);
    }
    names::guess(data, found, options).ok_or_else(|| {
        format!(
            "labels: nothing tells what the {} pictures below {} are: they lie in no folder for each class, no table names them, no folder of \
             masks is beside them, and their names are not like `pug_7.jpg`; say it by --labels (folders, a table's file, a pattern with a group \
             as `^(.+)_`, or masks=FOLDER)",
            found.files.len(),
            data.display()
        )
        .into()
    })
}

/// The pictures below a folder, told from it, sorted.
pub struct Found {
    pub files: Vec<PathBuf>,
}

impl Found {
    fn below(root: &Path, progress: &Progress) -> Result<Self> {
        let files = ImageFiles::new().with_progress(progress.clone()).find(root)?;
        let below = |file: PathBuf| file.strip_prefix(root).map_or(file.clone(), Path::to_path_buf);
        Ok(Self { files: files.into_iter().map(below).collect() })
    }
}

/// A share at random, as it was told.
pub fn chance(options: &DataOptions) -> SplitBy {
    SplitBy::Chance { valid: options.valid, seed: options.split_seed }
}

/// `3 classes: a, b, c`, and no more than a line of them.
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", first.join(", "))
}
