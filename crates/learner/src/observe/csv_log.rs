//! A table in a file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Event, Flow, Observer};
use crate::{EpochRow, LearnerError};
use firelight_files::write_whole;

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
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let mut learn = learn.with_observer(CsvLog::create("history.csv")?);
/// learn.fit_one_cycle(5, 1e-3)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    /// Where lines go, at the end of whatever is there; `None` once one could not be written.
    file: Option<File>,
    /// Of the fit at hand, and that of the last lines.
    header: String,
    written: String,
    /// How many epochs are told again, and the lines of those that were.
    again: usize,
    told: Vec<String>,
    /// How many lines were in the file before, as long as rows are told again.
    old: usize,
}

impl CsvLog {
    /// A log in a new file; one that is there is replaced.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LearnerError> {
        let path = path.as_ref();
        File::create(path).map_err(|error| unwritten(path, error))?;
        Self::append(path)
    }

    /// A log that goes on at the end of a file.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn append(path: impl AsRef<Path>) -> Result<Self, LearnerError> {
        let path = path.as_ref();
        let opened = || {
            let mut file = File::options().create(true).append(true).open(path)?;
            let there = lines(path)?;
            // A line that was cut short, by a full disk for instance, stays one of its own.
            if there.last().is_some_and(|line| !line.ends_with('\n')) {
                file.write_all(b"\n")?;
            }
            Ok((file, there))
        };
        let (file, there) = opened().map_err(|error| unwritten(path, error))?;
        let (path, written) = (path.to_path_buf(), last_header(&there));
        let (header, told, old) = (String::new(), Vec::new(), there.len());
        Ok(Self { path, file: Some(file), header, written, again: 0, told, old })
    }

    /// Does something to the file; where that fails the log ends.
    fn with_file(&mut self, work: impl FnOnce(&mut File) -> io::Result<()>) {
        if let Some(Err(error)) = self.file.as_mut().map(work) {
            tracing::warn!("csv log: cannot write {}: {error}; the log ends here", self.path.display());
            self.file = None;
        }
    }

    fn write(&mut self, line: &str) {
        self.with_file(|file| file.write_all(line.as_bytes()).and_then(|()| file.flush()));
    }

    /// Moves the lines that a fit tells again to the end, where they go on: this run wrote them before. A header that then has no row
    /// goes, and what another run has written stays.
    fn move_to_end(&mut self) {
        let (path, header, told) = (self.path.clone(), self.header.clone(), std::mem::take(&mut self.told));
        let mut old = self.old;
        self.with_file(|file| {
            let mut there = lines(&path)?;
            for row in &told {
                let Some(place) = there.iter().take(old).position(|line| line == row) else { continue };
                there.remove(place);
                old -= 1;
                if place > 0 && is_header(&there[place - 1]) && there.get(place).is_none_or(|next| is_header(next)) {
                    there.remove(place - 1);
                    old -= 1;
                }
            }
            if last_header(&there) != header {
                there.push(header.clone());
            }
            there.extend(told);
            write_whole(&path, there.concat().as_bytes())?;
            *file = File::options().append(true).open(&path)?;
            Ok(())
        });
        (self.old, self.written) = (old, header);
    }
}

fn unwritten(path: &Path, why: io::Error) -> LearnerError {
    LearnerError::Write { stage: "csv log", path: path.to_path_buf(), why }
}

/// The lines of a file, with their ends.
fn lines(path: &Path) -> io::Result<Vec<String>> {
    // A pipe or a terminal has none, and waits to be read from.
    let text = if std::fs::metadata(path)?.is_file() { std::fs::read(path)? } else { Vec::new() };
    Ok(text.split_inclusive(|&byte| byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect())
}

/// The last header among lines, if there is one.
fn last_header(lines: &[String]) -> String {
    lines.iter().rev().find(|line| is_header(line)).cloned().unwrap_or_default()
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
                (self.header, self.again, self.told) = (joined(&header), *again, Vec::new());
            }
            Event::Epoch(row) => {
                let row = joined(&fields(row));
                if self.again > 0 && self.old > 0 {
                    self.again -= 1;
                    self.told.push(row);
                    if self.again == 0 {
                        self.move_to_end();
                    }
                    return Flow::Continue;
                }
                self.old = 0;
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
    let mut fields = vec![row.epoch.to_string(), row.train_loss.to_string()];
    let judged = [row.valid_loss].into_iter().chain(row.metrics.iter().copied());
    fields.extend(judged.map(|value| value.map_or_else(String::new, |value| value.to_string())));
    fields.push(format!("{:.3}", row.seconds));
    fields
}

/// A line.
fn joined(fields: &[String]) -> String {
    let mut line = csv::Writer::from_writer(Vec::new());
    let written = line.write_record(fields).ok().and_then(|()| line.into_inner().ok());
    String::from_utf8(written.expect("memory takes a line")).expect("of strings")
}
