//! From a file to a table.

use std::path::Path;
use std::sync::Arc;

use super::{Header, Row, Table, json_lines};
use crate::DataError;
use crate::regular::{MOST, bytes_of};

/// How a table's file is read.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_delimiter`](Self::with_delimiter) | the one of `,` `;` tab `\|` that the first row has most of | what stands between two fields |
/// | [`without_header`](Self::without_header) | the first row has the columns' names | they are named by their places: `"0"`, `"1"`, … |
///
/// Text is UTF-8, with or without a byte order mark. Fields may stand in double quotes, with two for one inside, and white space around them is
/// not part of them; lines end in `\n`, `\r\n` or `\r`, and empty ones are passed over.
///
/// A file whose name ends in `.jsonl` or `.ndjson` has an object of JSON a line, as the `metadata.jsonl` of the Hugging Face hub's image folders: a column
/// for each name, empty where an object lacks it, a list as its parts with `|` between them. The options do not concern it.
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
    /// than UTF-8, two columns of one name, a quote that is never closed, or a row with more or fewer fields than the others.
    pub fn read(&self, file: impl AsRef<Path>) -> Result<Table, DataError> {
        let file = file.as_ref();
        let mut bytes = bytes_of(file, MOST)?;
        let mut header = Header { file: file.to_path_buf(), columns: Vec::new() };
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(header.error(None, "its text is UTF-16", "save it as UTF-8"));
        }
        if json_lines::named(&header) {
            return json_lines::read(header, &bytes);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(header.error(None, "it is an archive, as a spreadsheet's file (`.xlsx`) is", "save it as CSV"));
        }
        let delimiter = self.delimiter.unwrap_or_else(|| delimiter(&bytes));
        let mut lines = Lines { bytes: bytes.len(), place: 0, line: 1 };
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(delimiter).trim(csv::Trim::All);
        let first = builder.from_reader(&bytes[..]).headers().cloned();
        let first = first.map_err(|why| refusal(&header, &bytes, &mut lines, &why, false))?;
        header.columns = if self.headless {
            (0..first.len()).map(|place| place.to_string()).collect()
        } else {
            first.iter().map(str::to_owned).collect()
        };
        let named = |place: &usize| !header.columns[*place].is_empty();
        let twice = |place: &usize| header.columns[..*place].contains(&header.columns[*place]);
        if let Some(place) = (0..header.columns.len()).filter(named).find(twice) {
            let what = format!("two columns are named {:?}", header.columns[place]);
            return Err(header.error(None, what, "rename one of them"));
        }
        // A row more, which a quote that is never closed swallows.
        bytes.push(b'\n');
        bytes.extend_from_slice(END);
        bytes.extend(std::iter::repeat_n(delimiter, first.len().saturating_sub(1)));
        let header = Arc::new(header);
        let mut records = builder.has_headers(!self.headless).from_reader(&bytes[..]).into_records();
        let mut rows = Vec::new();
        while let Some(record) = records.next() {
            let record = match record {
                Ok(record) => record,
                Err(why) => return Err(refusal(&header, &bytes, &mut lines, &why, records.next().is_none())),
            };
            if record.get(0).is_some_and(|field| field.as_bytes() == END) {
                return if rows.is_empty() { Err(no_rows(&header)) } else { Ok(Table { header, rows }) };
            }
            let line = record.position().map_or(0, |start| lines.at(&bytes, start));
            rows.push(Row::new(header.clone(), line, record));
        }
        let last = rows.last().map(Row::line);
        Err(if last.is_some() { unclosed(&header, last) } else { no_rows(&header) })
    }
}

/// A field that no table has.
const END: &[u8] = b"\x03\x02\x03";

pub(super) fn no_rows(header: &Header) -> DataError {
    header.error(None, "it has no rows", "check that it is the right file")
}

fn unclosed(header: &Header, line: Option<u64>) -> DataError {
    header.error(line, "a double quote is never closed", "close it, or write two for one in a quoted field")
}

/// What the first row has most of, outside quotes.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let (mut quoted, mut begun, mut field_begins) = (false, false, true);
    for &byte in bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) {
        match byte {
            b'"' if quoted || field_begins => (quoted, begun, field_begins) = (!quoted, true, false),
            b'\n' | b'\r' if !quoted => {
                if begun {
                    break;
                }
            }
            _ if quoted => {}
            _ => {
                begun = true;
                let count = counts.iter_mut().find(|(known, _)| *known == byte);
                field_begins = count.is_some();
                if let Some((_, count)) = count {
                    *count += 1;
                }
            }
        }
    }
    // The first of equals: a table of one column has commas, if anything.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| *byte)
}

/// Counts lines from the top, whatever ends them: `\n`, `\r\n` or `\r`, also within quotes.
struct Lines {
    /// Length of the file.
    bytes: usize,
    place: usize,
    line: u64,
}

impl Lines {
    /// The line on which a record begins. Empty lines before it, which are passed over, are counted by the reader with it.
    fn at(&mut self, bytes: &[u8], start: &csv::Position) -> u64 {
        let is_end = |place: usize| match bytes[place] {
            b'\n' => true,
            b'\r' => bytes.get(place + 1) != Some(&b'\n'),
            _ => false,
        };
        let start = usize::try_from(start.byte()).unwrap_or(usize::MAX).min(self.bytes);
        while self.place < self.bytes && (self.place < start || matches!(bytes[self.place], b'\r' | b'\n')) {
            self.line += u64::from(is_end(self.place));
            self.place += 1;
        }
        self.line
    }
}

/// The error for what the reader refuses; `last` is whether nothing follows, as where a quote swallows the rest.
fn refusal(header: &Header, bytes: &[u8], lines: &mut Lines, why: &csv::Error, last: bool) -> DataError {
    let line = why.position().map(|start| lines.at(bytes, start));
    match why.kind() {
        csv::ErrorKind::UnequalLengths { .. } if last => unclosed(header, line),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let what = format!("it has {len} field(s), and the first row {expected_len}");
            header.error(
                line,
                what,
                "put a field that has the delimiter in double quotes, with nothing before them, or name another (`with_delimiter`)",
            )
        }
        csv::ErrorKind::Utf8 { .. } => header.error(line, "its text is not UTF-8", "save it as UTF-8"),
        _ => header.error(line, why.to_string(), "mend the file"),
    }
}
