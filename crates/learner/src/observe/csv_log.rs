//! A table in a file.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Event, Flow, Observer};
use crate::{EpochRow, LearnerError};

/// Writes a line an epoch to a CSV file: `epoch,train_loss,valid_loss,` the metrics, `seconds`. fastai's `CSVLogger`.
///
/// Each line is on the disk before the next epoch begins. A metric that is not defined is an empty field. A fit whose metrics
/// differ from the one before writes a new header. If a line cannot be written, because the disk is full for instance, the log
/// says so on standard error and ends; the fit goes on.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{CsvLog, Learner, LearnerError};
/// # use firelight_losses::CrossEntropy;
/// # fn train(learn: Learner<Categories, CrossEntropy>) -> Result<(), LearnerError> {
/// let mut learn = learn.with_observer(CsvLog::create("history.csv")?);
/// learn.fit_one_cycle(5, 1e-3)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    file: Option<File>,
    header: Vec<String>,
}

impl CsvLog {
    /// A log in a new file; one that is there is replaced.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LearnerError> {
        Self::open(path.as_ref(), File::create(path.as_ref()))
    }

    /// A log that goes on at the end of a file.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn append(path: impl AsRef<Path>) -> Result<Self, LearnerError> {
        Self::open(path.as_ref(), File::options().create(true).append(true).open(path.as_ref()))
    }

    fn open(path: &Path, file: std::io::Result<File>) -> Result<Self, LearnerError> {
        let path = path.to_path_buf();
        match file {
            Ok(file) => Ok(Self { path, file: Some(file), header: Vec::new() }),
            Err(source) => Err(LearnerError::Write { stage: "csv log", path, source }),
        }
    }

    fn line(&mut self, fields: &[String]) {
        let Some(file) = &mut self.file else { return };
        let line = fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\n";
        if let Err(error) = file.write_all(line.as_bytes()).and_then(|()| file.flush()) {
            eprintln!("csv log: cannot write {}: {error}; the log ends here", self.path.display());
            self.file = None;
        }
    }
}

impl Observer for CsvLog {
    fn observe(&mut self, event: &Event) -> Flow {
        match event {
            Event::Start { metrics, .. } => {
                let mut header = vec!["epoch".to_string(), "train_loss".into(), "valid_loss".into()];
                header.extend(metrics.iter().cloned());
                header.push("seconds".into());
                if header != self.header {
                    self.line(&header);
                    self.header = header;
                }
            }
            Event::Epoch(row) => self.line(&fields(row)),
            Event::Step(_) | Event::End => {}
        }
        Flow::Continue
    }
}

fn fields(row: &EpochRow) -> Vec<String> {
    let mut fields = vec![row.epoch.to_string(), row.train_loss.to_string(), row.valid_loss.to_string()];
    fields.extend(row.metrics.iter().map(|metric| metric.map_or_else(String::new, |value| value.to_string())));
    fields.push(format!("{:.3}", row.seconds));
    fields
}

/// A field as RFC 4180 has it.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.into() }
}
