//! What is learned from the columns of a table.

use std::collections::BTreeSet;

use firelight::prelude::*;

use super::listed;
use crate::cli::{DataOptions, Kind};
use crate::recipe::TableTarget;

/// Columns that mostly say what is learned: one class, and several.
const ONE: [&str; 9] = ["label", "class", "category", "target", "breed", "species", "diagnosis", "y", "type"];
const SEVERAL: [&str; 5] = ["labels", "classes", "categories", "tag", "tags"];
/// What may stand between labels in one field.
const SEPARATORS: [&str; 4] = ["|", ";", ",", " "];

/// What is learned, from the columns that are left.
pub fn target(table: &Table, free: &[String], options: &DataOptions) -> Result<TableTarget> {
    let rows = table.rows();
    let file = table.file().display();
    let columns = match options.kind {
        _ if !options.target.is_empty() => options.target.clone(),
        Some(Kind::Box) => sides(free, &file)?,
        _ => guessed(table, free)?,
    };
    let mut empty = 0;
    for row in rows {
        for column in &columns {
            // The error of a column that is not there names the near one.
            empty += usize::from(row.get(column)?.trim().is_empty());
        }
    }
    if empty > 0 && !options.skip_broken {
        let columns = listed(&columns);
        return Err(format!(
            "labels: {empty} field(s) of {columns} in {file} are empty; --skip-broken leaves these rows out"
        )
        .into());
    }
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
        (Kind::Numbers, _) => {
            for column in &columns {
                numbers(rows, column, &file)?;
            }
            TableTarget::Numbers(columns)
        }
        (Kind::Box, sides) => {
            let (sides, is_sized) = box_columns(sides, &file)?;
            for column in &sides {
                numbers(rows, column, &file)?;
            }
            if is_sized { TableTarget::SizedBox(sides) } else { TableTarget::Box(sides) }
        }
        (Kind::Masks, _) => {
            return Err(format!("labels: {file} is a table, and masks lie in a folder or are drawn from a COCO file; say which by --labels").into());
        }
        (Kind::Class, several) => {
            let columns = listed(several);
            return Err(
                format!("labels: one class is in one column, and several were told: {columns}; take one").into()
            );
        }
    })
}

/// What the sides of a box are called: left, top, right and bottom.
const CORNERS: [[&str; 4]; 5] = [
    ["x1", "y1", "x2", "y2"],
    ["xmin", "ymin", "xmax", "ymax"],
    ["x_min", "y_min", "x_max", "y_max"],
    ["x0", "y0", "x1", "y1"],
    ["left", "top", "right", "bottom"],
];
/// The same with its width and height.
const SIZED: [[&str; 4]; 4] =
    [["x", "y", "w", "h"], ["x", "y", "width", "height"], ["left", "top", "width", "height"], ["x1", "y1", "w", "h"]];

/// The columns of a box, by their names.
fn sides(free: &[String], file: &impl std::fmt::Display) -> Result<Vec<String>> {
    let column = |side: &&str| free.iter().find(|name| name.to_lowercase() == **side).cloned();
    let all = |sides: &[&str; 4]| sides.iter().map(column).collect::<Option<Vec<String>>>();
    CORNERS.iter().chain(&SIZED).find_map(all).ok_or_else(|| {
        format!(
            "labels: {file} has no four columns that are called as the sides of a box are (x1, y1, x2, y2, or x, y, w, h); it has {}; say by --target which \
             four are",
            listed(free)
        )
        .into()
    })
}

/// Whether four columns end with a width and a height.
fn box_columns(columns: &[String], file: &impl std::fmt::Display) -> Result<(Vec<String>, bool)> {
    let [_, _, third, fourth] = columns else {
        return Err(format!(
            "labels: a box of {file} is in four columns, and {} are told; give left, top, right and bottom, or left, top, width and height",
            columns.len()
        )
        .into());
    };
    let is = |name: &str, word: &str| name.to_lowercase().ends_with(word) || name.eq_ignore_ascii_case(&word[..1]);
    Ok((columns.to_vec(), is(third, "width") && is(fourth, "height")))
}

/// The column with a usual name, the only one, or all that have numbers, but for those that number the rows.
fn guessed(table: &Table, free: &[String]) -> Result<Vec<String>> {
    if let Some(one) = free.iter().find(|name| is_one(name) || is_several(name)) {
        return Ok(vec![one.clone()]);
    }
    let rows = table.rows();
    let mut named = Vec::new();
    for column in free {
        if !is_id(rows, column)? {
            named.push(column.clone());
        }
    }
    let mut numeric = !named.is_empty();
    for column in &named {
        numeric = numeric && is_numeric(rows, column)?;
    }
    if named.len() == 1 || numeric {
        return Ok(named);
    }
    let (file, columns) = (table.file().display(), listed(free));
    Err(format!("labels: {file} does not say which of its columns is to be learned: {columns}; say it by --target")
        .into())
}

