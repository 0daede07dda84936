//! Labels in a table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use firelight::prelude::*;

use super::target::{distinct, target, words};
use super::{Found, Guess, chance, listed};
use crate::files::{Place, Places, absolute, folders};
use crate::recipe::{Labels, SplitBy};

/// Columns that say which part a row is of.
const PARTS: [&str; 7] = ["is_valid", "valid", "validation", "split", "part", "subset", "set"];
/// Words of such columns: those that train, those that validate, those that are left out.
const WORDS: [(&str, &[&str], &[&str]); 3] = [
    ("false", &["true"], &[]),
    ("0", &["1"], &[]),
    ("train", &["valid", "val", "validation", "dev", "test"], &["test"]),
];

/// Whether a file's name is that of a table.
pub fn is_table(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ["csv", "tsv", "jsonl", "ndjson"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The table in a folder whose rows are mostly pictures below it: one called `labels`, `train` or `metadata`, as the hub's, or the only one.
pub fn beside(found: &Found) -> Option<Result<Guess>> {
    let entries = std::fs::read_dir(found.data).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut tables: Vec<PathBuf> = entries.filter(|file| is_table(file) && file.is_file()).collect();
    tables.sort();
    let mut why = None;
    let mut of_pictures = |file: &PathBuf| {
        let table = Table::read(file).ok()?;
        match column(&table, &places(found, file, "")) {
            Ok((_, named)) => (2 * named >= table.rows().len()).then(|| file.clone()),
            Err(error) => {
                why = Some(error);
                None
            }
        }
    };
    let tables: Vec<PathBuf> = tables.iter().filter_map(&mut of_pictures).collect();
    let named = |name: &str| tables.iter().find(|file| file.file_stem().is_some_and(|stem| stem == name));
    match (["labels", "train", "metadata"].iter().find_map(|name| named(name)), tables.as_slice()) {
        (Some(one), _) | (None, [one]) => Some(read(one, found)),
        (None, []) => why.map(Err),
        (None, several) => {
            let tables: Vec<String> = several.iter().map(|file| file.display().to_string()).collect();
            Some(Err(
                format!("labels: several tables name the pictures: {}; say which by --labels", listed(&tables)).into()
            ))
        }
    }
}

/// Reads what a table says of the pictures.
pub fn read(file: &Path, found: &Found) -> Result<Guess> {
    let table = Table::read(file)?;
    let all = places(found, file, "");
    let (column, _) = column(&table, &all)?;
    let folder = folder(&table, &column, &all, found)?;
    let places = if folder.is_empty() { all } else { places(found, file, &folder) };
    let rows = table.rows();
    let missing: Vec<&str> =
        rows.iter().filter_map(|row| row.get(&column).ok()).filter(|field| places.find(field) == Place::None).collect();
    if let (Some(first), false) = (missing.first(), found.options.skip_broken) {
        return Err(format!(
            "labels: {} of {} rows of {} name no picture below {}, the first {first:?}; --skip-broken leaves them out",
            missing.len(),
            rows.len(),
            file.display(),
            found.data.display()
        )
        .into());
    }
    let split = part(&table, &column)?;
    let taken =
        |name: &String| *name == column || matches!(&split, Some(SplitBy::Column { column, .. }) if column == name);
    let free: Vec<String> = table.columns().iter().filter(|name| !taken(name)).cloned().collect();
    let target = target(&table, &free, found.options)?;
    let whose = if folder.is_empty() { String::new() } else { format!(" in {folder}/") };
    let mut said = vec![
        format!(
            "{} rows of {}, whose column {column:?} names the pictures{whose}",
            rows.len() - missing.len(),
            file.display()
        ),
        words(&target, rows)?,
    ];
    match &split {
        Some(SplitBy::Column { column, valid, test: None, .. }) => {
            said.push(format!("the rows whose {column:?} is {valid:?} validate"));
        }
        Some(SplitBy::Column { column, valid, test: Some(test), .. }) => {
            said.push(format!(
                "the rows whose {column:?} is {valid:?} validate, and those of {test:?} are kept for a test"
            ));
        }
        _ => {}
    }
    let unused: Vec<String> = free.iter().filter(|name| !target.columns().contains(name)).cloned().collect();
    if !unused.is_empty() {
        said.push(format!("not used: the columns {}", listed(&unused)));
    }
    let split = split.unwrap_or_else(|| chance(found.options));
    let table = file.strip_prefix(found.data).map_or_else(|_| absolute(file), Path::to_path_buf);
    let labels = Labels::Table { table, pictures: column, folder, target };
    Ok(Guess { data: found.data.to_path_buf(), labels, split, said })
}

/// The pictures below a folder, for a table.
fn places(found: &Found, file: &Path, folder: &str) -> Places {
    Places::new(found.data, file.parent().unwrap_or(Path::new("")), &found.files, folder)
}

/// The column most of whose fields name pictures, and how many.
fn column(table: &Table, places: &Places) -> Result<(String, usize)> {
    let mut best: Option<(String, usize)> = None;
    for column in table.columns() {
        // A label may be called as some picture is; what names pictures names each of them once.
        let named = distinct(table.rows(), column)?.iter().filter(|field| places.find(field) != Place::None).count();
        if named > best.as_ref().map_or(0, |(_, most)| *most) {
            best = Some((column.clone(), named));
        }
    }
    best.ok_or_else(|| {
        format!(
            "labels: no column of {} names a picture below {}; it has {}; put the pictures there, or give another table by --labels",
            table.file().display(),
            places.root().display(),
            listed(table.columns())
        )
        .into()
    })
}

/// The folder that names are of, where pictures of several have the same: that which was told, or the only one for training.
fn folder(table: &Table, column: &str, places: &Places, found: &Found) -> Result<String> {
    if let Some(told) = &found.options.pictures {
        return Ok(told.trim_end_matches('/').to_owned());
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in table.rows() {
        if let Place::Several(files) = places.find(row.get(column)?) {
            for file in files {
                *counts.entry(folders(file).join("/")).or_default() += 1;
            }
        }
    }
    if counts.is_empty() {
        return Ok(String::new());
    }
    let names: Vec<String> = counts.into_keys().collect();
    let train: Vec<&String> = names.iter().filter(|name| name.to_lowercase().contains("train")).collect();
    if let [one] = train[..] {
        return Ok(one.clone());
    }
    let (file, names) = (table.file().display(), listed(&names));
    Err(format!("labels: {file} names pictures that several folders have: {names}; say which by --pictures FOLDER")
        .into())
}

/// The column that says which rows validate.
fn part(table: &Table, pictures: &str) -> Result<Option<SplitBy>> {
    let says = |name: &&String| *name != pictures && PARTS.contains(&name.to_lowercase().as_str());
    let Some(column) = table.columns().iter().find(says) else { return Ok(None) };
    let words = distinct(table.rows(), column)?;
    let said = |word: &str| words.iter().find(|said| said.eq_ignore_ascii_case(word)).map(|said| (*said).to_owned());
    for (train, valid, test) in WORDS {
        let Some(train) = said(train) else { continue };
        let Some(valid) = valid.iter().find_map(|word| said(word)) else { continue };
        let test = test.iter().find_map(|word| said(word)).filter(|test| *test != valid);
        if words.len() == 2 + usize::from(test.is_some()) {
            return Ok(Some(SplitBy::Column { column: column.clone(), train, valid, test }));
        }
    }
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    Err(format!(
        "labels: the column {column:?} of {} seems to say which rows validate, and has {}; write train and valid, or call it otherwise",
        table.file().display(),
        listed(&words)
    )
    .into())
}
