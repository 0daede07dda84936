//! The history of a run in a file that grows.
//!
//! ```text
//! firelight-history 1\n
//! <length of the frame: 4 bytes, little-endian> <frame: rows in CBOR>
//! …
//! ```
//!
//! A checkpoint says how many bytes of it belong to it, and their digest, so that no row is in two checkpoints. What comes after them
//! was written on the way to a checkpoint that is not there, and is written over.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::item::Rows;
use crate::{EpochRow, History, StepRow};
use firelight_files::{hex, open_regular};

const NAME: &str = "run.history";
const MAGIC: &[u8] = b"firelight-history 1\n";

/// The part of the file that belongs to a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Extent {
    pub bytes: u64,
    /// SHA-256 of those bytes.
    pub digest: String,
    pub rows: Rows,
}

/// The file, and how much of it counts.
#[derive(Debug, Clone)]
pub(super) struct Log {
    path: PathBuf,
    digest: Sha256,
    bytes: u64,
    rows: Rows,
}

/// Rows that were written together.
#[derive(Serialize, Deserialize)]
struct Frame<S, E> {
    steps: S,
    epochs: E,
}

impl Log {
    /// An empty history in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join(NAME), digest: Sha256::new(), bytes: 0, rows: Rows::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows count.
    pub fn rows(&self) -> Rows {
        self.rows
    }

    /// The file with the rows that it lacks, on the disk; `history` has at least those that count.
    pub fn write(&mut self, history: &History) -> io::Result<Extent> {
        let Rows { steps, epochs } = self.rows;
        let rows = Rows::of(history);
        if self.bytes > 0 && rows == self.rows {
            return Ok(self.extent());
        }
        let mut bytes = if self.bytes == 0 { MAGIC.to_vec() } else { Vec::new() };
        let start = bytes.len() + size_of::<u32>();
        bytes.extend([0; size_of::<u32>()]);
        let frame = Frame { steps: &history.steps[steps..], epochs: &history.epochs[epochs..] };
        ciborium::into_writer(&frame, &mut bytes).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len() - start).map_err(io::Error::other)?;
        bytes[start - size_of::<u32>()..start].copy_from_slice(&length.to_le_bytes());

        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&self.path)?;
        file.set_len(self.bytes)?;
        file.seek(SeekFrom::Start(self.bytes))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        self.digest.update(&bytes);
        self.bytes += bytes.len() as u64;
        self.rows = rows;
        Ok(self.extent())
    }

    /// All that counts.
    fn extent(&self) -> Extent {
        Extent { bytes: self.bytes, digest: hex(&self.digest.clone().finalize()), rows: self.rows }
    }

    /// The log as it was when it had so many rows; an empty one, which writes all of them anew, where it never was.
    pub fn back_to(&self, rows: Rows) -> Self {
        let mut log = Self { path: self.path.clone(), digest: Sha256::new(), bytes: 0, rows: Rows::default() };
        let whole = open_regular(&self.path).and_then(|file| {
            let mut bytes = Vec::new();
            file.take(self.bytes).read_to_end(&mut bytes).map(|_| bytes)
        });
        let Ok(whole) = whole else { return log };
        let found = frames(&whole).map_while(Result::ok).find_map(|(end, frame)| {
            log.rows.steps += frame.steps.len();
            log.rows.epochs += frame.epochs.len();
            (log.rows == rows).then_some(end)
        });
        match found {
            Some(end) => {
                log.digest.update(&whole[..end]);
                Self { bytes: end as u64, ..log }
            }
            None => Self { rows: Rows::default(), ..log },
        }
    }

    /// The history that belongs to a checkpoint, from which the log then goes on; `Err` says what is wrong with the file.
    pub fn read(folder: &Path, extent: &Extent) -> Result<(Self, History), String> {
        let mut log = Self::new(folder);
        let name = log.path.display().to_string();
        let broken = |why: &dyn std::fmt::Display| format!("its history, {name}, {why}");
        let mut bytes = Vec::new();
        let file = open_regular(&log.path).map_err(|error| broken(&format!("cannot be read: {error}")))?;
        file.take(extent.bytes).read_to_end(&mut bytes).map_err(|error| broken(&format!("cannot be read: {error}")))?;
        log.digest.update(&bytes);
        if bytes.len() as u64 != extent.bytes || hex(&log.digest.clone().finalize()) != extent.digest {
            return Err(broken(&"is not the one that was written with it"));
        }
        (log.bytes, log.rows) = (extent.bytes, extent.rows);
        let mut history = History::default();
        for frame in frames(&bytes) {
            let (_, frame) = frame.map_err(|why| broken(&why))?;
            history.steps.extend(frame.steps);
            history.epochs.extend(frame.epochs);
        }
        let found = Rows::of(&history);
        if found != extent.rows {
            return Err(broken(&format!("has {} steps instead of {}", found.steps, extent.rows.steps)));
        }
        Ok((log, history))
    }
}

/// Rows as they are read.
type Found = Frame<Vec<StepRow>, Vec<EpochRow>>;

/// The frames of a log with where each of them ends.
fn frames(bytes: &[u8]) -> impl Iterator<Item = Result<(usize, Found), String>> {
    let mut rest = bytes.strip_prefix(MAGIC).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let Some((frame, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize) else {
            rest = &[];
            return Some(Err("is cut short".into()));
        };
        rest = after;
        let end = bytes.len() - rest.len();
        let frame = ciborium::from_reader(frame).map_err(|error| format!("cannot be understood: {error}"));
        Some(frame.map(|frame| (end, frame)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(steps: usize) -> History {
        let step = |i: usize| StepRow { loss: i as f64 / 3.0, smooth_loss: 0.1, rates: vec![1e-3], momentum: 0.9 };
        History { metrics: vec![], steps: (0..steps).map(step).collect(), epochs: vec![] }
    }

    #[test]
    fn a_log_goes_on_from_any_of_its_extents_and_tells_when_it_is_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = Log::new(folder.path());
        let first = log.write(&history(2)).expect("written");
        let second = log.write(&history(5)).expect("written");
        assert_eq!(Log::read(folder.path(), &second).expect("a history").1, history(5));
        // What came after the first is written over by another branch.
        let (mut branch, read) = Log::read(folder.path(), &first).expect("a history");
        assert_eq!(read, history(2));
        let mut other = history(2);
        other.steps.push(StepRow { loss: f64::INFINITY, ..read.steps[0].clone() });
        let third = branch.write(&other).expect("written");
        assert_eq!(Log::read(folder.path(), &third).expect("a history").1, other);
        let back = branch.back_to(Rows { steps: 2, epochs: 0 });
        assert_eq!((back.bytes, hex(&back.digest.finalize())), (first.bytes, first.digest));
        assert_eq!(branch.back_to(Rows { steps: 1, epochs: 0 }).bytes, 0, "it was never as long as that");
        let said = Log::read(folder.path(), &second).expect_err("overwritten");
        assert!(said.ends_with("is not the one that was written with it"), "{said}");
    }
}
