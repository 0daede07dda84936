//! From the server into the `.part` file, across broken connections.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::thread;
use std::time::Instant;

use firelight_progress::Bar;
use ureq::Agent;

use crate::answer::{Answer, ask};
use crate::{Download, DownloadError};

/// One file on its way.
pub(crate) struct Transfer<'a> {
    download: &'a Download,
    part: &'a Path,
    /// Where the file may be placed by hand, for the errors.
    target: &'a Path,
    agent: Agent,
    bar: Bar,
    /// The strong entity tag of the bytes in the part, where this run has seen it.
    tag: Option<String>,
    /// The size of the file that the part's bytes belong to, where this run has seen it.
    size: Option<u64>,
    resumed: bool,
}

/// Bytes that must have come for failures to be counted anew: a connection that brings a byte and breaks is no progress.
const ENOUGH: u64 = 64 << 10;

/// How one request ended, short of an error that ends the transfer.
enum End {
    Whole,
    Broken(io::Error),
}

impl<'a> Transfer<'a> {
    pub(crate) fn new(download: &'a Download, part: &'a Path, target: &'a Path) -> Self {
        let agent = crate::answer::agent(&download.url, &download.patience);
        let bar = download.progress.bytes(None, &download.file_name);
        Self { download, part, target, agent, bar, tag: None, size: None, resumed: false }
    }

    /// Fills the part. True if bytes that were there before the last request are among it.
    pub(crate) fn run(mut self) -> Result<bool, DownloadError> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.part)
            .map_err(|why| DownloadError::write(self.part, why))?;
        let mut furthest = self.length(&file)?;
        let mut failures = 0;
        loop {
            match self.request(&mut file)? {
                End::Whole => {
                    file.sync_all().map_err(|why| DownloadError::write(self.part, why))?;
                    return Ok(self.resumed);
                }
                End::Broken(why) => {
                    let length = self.length(&file)?;
                    if length >= furthest.saturating_add(ENOUGH) {
                        furthest = length;
                        failures = 0;
                    }
                    failures += 1;
                    if failures > self.download.patience.retries {
                        return Err(self.unreachable(failures, why));
                    }
                    tracing::info!("{}: {why}; trying again from byte {length}", self.download.url);
                    thread::sleep(self.download.patience.pause_before(failures));
                }
            }
        }
    }

    /// One request for what is missing, and its answer written down.
    fn request(&mut self, file: &mut File) -> Result<End, DownloadError> {
        let have = self.length(file)?;
        let answer = match ask(&self.agent, &self.download.url, have, self.tag.as_deref(), self.download.token.as_ref())
        {
            Ok(answer) => answer,
            Err(error) if is_worth_a_retry(&error) => return Ok(End::Broken(error.into_io())),
            Err(error) => return Err(self.unreachable(1, error.into_io())),
        };
        match answer {
            Answer::Whole { size, tag, body } => {
                self.begin_again(file)?;
                (self.size, self.tag) = (size, tag);
                self.receive(file, body)
            }
            Answer::Rest { size, tag, body } if self.size.is_none() || size.is_none() || self.size == size => {
                self.resumed = true;
                self.size = size.or(self.size);
                self.tag = tag.or(self.tag.take());
                self.receive(file, body)
            }
            Answer::Rest { .. } => {
                self.begin_again(file)?;
                Ok(End::Broken(io::Error::other("the file's size changed on the server")))
            }
            // An earlier run may have been stopped between the last byte and the new name.
            Answer::NothingLeft if self.download.checksum.digest(self.part)?.is_right() => Ok(End::Whole),
            Answer::NothingLeft => {
                self.begin_again(file)?;
                Ok(End::Broken(io::Error::other("the part is longer than the file on the server")))
            }
            Answer::Busy { status } => Ok(End::Broken(io::Error::other(format!("HTTP status {status}")))),
            Answer::Refused { status } => Err(DownloadError::Refused {
                url: self.download.url.clone(),
                status,
                path: self.target.into(),
                checksum: self.download.checksum.clone(),
            }),
        }
    }

    fn receive(&mut self, file: &mut File, mut body: impl Read) -> Result<End, DownloadError> {
        let mut length = self.length(file)?;
        if let Some(size) = self.size {
            self.check_length(file, size)?;
            self.bar.set_bytes(size);
        }
        self.bar.go_on_from(length);
        let mut buffer = vec![0; 1 << 16];
        let mut window = (Instant::now(), length);
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(End::Broken(error)),
            };
            file.write_all(&buffer[..read]).map_err(|why| DownloadError::write(self.part, why))?;
            length += read as u64;
            self.bar.set_position(length);
            self.check_length(file, length)?;
            let (seconds, came) = (window.0.elapsed().as_secs_f64(), length - window.1);
            if seconds >= self.download.patience.silence.as_secs_f64() {
                let lowest = self.download.patience.lowest_rate;
                if (came as f64) < lowest as f64 * seconds {
                    let message =
                        format!("{came} bytes came in {seconds:.0} s, and {lowest} a second are waited for at least");
                    return Ok(End::Broken(io::Error::new(io::ErrorKind::TimedOut, message)));
                }
                window = (Instant::now(), length);
            }
        }
        match self.size {
            Some(size) if length < size => {
                let message = format!("the connection ended after {length} of {size} bytes");
                Ok(End::Broken(io::Error::new(io::ErrorKind::UnexpectedEof, message)))
            }
            _ => Ok(End::Whole),
        }
    }

    /// Refuses a file that is larger than it may be, and keeps nothing of it.
    fn check_length(&mut self, file: &mut File, length: u64) -> Result<(), DownloadError> {
        let limit = self.download.max_bytes;
        if length <= limit {
            return Ok(());
        }
        self.begin_again(file)?;
        Err(DownloadError::TooLong { url: self.download.url.clone(), limit })
    }

    fn begin_again(&mut self, file: &mut File) -> Result<(), DownloadError> {
        (self.size, self.tag, self.resumed) = (None, None, false);
        file.set_len(0).map_err(|why| DownloadError::write(self.part, why))
    }

    fn length(&self, file: &File) -> Result<u64, DownloadError> {
        let metadata = file.metadata();
        Ok(metadata.map_err(|why| DownloadError::Read { path: self.part.into(), why })?.len())
    }

    fn unreachable(&self, tries: u32, why: io::Error) -> DownloadError {
        DownloadError::Unreachable {
            url: self.download.url.clone(),
            path: self.target.into(),
            checksum: self.download.checksum.clone(),
            tries,
            why,
        }
    }
}

/// An unknown host or a refused certificate stays so; a machine without a network hears of it at once.
pub(crate) fn is_worth_a_retry(error: &ureq::Error) -> bool {
    use ureq::Error::{BodyStalled, ConnectionFailed, Io, Protocol, Timeout};
    matches!(error, Io(_) | Timeout(_) | ConnectionFailed | Protocol(_) | BodyStalled)
}
