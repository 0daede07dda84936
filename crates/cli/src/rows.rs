//! Rows of a table with the pictures that they name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firelight::prelude::*;

use crate::files::{Place, Places, below};
use crate::recipe::{Recipe, TableTarget};

/// The rows that are used, and where their pictures are.
pub struct Rows {
    used: Vec<Row>,
    /// The picture of each name, found once: blocks ask for it in every epoch.
    files: Arc<HashMap<String, PathBuf>>,
    column: String,
}

impl Rows {
    /// Reads them as a recipe says. Of a name that several pictures have the first one is taken, and one that none has is the error of its path.
    pub fn read(recipe: &Recipe, table: &Path, column: &str, folder: &str, target: &TableTarget) -> Result<Self> {
        let file = recipe.data.join(table);
        let home = file.parent().unwrap_or(Path::new(""));
        let found = below(&recipe.data, &Progress::hidden()).unwrap_or_default();
        let places = Places::new(&recipe.data, home, &found, folder);
        let mut used = Table::read(&file)?.into_rows();
        let mut files = HashMap::new();
        let told = |row: &Row| target.columns().iter().all(|column| row.get(column).is_ok_and(is_told));
        used.retain(|row| {
            let Ok(field) = row.get(column) else { return true };
            let place = places.find(field);
            let keep = !recipe.skip_broken || (place != Place::None && told(row));
            files.insert(
                field.to_owned(),
                match place {
                    Place::One(file) => file,
                    Place::Several(several) => recipe.data.join(&several[0]),
                    Place::None => home.join(field),
                },
            );
            keep
        });
        Ok(Self { used, files: Arc::new(files), column: column.to_owned() })
    }

    /// A block that reads the picture of a row.
    pub fn input(&self) -> ImageBlock<Row> {
        let (files, column) = (self.files.clone(), self.column.clone());
        ImageBlock::rgb().with_file(move |row: &Row| {
            let field = row.get(&column)?;
            Ok(files.get(field).cloned().unwrap_or_else(|| field.into()))
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

/// A field that is blank tells nothing.
fn is_told(field: &str) -> bool {
    !field.trim().is_empty()
}
