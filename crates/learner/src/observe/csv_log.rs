//! A table in a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Event, Flow, Observer};
use crate::{EpochRow, LearnerError};

/// Writes a line an epoch to a CSV file: `epoch,train_loss,valid_loss,` the metrics, `seconds`. fastai's `CSVLogger`.
///
/// Each line is on the disk before the next epoch begins. A metric that is not defined is an empty field. A fit whose metrics
/// differ from the one before writes a new header. If a line cannot be written, because the disk is full for instance, the log
/// says so in a warning and ends; the fit goes on.
///
/// A run that goes on from a checkpoint tells again what happened before. A log in a new file ([`create`](Self::create)) then has the
/// table of an unbroken run; one that goes on in a file ([`append`](Self::append)) finds the lines that it wrote there before, and moves
/// them behind what others have written to the file since.
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
    /// Of the fit at hand, and that of the last lines.
    header: String,
    written: String,
    /// How many epochs are told again.
    again: usize,
    /// Lines of the file, as long as rows are told again, and how many of them were in it before.
    there: Vec<String>,
    old: usize,
}

impl CsvLog {
    /// A log in a new file; one that is there is replaced.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LearnerError> {
        Self::open(path.as_ref(), File::options().create(true).truncate(true))
    }

    /// A log that goes on at the end of a file.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn append(path: impl AsRef<Path>) -> Result<Self, LearnerError> {
        let path = path.as_ref();
        let mut log = Self::open(path, File::options().create(true).truncate(false))?;
        let failed = |source| LearnerError::Write { stage: "csv log", path: path.to_path_buf(), source };
        let mut text = Vec::new();
        if let Some(file) = &mut log.file {
            file.read_to_end(&mut text).map_err(failed)?;
        }
        let lines = text.split_inclusive(|&byte| byte == b'\n');
        log.there = lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        log.old = log.there.len();
        log.written = log.last_header();
        Ok(log)
    }

    fn open(path: &Path, options: &mut OpenOptions) -> Result<Self, LearnerError> {
        let (path, file) = (path.to_path_buf(), options.read(true).write(true).open(path));
        match file {
            Ok(file) => {
                let (header, written, there) = (String::new(), String::new(), Vec::new());
                Ok(Self { path, file: Some(file), header, written, again: 0, there, old: 0 })
            }
            Err(source) => Err(LearnerError::Write { stage: "csv log", path, source }),
        }
    }

    /// Does something to the file; where that fails the log ends.
    fn with_file(&mut self, work: impl FnOnce(&mut File) -> io::Result<()>) {
        if let Some(Err(error)) = self.file.as_mut().map(work) {
            tracing::warn!("csv log: cannot write {}: {error}; the log ends here", self.path.display());
            self.file = None;
        }
    }

    fn write(&mut self, line: &str) {
        self.there.push(line.into());
        self.with_file(|file| file.write_all(line.as_bytes()).and_then(|()| file.flush()));
    }

    /// The last header in the file.
    fn last_header(&self) -> String {
        self.there.iter().rev().find(|line| is_header(line)).cloned().unwrap_or_default()
    }

    /// Takes out the line of a row that is about to be written again, if this run wrote it before, and a header that then has no row.
    /// What another run has written stays.
    fn take_out(&mut self, row: &str) {
        let Some(place) = self.there[..self.old].iter().position(|line| line == row) else { return };
        self.there.remove(place);
        self.old -= 1;
        let empty =
            place > 0 && is_header(&self.there[place - 1]) && self.there.get(place).is_none_or(|next| is_header(next));
        let place = place - usize::from(empty);
        if empty {
            self.there.remove(place);
            self.old -= 1;
        }
        self.written = self.last_header();
        let start = self.there[..place].iter().map(String::len).sum::<usize>() as u64;
        let rest = self.there[place..].concat();
        self.with_file(|file| {
            file.set_len(start)?;
            file.seek(SeekFrom::Start(start))?;
            file.write_all(rest.as_bytes())
        });
    }
}

fn is_header(line: &str) -> bool {
    line.starts_with("epoch,")
}

impl Observer for CsvLog {
    fn observe(&mut self, event: &Event) -> Flow {
        match event {
            Event::Start { metrics, again, .. } => {
                let mut header = vec!["epoch".to_string(), "train_loss".into(), "valid_loss".into()];
                header.extend(metrics.iter().cloned());
                header.push("seconds".into());
                (self.header, self.again) = (joined(&header), *again);
            }
            Event::Epoch(row) => {
                let row = joined(&fields(row));
                if self.again > 0 {
                    self.again -= 1;
                    self.take_out(&row);
                } else {
                    (self.there, self.old) = (Vec::new(), 0);
                }
                if self.header != self.written {
                    self.write(&self.header.clone());
                    self.written.clone_from(&self.header);
                }
                self.write(&row);
            }
            _ => {}
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

/// A line.
fn joined(fields: &[String]) -> String {
    fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\n"
}

/// A field as RFC 4180 has it.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.into() }
}
