//! Tables of items: CSV files, and JSON lines.

mod column;
mod columns;
mod json_lines;
mod read;
mod record;
mod row;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;

pub use column::{Column, SplitColumn};
pub use columns::Columns;
pub use read::TableReader;
pub use record::Record;
pub use row::Row;

use crate::DataError;

/// A table of text, read from a CSV file or from JSON lines: what is known of many items, a row each. Its [`rows`](Self::rows) are the items of a
/// recipe, and a [`Column`] tells a block what to take of a row; [`records`](Self::records) makes values of your own of them.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("labels.csv");
/// # std::fs::write(&file, "file,breed\n1.jpg,pug\n2.jpg,beagle\n3.jpg,pug\n4.jpg,beagle\n5.jpg,pug\n6.jpg,pug\n")?;
/// # for n in 1..=6 { std::fs::write(folder.path().join(format!("{n}.jpg")), "")?; }
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, Column, DataBlock, ImageBlock, Table};
///
/// let table = Table::read(&file)?; // file,breed
/// let block = DataBlock::new(
///     ImageBlock::rgb().with_file(Column::new("file")),
///     CategoryBlock::new(Column::new("breed")),
/// );
/// let dls = block.dataloaders_of(table.rows(), &Device::flex())?;
/// assert_eq!(dls.vocab().names(), ["beagle", "pug"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    header: Arc<Header>,
    rows: Vec<Row>,
}

/// What all rows of a table share.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    file: PathBuf,
    columns: Vec<String>,
}

impl Table {
    /// Reads a table whose first row names the columns. [`TableReader`] has what there is to choose.
    ///
    /// # Errors
    ///
    /// As [`TableReader::read`].
    pub fn read(file: impl AsRef<Path>) -> Result<Self, DataError> {
        TableReader::new().read(file)
    }

    /// The table's file.
    pub fn file(&self) -> &Path {
        &self.header.file
    }

    /// The names of the columns, from the left.
    pub fn columns(&self) -> &[String] {
        &self.header.columns
    }

    /// The rows, from the top, at least one.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows alone.
    pub fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    /// The rows for which `keep` says so, in their order, as items of a recipe: those of one hospital, say.
    pub fn rows_where(&self, keep: impl Fn(&Row) -> bool) -> Vec<Row> {
        self.rows.iter().filter(|row| keep(row)).cloned().collect()
    }

    /// Each row as a value of your own, its fields by the columns' names.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("scans.csv");
    /// # std::fs::write(&file, "patient;file;age\n17;a.png;61\n18;b.png;\n")?;
    /// use firelight_datablock::Table;
    ///
    /// #[derive(Debug, Clone, serde::Deserialize)]
    /// struct Scan {
    ///     file: String,
    ///     age: Option<f32>,
    /// }
    ///
    /// let scans = Table::read(&file)?.records::<Scan>()?;
    /// assert_eq!((scans[0].age, scans[1].file.as_str(), scans[1].line()), (Some(61.0), "b.png", 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Table`] for the first row that is no such value, with its line and column.
    pub fn records<T: DeserializeOwned>(&self) -> Result<Vec<Record<T>>, DataError> {
        let names = csv::StringRecord::from(self.header.columns.as_slice());
        self.rows.iter().map(|row| Record::of(row, &names)).collect()
    }
}

impl Header {
    /// Where a column stands.
    fn place(&self, name: &str) -> Result<usize, DataError> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            let near = firelight_vocab::Vocab::from_labels(self.columns.iter());
            let near = near.suggest(name).map(|near| format!(" (did you mean {near:?}?)")).unwrap_or_default();
            let what = format!("there is no column {name:?}{near}");
            self.error(None, what, format!("name one of {}", self.columns.join(", ")))
        })
    }

    /// What names a line of the file.
    fn line(&self, line: u64) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(format!(":{line}"));
        name.into()
    }

    fn error(&self, line: Option<u64>, what: impl Into<String>, remedy: impl Into<String>) -> DataError {
        DataError::Table { path: self.file.clone(), line, what: what.into(), remedy: remedy.into() }
    }
}
