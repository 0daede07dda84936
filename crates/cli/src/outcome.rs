//! What came of a run, for people and for scripts.

use std::path::{Path, PathBuf};

use firelight::files::write_whole;
use firelight::prelude::*;
use serde::Serialize;

use crate::recipe::Recipe;

/// What `train --json` writes.
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub recipe: Recipe,
    /// Pictures that train and validate.
    pub pictures: [usize; 2],
    /// The loss and the metrics over the validation part.
    pub figures: Vec<Figure>,
    /// Rows of the history.
    pub epochs: Vec<EpochRow>,
    pub seconds: f64,
    pub model: PathBuf,
    pub report: PathBuf,
}

#[derive(Debug, Serialize)]
pub struct Figure {
    pub name: String,
    pub value: Option<f64>,
}

impl Outcome {
    /// The figures in a line.
    pub fn line(&self) -> String {
        let figure = |figure: &Figure| match figure.value {
            Some(value) => format!("{} {value:.3}", figure.name),
            None => format!("{} not known", figure.name),
        };
        let figures: Vec<String> = self.figures.iter().map(figure).collect();
        format!(
            "{} on {} pictures that it was not trained on, in {:.0} s",
            figures.join(", "),
            self.pictures[1],
            self.seconds
        )
    }
}

/// Writes `value` as JSON, whole or not at all; its folder is made if it is not there.
pub fn write_json(path: Option<&Path>, value: &impl Serialize) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(value)? + "\n";
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| write_whole(path, text.as_bytes()))
        .map_err(|error| format!("json: cannot write {}: {error}; choose another --json", path.display()).into())
}
