//! From a file to corrections.

use std::path::Path;

use firelight_files::read_regular;

use super::{Action, Correction};
use crate::DoctorError;

/// The most bytes that a table of corrections may have.
const MOST: u64 = 1 << 30;

pub(super) const COLUMNS: [&str; 4] = ["item", "given", "suggested", "action"];

/// The rows of a table, and the lines that they begin in.
pub(super) fn rows(path: &Path) -> Result<(Vec<Correction>, Vec<u64>), DoctorError> {
    let unreadable = |why| DoctorError::File { verb: "read", path: path.to_path_buf(), why };
    let wrong = |line: u64, what: String, remedy: &str| DoctorError::Corrections {
        path: path.to_path_buf(),
        line,
        what,
        remedy: remedy.to_owned(),
    };
    let bytes = read_regular(path, MOST).map_err(unreadable)?;
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    if let Err(error) = std::str::from_utf8(text) {
        let line = text[..error.valid_up_to()].split(|&byte| byte == b'\n').count() as u64;
        return Err(wrong(line, "its text is not UTF-8".into(), "save it as UTF-8"));
    }
    let mut table =
        csv::ReaderBuilder::new().delimiter(delimiter(text)).trim(csv::Trim::Headers).flexible(true).from_reader(text);
    let header = table.headers().map_err(|error| wrong(1, error.to_string(), "save it as CSV"))?.clone();
    let mut places = [0; COLUMNS.len()];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        let found = header.iter().position(|column| column.eq_ignore_ascii_case(name));
        *place = found.ok_or_else(|| {
            let what = format!("it has no column {name:?}");
            wrong(1, what, "let its first line be item,given,suggested,action")
        })?;
    }
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for record in table.records() {
        let record = record.map_err(|error| {
            wrong(error.position().map_or(1, csv::Position::line), error.to_string(), "save it as CSV")
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            let what = format!("it has {} fields, and the first line {}", record.len(), header.len());
            return Err(wrong(line, what, "put names with commas into double quotes"));
        }
        let [item, given, suggested, action] = places.map(|place| record.get(place).unwrap_or_default().to_owned());
        let action = self::action(&action).ok_or_else(|| {
            wrong(line, format!("{action:?} is no action"), "write keep, relabel, leave out or merge")
        })?;
        rows.push(Correction { item, given, suggested, action });
        lines.push(line);
    }
    Ok((rows, lines))
}

/// What stands between the names of the columns.
fn delimiter(text: &[u8]) -> u8 {
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|delimiter| first.contains(delimiter)).unwrap_or(b',')
}

/// An action's word, in any case, with a hyphen or an underscore for the space; nothing is to keep it.
fn action(word: &str) -> Option<Action> {
    let word = word.trim().to_lowercase().replace(['-', '_'], " ");
    Action::ALL.into_iter().find(|action| action.to_string() == word || (word.is_empty() && *action == Action::Keep))
}
