//! One column of a table, for a block.

use std::path::{Path, PathBuf};

use super::Row;
use crate::{DataError, Labeller};

/// What a block takes of a [`Row`]: the file of a picture, a label, a number. fastai's `ColReader` of one column.
///
/// | given to | gives |
/// |---|---|
/// | [`ImageBlock::with_file`](crate::ImageBlock::with_file) | the file: the table's folder, folder, prefix, text and suffix together |
/// | [`CategoryBlock::new`](crate::CategoryBlock::new), [`GroupSplitter::new`](crate::GroupSplitter::new), … | prefix, text and suffix |
/// | [`RegressionBlock::one`](crate::RegressionBlock::one) | the text as a number |
/// | [`MultiCategoryBlock::new`](crate::MultiCategoryBlock::new), after [`split_at`](Self::split_at) | the parts of the text |
///
/// Several columns together are [`Columns`](crate::Columns).
///
/// ```
/// use firelight_datablock::{CategoryBlock, Column, ImageBlock};
///
/// // Of a row `17,pug` of the columns `id,breed` the picture images/17.jpg, a pug.
/// let picture = ImageBlock::rgb().with_file(Column::new("id").in_folder("images").with_suffix(".jpg"));
/// let breed = CategoryBlock::new(Column::new("breed"));
/// ```
#[derive(Debug, Clone)]
pub struct Column {
    which: Which,
    folder: PathBuf,
    prefix: String,
    suffix: String,
}

#[derive(Debug, Clone)]
enum Which {
    Name(String),
    Place(usize),
}

impl Column {
    /// The column of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Which::Name(name.into()))
    }

    /// The column at this place, counted from 0.
    pub fn at(place: usize) -> Self {
        Self::of(Which::Place(place))
    }

    fn of(which: Which) -> Self {
        Self { which, folder: PathBuf::new(), prefix: String::new(), suffix: String::new() }
    }

    /// The folder that the files of this column are in, told from the table's own folder, which is the default.
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// What comes before the text.
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// What comes after the text, as `.jpg` where a table has files without endings.
    pub fn with_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = suffix.into();
        self
    }

    /// Several labels in one field, with `delimiter` between them: fastai's `label_delim`. White space around each is not part of it, and
    /// a field without text has none.
    ///
    /// ```
    /// use firelight_datablock::{Column, MultiCategoryBlock};
    ///
    /// let tags = MultiCategoryBlock::new(Column::new("tags").split_at(" ")); // `haze primary water`
    /// ```
    pub fn split_at(self, delimiter: impl Into<String>) -> SplitColumn {
        SplitColumn { column: self, delimiter: delimiter.into() }
    }

    fn name(&self) -> String {
        match &self.which {
            Which::Name(name) => name.clone(),
            Which::Place(place) => format!("column {place}"),
        }
    }

    fn text<'a>(&self, row: &'a Row) -> Result<&'a str, DataError> {
        match &self.which {
            Which::Name(name) => row.get(name),
            Which::Place(place) => row.at(*place),
        }
    }
}

impl Labeller<String, Row> for Column {
    fn label(&self, row: &Row) -> Result<String, DataError> {
        let Self { prefix, suffix, .. } = self;
        Ok(format!("{prefix}{}{suffix}", self.text(row)?))
    }
}

impl Labeller<PathBuf, Row> for Column {
    fn label(&self, row: &Row) -> Result<PathBuf, DataError> {
        let text = self.text(row)?;
        if text.is_empty() {
            return Err(row.error(format!("{} names no file", self.name()), "name one, or leave the row out"));
        }
        let folder = row.file().parent().unwrap_or(Path::new("")).join(&self.folder);
        Ok(folder.join(format!("{}{text}{}", self.prefix, self.suffix)))
    }
}

impl Labeller<f32, Row> for Column {
    fn label(&self, row: &Row) -> Result<f32, DataError> {
        row.number_of(&self.name(), self.text(row)?)
    }
}

/// A column with several labels in a field; see [`Column::split_at`].
#[derive(Debug, Clone)]
pub struct SplitColumn {
    column: Column,
    delimiter: String,
}

impl Labeller<Vec<String>, Row> for SplitColumn {
    fn label(&self, row: &Row) -> Result<Vec<String>, DataError> {
        let Column { prefix, suffix, .. } = &self.column;
        if self.delimiter.is_empty() {
            let (setting, remedy) = ("delimiter of a split column", "give what stands between two labels".into());
            return Err(DataError::Setting { setting, value: "\"\"".into(), remedy });
        }
        let parts = self.column.text(row)?.split(&self.delimiter).map(str::trim).filter(|part| !part.is_empty());
        Ok(parts.map(|part| format!("{prefix}{part}{suffix}")).collect())
    }
}
