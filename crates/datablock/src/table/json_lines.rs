//! Tables in JSON lines: an object a row.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Header, Row, Table};
use crate::DataError;

/// What stands between the parts of a list.
const BETWEEN: &str = "|";

/// Fields for each byte of a file that a table may have, most of them empty, and those that any may have.
const SPARSE: usize = 2;
const LEAST: usize = 1 << 16;

/// Whether a file of this name is one.
pub(super) fn named(header: &Header) -> bool {
    let ending = header.file.extension().unwrap_or_default();
    ["jsonl", "ndjson"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The table: a column for each name that an object has, empty where another lacks it.
pub(super) fn read(mut header: Header, bytes: &[u8]) -> Result<Table, DataError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut objects: Vec<(u64, Map<String, Value>)> = Vec::new();
    let mut known = HashSet::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let object: Map<String, Value> = serde_json::from_slice(line).map_err(|why| {
            // Its own line is always the first.
            let (why, column) = (why.to_string(), why.column());
            let why = firelight_files::shortened(why.split(" at line").next().unwrap_or_default(), 200);
            let what = format!("it is no object in JSON: {why} (column {column})");
            header.error(
                Some(number),
                what,
                "write an object a line, as {\"file_name\": \"1.jpg\", \"label\": \"pug\"}",
            )
        })?;
        for name in object.keys() {
            if known.insert(name.clone()) {
                header.columns.push(name.clone());
            }
        }
        objects.push((number, object));
    }
    if objects.is_empty() {
        return Err(super::read::no_rows(&header));
    }
    // A row has a field for each name of any other.
    if objects.len().saturating_mul(header.columns.len()) > LEAST + SPARSE * bytes.len() {
        let what = format!("its {} objects have {} different names", objects.len(), header.columns.len());
        return Err(header.error(None, what, "give them the same names, as rows of a table have the same columns"));
    }
    let header = Arc::new(header);
    let row = |(line, mut object): (u64, Map<String, Value>)| {
        let field =
            |name: &String| object.remove(name).map_or(Ok(String::new()), |value| text(&header, line, name, value));
        let fields = header.columns.iter().map(field).collect::<Result<csv::StringRecord, _>>()?;
        Ok(Row::new(header.clone(), line, fields))
    };
    let rows = objects.into_iter().map(row).collect::<Result<_, DataError>>()?;
    Ok(Table { header, rows })
}

/// A value as a field has it: text as it is, a list of texts and numbers with `|` between its parts, and what has more parts as JSON.
fn text(header: &Header, line: u64, name: &str, value: Value) -> Result<String, DataError> {
    Ok(match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(parts) if parts.iter().all(|part| !part.is_array() && !part.is_object()) => {
            let parts = parts.into_iter().map(|part| text(header, line, name, part)).collect::<Result<Vec<_>, _>>()?;
            if let Some(part) = parts.iter().find(|part| part.contains(BETWEEN)) {
                let what = format!(
                    "a part of the list {name:?} is {part:?}, which has the {BETWEEN:?} that stands between parts"
                );
                return Err(header.error(Some(line), what, "write it without"));
            }
            parts.join(BETWEEN)
        }
        other => other.to_string(),
    })
}