fn kind(rows: &[Row], columns: &[String]) -> Result<Kind> {
    if let [column] = columns {
        let values = distinct(rows, column)?;
        let few = values.len() <= 20 && values.iter().all(|value| value.parse::<i64>().is_ok());
        // Classes may be numbers, where the column says that it has classes.
        let classes = few && (is_one(column) || is_flag(&values));
        return Ok(match () {
            () if is_numeric(rows, column)? && !classes => Kind::Numbers,
            () if has_commas(&values) => Kind::Numbers,
            () if separator(rows, column)?.is_some() => Kind::Tags,
            () => Kind::Class,
        });
    }
    let mut flags = true;
    for column in columns {
        flags = flags && is_flag(&distinct(rows, column)?);
    }
    Ok(if flags { Kind::Tags } else { Kind::Numbers })
}

/// What stands between labels: their parts come again in other fields, so there are fewer parts than fields. The words of one label stand apart
/// by blanks.
fn separator(rows: &[Row], column: &str) -> Result<Option<&'static str>> {
    let values = distinct(rows, column)?;
    let divides = |separator: &&str| {
        let parts: BTreeSet<&str> = values.iter().flat_map(|value| value.split(*separator)).map(str::trim).collect();
        values.iter().any(|value| value.contains(*separator)) && parts.len() < values.len()
    };
    Ok(SEPARATORS.into_iter().filter(|separator| *separator != " " || !is_one(column)).find(divides))
}

/// The fields of a column, each once; a blank is none.
pub fn distinct<'a>(rows: &'a [Row], column: &str) -> Result<BTreeSet<&'a str>> {
    let fields: BTreeSet<&str> = rows.iter().map(|row| row.get(column)).collect::<Result<_, _>>()?;
    Ok(fields.into_iter().filter(|field| !field.trim().is_empty()).collect())
}

fn is_one(column: &str) -> bool {
    ONE.contains(&column.to_lowercase().as_str())
}

fn is_several(column: &str) -> bool {
    SEVERAL.contains(&column.to_lowercase().as_str())
}

fn is_flag(values: &BTreeSet<&str>) -> bool {
    values.iter().all(|value| *value == "0" || *value == "1")
}

/// Whether a column numbers the rows: a whole number for each, called so or one after the other.
fn is_id(rows: &[Row], column: &str) -> Result<bool> {
    let name = column.to_lowercase();
    let numbers: Vec<Option<i64>> = rows.iter().map(|row| Ok(row.get(column)?.parse().ok())).collect::<Result<_>>()?;
    let whole: BTreeSet<i64> = numbers.iter().copied().flatten().collect();
    let called = name.is_empty() || name == "index" || name.ends_with("id") || name.starts_with("unnamed");
    let running = numbers.windows(2).all(|pair| matches!(pair, [Some(a), Some(b)] if b - a == 1));
    Ok(whole.len() == rows.len() && (called || running))
}

/// Whether numbers are written with a comma for the point.
fn has_commas(values: &BTreeSet<&str>) -> bool {
    let is_number = |value: &str| value.replacen(',', ".", 1).parse::<f32>().is_ok();
    values.iter().any(|value| value.contains(',')) && values.iter().all(|value| is_number(value))
}

fn is_numeric(rows: &[Row], column: &str) -> Result<bool> {
    let values = distinct(rows, column)?;
    Ok(!values.is_empty() && values.iter().all(|value| value.parse::<f32>().is_ok_and(f32::is_finite)))
}

fn numbers(rows: &[Row], column: &str, file: &impl std::fmt::Display) -> Result<()> {
    for value in distinct(rows, column)? {
        if value.parse::<f32>().is_ok_and(f32::is_finite) {
            continue;
        }
        let hint = if value.replace(',', ".").parse::<f32>().is_ok() { "; write a point for the comma" } else { "" };
        return Err(format!("labels: {value:?} in the column {column:?} of {file} is no number{hint}").into());
    }
    Ok(())
}

/// What is learned, in words.
pub fn words(target: &TableTarget, rows: &[Row]) -> Result<String> {
    let names = |set: BTreeSet<&str>| -> Vec<String> { set.into_iter().map(str::to_owned).collect() };
    Ok(match target {
        TableTarget::Class(column) => {
            let names = names(distinct(rows, column)?);
            format!("{} classes in the column {column:?}: {}", names.len(), listed(&names))
        }
        TableTarget::Tags { column, separator } => {
            let fields = distinct(rows, column)?;
            let parts = fields.iter().flat_map(|field| field.split(separator.as_str())).map(str::trim);
            let names = names(parts.filter(|part| !part.is_empty()).collect());
            format!(
                "any of {} classes in the column {column:?}, with {separator:?} between: {}",
                names.len(),
                listed(&names)
            )
        }
        TableTarget::Flags(columns) => format!("any of {} classes, a column each: {}", columns.len(), listed(columns)),
        TableTarget::Numbers(columns) => format!("numbers in the columns {}", listed(columns)),
        TableTarget::Box(columns) => format!("a box, left, top, right and bottom in the columns {}", listed(columns)),
        TableTarget::SizedBox(columns) => {
            format!("a box, left, top, width and height in the columns {}", listed(columns))
        }
    })
}
