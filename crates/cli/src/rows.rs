//! Rows of a table with the pictures that they name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use firelight::prelude::*;

use crate::files::{Place, Places, below};
use crate::recipe::{Recipe, TableTarget};

/// The rows that are used, and where their pictures are.
pub struct Rows {
    used: Vec<Row>,
    places: Arc<Places>,
    home: PathBuf,
    column: String,
}

impl Rows {
    /// Reads them as a recipe says.
    pub fn read(recipe: &Recipe, table: &Path, column: &str, folder: &str, target: &TableTarget) -> Result<Self> {
        let file = recipe.data.join(table);
        let home = file.parent().unwrap_or(Path::new("")).to_path_buf();
        let files = below(&recipe.data, &Progress::hidden()).unwrap_or_default();
        let places = Arc::new(Places::new(&recipe.data, &home, &files, folder));
        let mut rows = Table::read(&file)?.into_rows();
        if recipe.skip_broken {
            let told = |row: &Row, column: &String| row.get(column).is_ok_and(|field| !field.trim().is_empty());
            let found = |row: &Row| row.get(column).is_ok_and(|field| places.find(field) != Place::None);
            rows.retain(|row| found(row) && target.columns().iter().all(|column| told(row, column)));
        }
        Ok(Self { used: rows, places, home, column: column.to_owned() })
    }

    /// A block that reads the picture of a row; of a name that several pictures have the first one's, and one that none has is the error of its
    /// path.
    pub fn input(&self) -> ImageBlock<Row> {
        let (places, home, column) = (self.places.clone(), self.home.clone(), self.column.clone());
        ImageBlock::rgb().with_file(move |row: &Row| {
            let field = row.get(&column)?;
            Ok(match places.find(field) {
                Place::One(file) => file,
                Place::Several(files) => places.root().join(&files[0]),
                Place::None => home.join(field),
            })
        })
    }

    /// A recipe over these rows.
    pub fn block<X, Y>(self, block: DataBlock<X, Y>) -> DataBlock<X, Y>
    where
        X: InputBlock<Row> + Clone,
        Y: TargetBlock<Fitted: FittedTarget<Item = Row>>,
    {
        block.with_source(move |_: &Path| Ok(self.used.clone()))
    }
}
