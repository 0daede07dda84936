//! Labels in a table.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use firelight::prelude::*;

use super::{Found, Guess, chance, listed};
use crate::cli::{DataOptions, Kind};
use crate::recipe::{Labels, SplitBy, TableTarget};

/// Columns that mostly say what is learned.
const TARGETS: [&str; 12] =
    ["label", "labels", "class", "classes", "category", "categories", "tag", "tags", "target", "breed", "species", "y"];
/// Columns that say which part a row is of.
const PARTS: [&str; 6] = ["is_valid", "valid", "validation", "split", "part", "subset"];
/// What may stand between labels in one field.
const SEPARATORS: [&str; 4] = ["|", ";", ",", " "];

/// Whether a file's name is that of a table.
pub fn is_table(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ["csv", "tsv"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The table of a folder, if it has one: several are an error that asks which.
pub fn only(data: &Path) -> Result<Option<PathBuf>> {
    let failed = |error| format!("labels: cannot list {}: {error}", data.display());
    let files = std::fs::read_dir(data).map_err(failed)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut tables: Vec<PathBuf> = files.filter(|file| is_table(file) && file.is_file()).collect();
    tables.sort();
    match tables.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        several => {
            let named = |name: &str| several.iter().find(|file| file.file_stem().is_some_and(|stem| stem == name));
            if let Some(file) = named("labels").or_else(|| named("train")) {
                return Ok(Some(file.clone()));
            }
            let names: Vec<String> = several.iter().map(|file| file.display().to_string()).collect();
            Err(format!("labels: there are several tables: {}; say which by --labels", listed(&names)).into())
        }
    }
}

/// Reads what a table says of the pictures.
pub fn read(data: &Path, file: &Path, found: &Found, options: &DataOptions) -> Result<Guess> {
    let table = Table::read(file)?;
    let Pictures { column, folder, ending } = pictures(&table, data, found)?;
    let rows = table.rows();
    let split = part(&table, &column)?;
    let taken =
        |name: &String| *name == column || matches!(&split, Some(SplitBy::Column { column, .. }) if column == name);
    let free: Vec<String> = table.columns().iter().filter(|name| !taken(name)).cloned().collect();
    let target = target(&table, &free, options)?;
    let table_file = file.strip_prefix(data).unwrap_or(file).to_path_buf();
    let mut said = vec![format!(
        "{} rows of {}, whose column {column:?} names the pictures{}",
        rows.len(),
        file.display(),
        if ending.is_empty() { String::new() } else { format!(" without {ending}") }
    )];
    said.push(words(&target, rows)?);
    if let Some(SplitBy::Column { column, valid, .. }) = &split {
        said.push(format!("the rows whose {column:?} is {valid:?} validate"));
    }
    let split = split.unwrap_or_else(|| chance(options));
    let labels = Labels::Table { table: table_file, pictures: column, folder, ending, target };
    Ok(Guess { data: data.to_path_buf(), labels, split, pictures: rows.len(), said })
}

struct Pictures {
    column: String,
    folder: String,
    ending: String,
}

/// The column whose fields name pictures, wherever these lie.
fn pictures(table: &Table, data: &Path, found: &Found) -> Result<Pictures> {
    let home = table.file().parent().unwrap_or(Path::new(""));
    let mut ways: HashMap<String, (String, String)> = HashMap::new();
    for file in &found.files {
        let (Some(name), Some(stem)) = (file.file_name(), file.file_stem()) else { continue };
        let from_table = data.join(file);
        let from_table = from_table.strip_prefix(home).unwrap_or(file).to_path_buf();
        let folder = from_table.parent().unwrap_or(Path::new("")).display().to_string();
        let ending = file.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
        ways.insert(from_table.display().to_string(), (String::new(), String::new()));
        ways.entry(name.to_string_lossy().into_owned()).or_insert((folder.clone(), String::new()));
        ways.entry(stem.to_string_lossy().into_owned()).or_insert((folder, ending));
    }
    for column in table.columns() {
        let first = table.rows().first().map(|row| row.get(column)).transpose()?.unwrap_or_default();
        if let Some((folder, ending)) = ways.get(first) {
            return Ok(Pictures { column: column.clone(), folder: folder.clone(), ending: ending.clone() });
        }
    }
    let file = table.file().display();
    Err(format!(
        "labels: no column of {file} names a picture below {}: of its first row none of {} is a file's name; put the pictures there, or give \
         another table by --labels",
        data.display(),
        listed(table.columns())
    )
    .into())
}

/// The column that says which rows validate.
fn part(table: &Table, pictures: &str) -> Result<Option<SplitBy>> {
    const WORDS: [(&str, &str); 7] = [
        ("False", "True"),
        ("false", "true"),
        ("FALSE", "TRUE"),
        ("0", "1"),
        ("train", "valid"),
        ("train", "val"),
        ("train", "validation"),
    ];
    for column in table.columns().iter().filter(|name| *name != pictures && PARTS.contains(&name.as_str())) {
        let words = distinct(table.rows(), column)?;
        let pair =
            WORDS.iter().find(|(train, valid)| words.len() == 2 && words.contains(*train) && words.contains(*valid));
        if let Some((train, valid)) = pair {
            let (train, valid) = ((*train).to_owned(), (*valid).to_owned());
            return Ok(Some(SplitBy::Column { column: column.clone(), train, valid }));
        }
    }
    Ok(None)
}

/// What is learned, from the columns that are left.
fn target(table: &Table, free: &[String], options: &DataOptions) -> Result<TableTarget> {
    let rows = table.rows();
    let columns: Vec<String> = if options.target.is_empty() {
        match free.iter().find(|name| is_target(name)) {
            Some(one) => vec![one.clone()],
            None if free.len() == 1 || numeric(rows, free)? => free.to_vec(),
            None => {
                let (file, columns) = (table.file().display(), listed(free));
                return Err(format!(
                    "labels: {file} does not say which of its columns is to be learned: {columns}; say it by --target"
                )
                .into());
            }
        }
    } else {
        for name in &options.target {
            // The error names the near one.
            rows.first().map_or(Ok(""), |row| row.get(name))?;
        }
        options.target.clone()
    };
    let kind = match options.kind {
        Some(kind) => kind,
        None => kind(rows, &columns)?,
    };
    Ok(match (kind, columns.as_slice()) {
        (Kind::Class, [column]) => TableTarget::Class(column.clone()),
        (Kind::Tags, [column]) => {
            let separator = separator(rows, column)?.unwrap_or(" ").to_owned();
            TableTarget::Tags { column: column.clone(), separator }
        }
        (Kind::Tags, _) => TableTarget::Flags(columns),
        (Kind::Numbers, _) => TableTarget::Numbers(columns),
        (Kind::Class, several) => {
            return Err(format!("labels: one class is in one column, and {} were told; take one", several.len()).into());
        }
    })
}

fn is_target(column: &str) -> bool {
    TARGETS.contains(&column.to_lowercase().as_str())
}

fn kind(rows: &[Row], columns: &[String]) -> Result<Kind> {
    let numbers = numeric(rows, columns)?;
    if let [column] = columns {
        let values = distinct(rows, column)?;
        let few = values.len() <= 20 && values.iter().all(|value| value.parse::<i64>().is_ok());
        // Classes may be numbers, where the column says that it has classes.
        let classes = few && (values.len() == 2 || is_target(column));
        return Ok(match () {
            () if numbers && !classes => Kind::Numbers,
            () if separator(rows, column)?.is_some() => Kind::Tags,
            () => Kind::Class,
        });
    }
    let mut flags = numbers;
    for column in columns {
        flags = flags && distinct(rows, column)?.iter().all(|value| *value == "0" || *value == "1");
    }
    Ok(if flags { Kind::Tags } else { Kind::Numbers })
}

/// What stands between labels: their parts come again in other fields, so there are fewer parts than fields.
fn separator(rows: &[Row], column: &str) -> Result<Option<&'static str>> {
    let values = distinct(rows, column)?;
    let divides = |separator: &&str| {
        let parts: BTreeSet<&str> = values.iter().flat_map(|value| value.split(*separator)).map(str::trim).collect();
        values.iter().any(|value| value.contains(*separator)) && parts.len() < values.len()
    };
    Ok(SEPARATORS.into_iter().find(divides))
}

