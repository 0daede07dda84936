//! The folder of a cache: what is there, how much it may be, and what goes.

use std::collections::HashSet;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use firelight_files::hex;
use tempfile::NamedTempFile;

use super::key::Place;

const LEDGER: &str = "firelight-cache";
const ENDING: &str = ".picture";
const PART: &str = ".part";
/// Digits of a folder's name: 256 of them, since some systems are slow at folders of many files.
const FOLDER: usize = 2;

/// How many bytes there are is in one file, the ledger, which is locked while it is changed: so all processes together stay within a budget.
/// (Some network disks have no locks; there it is each for itself.)
#[derive(Debug)]
pub(super) struct Room {
    folder: PathBuf,
    budget: u64,
    /// Whether what is there may be read and no more.
    read_only: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ledger: File,
    /// What this process has asked for, there or not.
    asked: HashSet<Place>,
    /// Whether something was asked for a second time: by then a data set has been gone through, and what else is there is nobody's.
    again: bool,
    /// What was there at the start, the longest unused last.
    old: Vec<Found>,
}

/// A picture that is there.
#[derive(Debug)]
struct Found {
    place: Place,
    bytes: u64,
    used: SystemTime,
}

impl Room {
    /// Counts what is there, without what killed processes left half-written, and makes it fit a smaller budget. A room that another user has filled
    /// is read as it is.
    pub fn open(folder: &Path, budget: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(LEDGER);
        let (ledger, read_only) = match File::options().read(true).write(true).create(true).truncate(false).open(&path)
        {
            Ok(ledger) => (ledger, false),
            Err(why) if is_locked_up(&why) => (File::open(&path).map_err(|_| why)?, true),
            Err(why) => return Err(why),
        };
        let state = State { ledger, asked: HashSet::new(), again: false, old: Vec::new() };
        let room = Self { folder: folder.to_path_buf(), budget, read_only, state: Mutex::new(state) };
        if read_only {
            return Ok(room);
        }
        room.counted(|state, total| {
            let (mut old, parts) = room.scan()?;
            *total = parts + old.iter().map(|found| found.bytes).sum::<u64>();
            old.sort_by_key(|found| std::cmp::Reverse(found.used));
            while *total > budget
                && let Some(found) = old.pop()
            {
                fs::remove_file(room.path(found.place))?;
                *total -= found.bytes;
            }
            state.old = old;
            Ok(())
        })?;
        Ok(room)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a picture is.
    pub fn path(&self, place: Place) -> PathBuf {
        let name = hex(&place);
        self.folder.join(&name[..FOLDER]).join(name + ENDING)
    }

    /// Whether the picture is asked for the first time.
    pub fn ask(&self, place: Place) -> bool {
        let mut state = self.state();
        let first = state.asked.insert(place);
        state.again |= !first;
        first
    }

    /// A file to write so many bytes to, which are counted from now on; `None` where there is no room for them.
    pub fn part(&self, bytes: u64) -> io::Result<Option<NamedTempFile>> {
        if self.read_only {
            return Ok(None);
        }
        self.counted(|state, total| {
            while bytes <= self.budget && total.saturating_add(bytes) > self.budget && state.again {
                let Some(found) = state.old.pop() else { break };
                if !state.asked.contains(&found.place) && fs::remove_file(self.path(found.place)).is_ok() {
                    *total = total.saturating_sub(found.bytes);
                }
            }
            if total.saturating_add(bytes) > self.budget {
                return Ok(None);
            }
            let part = tempfile::Builder::new().prefix("").suffix(PART).tempfile_in(&self.folder)?;
            // Whoever counts the folder meanwhile counts it whole, and sees that somebody is at work.
            part.as_file().set_len(bytes)?;
            let _ = part.as_file().try_lock();
            *total += bytes;
            Ok(Some(part))
        })
    }

    /// Puts a written part in its place, unless another one was quicker.
    pub fn put(&self, part: NamedTempFile, bytes: u64, place: Place) -> io::Result<()> {
        let path = self.path(place);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        match part.persist_noclobber(&path) {
            Ok(_) => Ok(()),
            Err(error) => {
                self.release(bytes);
                if error.error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error.error) }
            }
        }
    }

    /// What was counted is not there.
    pub fn release(&self, bytes: u64) {
        let released = self.counted(|_, total| {
            *total = total.saturating_sub(bytes);
            Ok(())
        });
        // The ledger then says more than there is, until it is counted again.
        let _ = released;
    }

    /// Removes a picture that is of no use.
    pub fn remove(&self, path: &Path) {
        let removed = self.counted(|_, total| {
            let bytes = fs::metadata(path)?.len();
            fs::remove_file(path)?;
            *total = total.saturating_sub(bytes);
            Ok(())
        });
        // Another one has.
        let _ = removed;
    }

    /// The bytes of all.
    pub fn bytes(&self) -> u64 {
        self.counted(|_, total| Ok(*total)).unwrap_or(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the sum of bytes, while nobody else does.
    fn counted<T>(&self, change: impl FnOnce(&mut State, &mut u64) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.state();
        let locked = state.ledger.lock().is_ok();
        let mut said = [0; 8];
        state.ledger.rewind()?;
        let before = match state.ledger.read_exact(&mut said) {
            Ok(()) => u64::from_le_bytes(said),
            Err(_) => 0,
        };
        let mut total = before;
        let changed = change(&mut state, &mut total);
        let mut write = || {
            state.ledger.rewind()?;
            state.ledger.write_all(&total.to_le_bytes())
        };
        let written = if total == before { Ok(()) } else { write() };
        if locked {
            let _ = state.ledger.unlock();
        }
        written.and(changed)
    }

    /// The pictures in the folder, and the bytes of what others are writing.
    fn scan(&self) -> io::Result<(Vec<Found>, u64)> {
        let (mut found, mut parts) = (Vec::new(), 0);
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(PART) {
                parts += under_way(&entry);
            } else if name.len() == FOLDER {
                let entries = fs::read_dir(entry.path()).into_iter().flatten().flatten();
                found.extend(entries.filter_map(|entry| picture(&entry, &name)));
            }
        }
        Ok((found, parts))
    }
}

/// Whether it is no failure of the disk that keeps one from writing.
fn is_locked_up(why: &io::Error) -> bool {
    matches!(why.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// The bytes of a part that somebody is writing; what nobody holds any more is removed.
fn under_way(entry: &DirEntry) -> u64 {
    let Ok(file) = File::open(entry.path()) else { return 0 };
    if file.try_lock().is_ok() && fs::remove_file(entry.path()).is_ok() {
        return 0;
    }
    file.metadata().map_or(0, |found| found.len())
}

/// What its name says, of a picture that lies where it should.
fn picture(entry: &DirEntry, folder: &str) -> Option<Found> {
    let name = entry.file_name();
    let digits = name.to_str()?.strip_suffix(ENDING)?;
    let place = digits.starts_with(folder).then(|| place(digits))??;
    let there = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    Some(Found { place, bytes: there.len(), used: there.modified().ok()? })
}

fn place(digits: &str) -> Option<Place> {
    let place = u128::from_str_radix(digits, 16).ok()?.to_be_bytes();
    (hex(&place) == digits).then_some(place)
}
