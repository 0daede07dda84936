//! A column of a table says which rows validate.

use super::{Split, Splitter};
use crate::{DataError, Row};

/// Splits the rows of a [`Table`](crate::Table) by a column: fastai's `ColSplitter`.
///
/// Without words of your own a row validates where the column says yes (see [`Row::flag`]), and trains where it says no. With
/// [`with_words`](Self::with_words) the column names the part, and [`with_test`](Self::with_test) names a third one; then a row with another word is
/// in no part.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("labels.csv");
/// # std::fs::write(&file, "file,split\n1.png,train\n2.png,dev\n3.png,test\n4.png,train\n")?;
/// use firelight_datablock::{ColumnSplitter, Splitter, Table};
///
/// let table = Table::read(&file)?;
/// let split = ColumnSplitter::new("split").with_words("train", "dev").with_test("test").split(table.rows())?;
/// assert_eq!((split.train(), split.valid(), split.test()), (&[0, 3][..], &[1][..], &[2][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ColumnSplitter {
    column: String,
    words: Option<[String; 2]>,
    test: Option<String>,
}

impl ColumnSplitter {
    /// By the column of this name: `is_valid`, as fastai and Kaggle's tables have it.
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), words: None, test: None }
    }

    /// The column's words for rows that train and for rows that validate.
    pub fn with_words(mut self, train: impl Into<String>, valid: impl Into<String>) -> Self {
        self.words = Some([train.into(), valid.into()]);
        self
    }

    /// The column's word for rows that are kept for testing.
    pub fn with_test(mut self, test: impl Into<String>) -> Self {
        self.test = Some(test.into());
        self
    }

    /// The part of a row: 0 trains, 1 validates, 2 tests.
    fn part(&self, row: &Row) -> Result<Option<usize>, DataError> {
        let text = row.get(&self.column)?;
        if self.test.as_deref() == Some(text) {
            return Ok(Some(2));
        }
        if let Some(words) = &self.words {
            return Ok(words.iter().position(|word| word == text));
        }
        let remedy = "write true or false, or name the column's words (`ColumnSplitter::with_words`)";
        Ok(Some(usize::from(row.flag_or(&self.column, remedy)?)))
    }
}

impl Splitter<Row> for ColumnSplitter {
    fn split(&self, items: &[Row]) -> Result<Split, DataError> {
        let mut parts = [const { Vec::new() }; 3];
        for (item, row) in items.iter().enumerate() {
            if let Some(part) = self.part(row)? {
                parts[part].push(item);
            }
        }
        let [train, valid, test] = parts;
        Split::new(train, valid, items.len())?.with_test(test)
    }
}
