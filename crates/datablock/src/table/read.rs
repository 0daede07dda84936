//! From a file to a table.

use std::path::Path;
use std::sync::Arc;

use super::{Header, Row, Table};
use crate::DataError;

/// How a table's file is read.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_delimiter`](Self::with_delimiter) | the one of `,` `;` tab `\|` that the first row has most of | what stands between two fields |
/// | [`without_header`](Self::without_header) | the first row has the columns' names | they are named by their places: `"0"`, `"1"`, … |
///
/// Text is UTF-8, with or without a byte order mark. Fields may stand in double quotes, with two for one inside; lines end in
/// `\n` or `\r\n`, and empty ones are passed over.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("labels.tsv");
/// # std::fs::write(&file, "1.png\tpug\n2.png\tbeagle\n")?;
/// use firelight_datablock::TableReader;
///
/// let table = TableReader::new().with_delimiter(b'\t').without_header().read(&file)?;
/// assert_eq!((table.columns(), table.rows()[1].get("1")?), (&["0".to_owned(), "1".to_owned()][..], "beagle"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TableReader {
    delimiter: Option<u8>,
    headless: bool,
}

impl TableReader {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands between two fields: one byte.
    pub fn with_delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// The first row is one like the others.
    pub fn without_header(mut self) -> Self {
        self.headless = true;
        self
    }

    /// Reads the table.
    ///
    /// # Errors
    ///
    /// [`DataError::Unreadable`] for a file that cannot be read, and [`DataError::Table`] for one without rows, with other text
    /// than UTF-8, two columns of one name, or a row with more or fewer fields than the others.
    pub fn read(&self, file: impl AsRef<Path>) -> Result<Table, DataError> {
        let file = file.as_ref();
        let unreadable = |why| DataError::Unreadable { path: file.to_path_buf(), why };
        if !std::fs::metadata(file).map_err(unreadable)?.is_file() {
            return Err(unreadable(std::io::Error::other("it is no regular file")));
        }
        let bytes = std::fs::read(file).map_err(unreadable)?;
        let mut header = Header { file: file.to_path_buf(), columns: Vec::new() };
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(header.error(None, "its text is UTF-16", "save it as UTF-8"));
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter.unwrap_or_else(|| delimiter(&bytes)))
            .has_headers(!self.headless)
            .from_reader(&bytes[..]);
        header.columns = if self.headless {
            let fields = reader.headers().map_err(|why| refusal(&header, &bytes, &why))?.len();
            (0..fields).map(|place| place.to_string()).collect()
        } else {
            reader.headers().map_err(|why| refusal(&header, &bytes, &why))?.iter().map(str::to_owned).collect()
        };
        let named = |place: &usize| !header.columns[*place].is_empty();
        let twice = |place: &usize| header.columns[..*place].contains(&header.columns[*place]);
        if let Some(place) = (0..header.columns.len()).filter(named).find(twice) {
            let what = format!("two columns are named {:?}", header.columns[place]);
            return Err(header.error(None, what, "rename one of them"));
        }
        let header = Arc::new(header);
        let rows = reader.into_records().map(|record| {
            let record = record.map_err(|why| refusal(&header, &bytes, &why))?;
            let line = record.position().map_or(0, |place| line(&bytes, place));
            Ok(Row::new(header.clone(), line, record))
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Err(header.error(None, "it has no rows", "check that it is the right file"));
        }
        Ok(Table { header, rows })
    }
}

/// What the first row has most of, outside quotes.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for &byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && counts.iter().any(|(_, count)| *count > 0) => break,
            _ if !quoted => counts.iter_mut().filter(|(known, _)| *known == byte).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // The first of equals: a table of one column has commas, if anything.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| *byte)
}

/// The line on which a record begins. Empty lines before it, which are passed over, are counted by the reader with it.
fn line(bytes: &[u8], start: &csv::Position) -> u64 {
    let rest = bytes.get(start.byte() as usize..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    start.line() + ends as u64
}

fn refusal(header: &Header, bytes: &[u8], why: &csv::Error) -> DataError {
    let line = why.position().map(|place| line(bytes, place));
    match why.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let what = format!("it has {len} field(s), and the first row {expected_len}");
            header.error(
                line,
                what,
                "put a field that has the delimiter in double quotes, or name another (`with_delimiter`)",
            )
        }
        csv::ErrorKind::Utf8 { .. } => header.error(line, "its text is not UTF-8", "save it as UTF-8"),
        _ => header.error(line, why.to_string(), "mend the file"),
    }
}