fn distinct<'a>(rows: &'a [Row], column: &str) -> Result<BTreeSet<&'a str>> {
    Ok(rows.iter().map(|row| row.get(column)).collect::<Result<_, _>>()?)
}

fn numeric(rows: &[Row], columns: &[String]) -> Result<bool> {
    for column in columns {
        for row in rows {
            if row.get(column)?.parse::<f32>().is_err() {
                return Ok(false);
            }
        }
    }
    Ok(!columns.is_empty() && !rows.is_empty())
}

fn words(target: &TableTarget, rows: &[Row]) -> Result<String> {
    let names = |set: BTreeSet<&str>| -> Vec<String> { set.into_iter().map(str::to_owned).collect() };
    Ok(match target {
        TableTarget::Class(column) => {
            let names = names(distinct(rows, column)?);
            format!("{} classes in the column {column:?}: {}", names.len(), listed(&names))
        }
        TableTarget::Tags { column, separator } => {
            let fields = distinct(rows, column)?;
            let parts = fields
                .iter()
                .flat_map(|field| field.split(separator.as_str()))
                .map(str::trim)
                .filter(|part| !part.is_empty());
            let names = names(parts.collect());
            format!(
                "any of {} classes in the column {column:?}, with {separator:?} between: {}",
                names.len(),
                listed(&names)
            )
        }
        TableTarget::Flags(columns) => format!("any of {} classes, a column each: {}", columns.len(), listed(columns)),
        TableTarget::Numbers(columns) => format!("{} number(s): {}", columns.len(), listed(columns)),
    })
}
