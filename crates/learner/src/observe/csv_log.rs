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
/// table of an unbroken run; one that goes on in a file ([`append`](Self::append)) finds the first line that it wrote there before, and
/// goes on from that line, after what others have written to the file since.
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
    /// Lines that were in the file, each with where it begins, until the first row tells whether they are of the same run.
    there: Vec<(u64, String)>,
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
        let mut start = 0;
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            log.there.push((start, String::from_utf8_lossy(line).into_owned()));
            start += line.len() as u64;
        }
        log.written = log.header_before(log.there.len());
        Ok(log)
    }

    fn open(path: &Path, options: &mut OpenOptions) -> Result<Self, LearnerError> {
        let (path, file) = (path.to_path_buf(), options.read(true).write(true).open(path));
        match file {
            Ok(file) => {
                let (header, written, there) = (String::new(), String::new(), Vec::new());
                Ok(Self { path, file: Some(file), header, written, again: 0, there })
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
        self.with_file(|file| file.write_all(line.as_bytes()).and_then(|()| file.flush()));
    }

    /// The header that stands last above a line that was in the file.
    fn header_before(&self, line: usize) -> String {
        let header = self.there[..line].iter().rev().find(|(_, line)| line.starts_with("epoch,"));
        header.map_or_else(String::new, |(_, line)| line.clone())
    }

    /// Takes out the lines that this run wrote before, if there are any, from that of a row on: it writes them again. What another run
    /// has written after them stays.
    fn go_back(&mut self, row: &str) {
        let Some(place) = self.there.iter().rposition(|(_, there)| there == row) else { return };
        let epoch = |line: &str| line.split(',').next().and_then(|epoch| epoch.parse::<usize>().ok());
        let follows = |pair: &[(u64, String)]| epoch(&pair[1].1).is_some() && epoch(&pair[1].1) > epoch(&pair[0].1);
        let own = 1 + self.there[place..].windows(2).take_while(|pair| follows(pair)).count();
        let start = self.there[place].0;
        self.there.drain(place..place + own);
        self.written = self.header_before(self.there.len());
        let rest: String = self.there[place..].iter().map(|(_, line)| line.as_str()).collect();
        self.with_file(|file| {
            file.set_len(start)?;
            file.seek(SeekFrom::Start(start))?;
            file.write_all(rest.as_bytes())
        });
    }
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
                    self.go_back(&row);
                }
                self.there.clear();
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
