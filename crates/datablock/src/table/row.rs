//! A row of a table.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use super::Header;
use crate::{DataError, Item};

/// A row of a [`Table`](crate::Table), which is an item of a recipe: its text by columns, and where it stands.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("labels.csv");
/// # std::fs::write(&file, "file,breed,age,is_valid\n1.jpg,pug,3.5,True\n")?;
/// let table = firelight_datablock::Table::read(&file)?;
/// let row = &table.rows()[0];
/// assert_eq!((row.get("breed")?, row.number("age")?, row.flag("is_valid")?), ("pug", 3.5, true));
/// assert!(row.get("bred").unwrap_err().to_string().contains("did you mean \"breed\"?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    header: Arc<Header>,
    line: u64,
    fields: csv::StringRecord,
}

impl Row {
    pub(super) fn new(header: Arc<Header>, line: u64, fields: csv::StringRecord) -> Self {
        Self { header, line, fields }
    }

    /// The text of a column.
    ///
    /// # Errors
    ///
    /// [`DataError::Table`] if there is no column of this name.
    pub fn get(&self, column: &str) -> Result<&str, DataError> {
        self.at(self.header.place(column)?)
    }

    /// The text of a column by its place, counted from 0.
    ///
    /// # Errors
    ///
    /// [`DataError::Table`] if there are fewer columns.
    pub fn at(&self, place: usize) -> Result<&str, DataError> {
        self.fields.get(place).ok_or_else(|| {
            let what = format!("there is no column at place {place}");
            self.header.error(None, what, format!("name a place from 0 to {}", self.fields.len().saturating_sub(1)))
        })
    }

    /// A column as a finite number.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and [`DataError::Table`] for text that is none.
    pub fn number(&self, column: &str) -> Result<f32, DataError> {
        self.number_of(column, self.get(column)?)
    }

    /// A column as yes or no: `true`, `yes`, `1` or `false`, `no`, `0`, in any letter case.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and [`DataError::Table`] for other text.
    pub fn flag(&self, column: &str) -> Result<bool, DataError> {
        self.flag_or(column, "write true or false")
    }

    /// The line of the file on which the row begins, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The table's file.
    pub fn file(&self) -> &Path {
        &self.header.file
    }

    pub(super) fn number_of(&self, column: &str, text: &str) -> Result<f32, DataError> {
        match text.parse::<f32>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => {
                let comma = if text.contains(',') { ", with a point where it has a comma" } else { "" };
                Err(self.error(format!("{column} is {text:?}, which is no finite number"), format!("write one{comma}")))
            }
        }
    }

    /// [`flag`](Self::flag) with what to do about other text.
    pub(crate) fn flag_or(&self, column: &str, remedy: &str) -> Result<bool, DataError> {
        let text = self.get(column)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "1.0" | "t" | "y" => Ok(true),
            "false" | "no" | "0" | "0.0" | "f" | "n" => Ok(false),
            _ => Err(self.error(format!("{column} is {text:?}, which is neither yes nor no"), remedy)),
        }
    }

    /// An error on this line.
    pub(crate) fn error(&self, what: impl Into<String>, remedy: impl Into<String>) -> DataError {
        self.header.error(Some(self.line), what, remedy)
    }

    pub(super) fn fields(&self) -> &csv::StringRecord {
        &self.fields
    }

    pub(super) fn header(&self) -> &Arc<Header> {
        &self.header
    }
}

impl Item for Row {
    /// `labels.csv:17`: the file and the line.
    fn path(&self) -> Cow<'_, Path> {
        self.header.line(self.line).into()
    }
}
