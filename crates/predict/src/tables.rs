//! Predictions of many files as a table.

use std::io::{self, Write};
use std::path::Path;

use firelight_files::AtomicFile;
use serde_json::{Map, Value, json};

use crate::cells::{cells, columns, fields};
use crate::{FilePredictions, PredictError, Predicted};

impl FilePredictions<'_> {
    /// Writes a table with a row a file, and columns by what the model tells, `file` before them:
    ///
    /// | kind | columns |
    /// |---|---|
    /// | one class | `class`, `probability`; `set`, where the model has sets, as `classes` below; `node` and `node probability`, where it may answer any node of a tree; and one a class where they are asked for |
    /// | any of some classes | `classes`, separated by spaces, by `;` where a name has one; and one a class |
    /// | numbers | `value`, or `value 1`, `value 2` and so on |
    /// | a mask | each class's share of the pixels that the model looked at |
    /// | points | x and y of each, in pixels |
    /// | a box | `left`, `top`, `right`, `bottom`, in pixels |
    /// | two targets | those of both, `second …` where the first has one of that name |
    ///
    /// The file
    /// is whole or not there at all.
    ///
    /// # Errors
    ///
    /// [`PredictError::Input`] for the first broken file (with [`OnError::Fail`](firelight_transforms::OnError::Fail)) and [`PredictError::Write`].
    pub fn write_csv(self, path: impl AsRef<Path>) -> Result<Predicted, PredictError> {
        self.write(path.as_ref(), Self::csv)
    }

    /// Writes one JSON object a file on a line of its own: `file`, and of one class `class`, `probability`, `calibrated`, `set` and `node` as
    /// [`NamedAnswer`](crate::NamedAnswer) has them, and `probabilities` by class name where they are asked for. The file is whole or not there at all.
    ///
    /// # Errors
    ///
    /// As [`write_csv`](Self::write_csv).
    pub fn write_json_lines(self, path: impl AsRef<Path>) -> Result<Predicted, PredictError> {
        self.write(path.as_ref(), Self::json_lines)
    }

    fn write(
        self,
        path: &Path,
        table: impl FnOnce(Self, &mut AtomicFile) -> Result<Predicted, TableError>,
    ) -> Result<Predicted, PredictError> {
        let failed = |why| PredictError::Write { path: path.to_path_buf(), why };
        let mut file = AtomicFile::create(path).map_err(failed)?;
        let predicted = table(self, &mut file).map_err(|error| match error {
            TableError::Predict(error) => error,
            TableError::Write(why) => failed(why),
        })?;
        file.keep().map_err(failed)?;
        Ok(predicted)
    }

    fn csv(self, file: &mut AtomicFile) -> Result<Predicted, TableError> {
        let (manifest, all) = (self.predictor.manifest(), self.probabilities);
        let kind = &manifest.target;
        let mut table = csv::Writer::from_writer(file);
        table.write_record(std::iter::once("file".to_owned()).chain(columns(kind, &manifest.trust, all)))?;
        let done = self.rows(|path, answer| {
            table.write_field(path.to_string_lossy().as_bytes())?;
            for cell in cells(kind, answer, all) {
                table.write_field(cell)?;
            }
            table.write_record(None::<&[u8]>)?;
            Ok::<_, TableError>(())
        })?;
        table.flush()?;
        Ok(done)
    }

    fn json_lines(self, file: &mut AtomicFile) -> Result<Predicted, TableError> {
        let (kind, all) = (&self.predictor.manifest().target, self.probabilities);
        self.rows(|path, answer| {
            let mut row = Map::from_iter([("file".to_owned(), json!(path.to_string_lossy()))]);
            fields(&mut row, kind, answer, all);
            writeln!(file, "{}", Value::Object(row))?;
            Ok::<_, TableError>(())
        })
    }
}

/// Why a table ends early.
enum TableError {
    Predict(PredictError),
    Write(io::Error),
}

impl From<PredictError> for TableError {
    fn from(error: PredictError) -> Self {
        Self::Predict(error)
    }
}

impl From<io::Error> for TableError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<csv::Error> for TableError {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}
