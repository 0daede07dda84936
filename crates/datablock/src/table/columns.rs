//! Several columns of a table, for a block.

use super::Row;
use crate::{DataError, Labeller};

/// Several columns of a [`Row`] together: fastai's `ColReader` of a list.
///
/// | given to | gives |
/// |---|---|
/// | [`MultiCategoryBlock::new`](crate::MultiCategoryBlock::new) | the names of the columns that say yes (see [`Row::flag`]): one-hot labels |
/// | [`RegressionBlock::new`](crate::RegressionBlock::new) | the numbers, in the order of the names given |
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("tags.csv");
/// # std::fs::write(&file, "file,red,round\n1.png,1,0\n2.png,1,1\n")?;
/// use firelight_datablock::{Columns, Labeller, Table};
///
/// let table = Table::read(&file)?;
/// let tags: Vec<String> = Columns::new(["red", "round"]).label(&table.rows()[1])?;
/// let numbers: Vec<f32> = Columns::new(["red", "round"]).label(&table.rows()[0])?;
/// assert_eq!((tags, numbers), (vec!["red".to_owned(), "round".to_owned()], vec![1.0, 0.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Columns {
    names: Vec<String>,
}

impl Columns {
    /// The columns of these names.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect() }
    }
}

impl Labeller<Vec<String>, Row> for Columns {
    fn label(&self, row: &Row) -> Result<Vec<String>, DataError> {
        let flags = self.names.iter().map(|name| Ok(row.flag(name)?.then(|| name.clone())));
        flags.filter_map(Result::transpose).collect()
    }
}

impl Labeller<Vec<f32>, Row> for Columns {
    fn label(&self, row: &Row) -> Result<Vec<f32>, DataError> {
        self.names.iter().map(|name| row.number(name)).collect()
    }
}
