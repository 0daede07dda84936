//! What came of a run, for people and for scripts.

use std::path::{Path, PathBuf};

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

/// Whether that can be written, found out before hours of work for it.
pub fn can_write_json(path: Option<&Path>) -> Result<()> {
    path.map_or(Ok(()), |path| can_write_file("json", path, "--json"))
}

/// The same of a file that `option` tells.
pub fn can_write_file(stage: &str, path: &Path, option: &str) -> Result<()> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let can = made.and_then(|()| firelight::files::can_write(path));
    Ok(can.map_err(|error| unwritten(stage, path, &error, option))?)
}

fn unwritten(stage: &str, path: &Path, error: &std::io::Error, option: &str) -> String {
    format!("{stage}: cannot write {}: {error}; choose another {option}", path.display())
}

/// Writes `value` as JSON where a file for it is told, whole or not at all; its folder is made if it is not there.
pub fn write_json(path: Option<&Path>, value: &impl Serialize) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    Ok(firelight::files::write_json(path, value).map_err(|error| unwritten("json", path, &error, "--json"))?)
}
