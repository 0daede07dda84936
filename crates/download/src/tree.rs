//! An archive's entries as files and folders below one folder, and nowhere else.
//!
//! By hand and not by `tar`'s own `unpack_in`, which passes over what leads out in silence where a stranger's archive is to be refused by
//! name, makes symbolic links that leave the folder, has no limit on what a sparse file writes, and cannot take one folder of an archive.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use firelight_files::shortened;
use tar::{Entry, EntryType};

use crate::DownloadError;
use crate::meter::{Gauge, Passed};

/// The folder that grows, entry by entry.
pub(crate) struct Tree<'a> {
    archive: &'a Path,
    root: &'a Path,
    gauge: Gauge,
    max_bytes: u64,
    written: u64,
    /// The folder of the archive that `root` stands for.
    folder: &'a Path,
    kept: bool,
    /// The entry added last, as written.
    last: PathBuf,
    /// Links to make once all files are there: path below the root, target as written; and how long all of these are.
    links: Vec<(PathBuf, PathBuf)>,
    link_bytes: usize,
}

/// The longest path and the longest name in it that a system takes.
const LONGEST_PATH: usize = 4096;
const LONGEST_NAME: usize = 255;
/// The most bytes that paths and targets of links are held in until all files are there.
const LINK_BYTES: usize = 64 << 20;

impl<'a> Tree<'a> {
    pub(crate) fn new(
        archive: &'a Path,
        root: &'a Path,
        gauge: Gauge,
        max_bytes: u64,
        folder: Option<&'a Path>,
    ) -> Self {
        let (kept, folder) = (folder.is_none(), folder.unwrap_or(Path::new("")));
        let (last, links) = (PathBuf::new(), Vec::new());
        Self { archive, root, gauge, max_bytes, written: 0, folder, kept, last, links, link_bytes: 0 }
    }

    /// Writes one entry, and reads it to its end so that the next one's header follows.
    pub(crate) fn add<R: Read>(&mut self, mut entry: Entry<'_, R>) -> Result<(), DownloadError> {
        self.gauge.open_entry();
        let name = entry.path().map_err(|why| self.damaged(why))?.into_owned();
        let path = inside(&name).map_err(|problem| self.unsafe_entry(&name, problem))?;
        let kind = entry.header().entry_type();
        if !kind.is_pax_global_extensions() {
            self.check_kind(kind, &name)?;
            if let Ok(path) = path.strip_prefix(self.folder) {
                self.kept = true;
                self.place(kind, &name, path, &mut entry)?;
            }
        }
        io::copy(&mut entry, &mut io::sink()).map_err(|why| self.damaged(why))?;
        self.gauge.close_entry();
        self.last = name;
        Ok(())
    }

    /// Makes the links, and reads the rest of the archive so that its own checksum is looked at.
    pub(crate) fn finish(self, mut rest: impl Read) -> Result<(), DownloadError> {
        self.gauge.open_entry();
        io::copy(&mut rest, &mut io::sink()).map_err(|why| self.damaged(why))?;
        if !self.kept {
            let (archive, folder) = (self.archive.into(), self.folder.into());
            return Err(DownloadError::MissingFolder { archive, folder });
        }
        for (path, target) in &self.links {
            // The way up from a link is counted by its letters: it must not lie behind another link.
            if path.ancestors().skip(1).any(|above| self.root.join(above).is_symlink()) {
                return Err(self.unsafe_entry(path, "lies below a link"));
            }
            let link = self.make_way(path)?;
            symlink(target, &link).map_err(|why| DownloadError::write(&link, why))?;
        }
        Ok(())
    }

    fn check_kind(&self, kind: EntryType, name: &Path) -> Result<(), DownloadError> {
        let problem = match kind {
            EntryType::Regular
            | EntryType::Continuous
            | EntryType::GNUSparse
            | EntryType::Directory
            | EntryType::Symlink
            | EntryType::Link => return Ok(()),
            EntryType::Char | EntryType::Block => "is a device",
            EntryType::Fifo => "is a named pipe",
            _ => "is no file, folder or link",
        };
        Err(self.unsafe_entry(name, problem))
    }

    fn place(
        &mut self,
        kind: EntryType,
        name: &Path,
        path: &Path,
        entry: &mut Entry<'_, impl Read>,
    ) -> Result<(), DownloadError> {
        let link = entry.link_name().map_err(|why| self.damaged(why))?.unwrap_or_default();
        match kind {
            EntryType::Directory => self.make_folder(path, path),
            EntryType::Symlink => {
                if link.as_os_str().len() > LONGEST_PATH {
                    return Err(
                        self.unsafe_entry(name, "is a symbolic link to a path that is longer than paths can be")
                    );
                }
                let depth = path.components().count().saturating_sub(1);
                if !stays(&link, depth) {
                    let problem = format!("is a symbolic link that leaves the folder, to `{}`", link.display());
                    return Err(self.unsafe_entry(name, &problem));
                }
                self.link_bytes += path.as_os_str().len() + link.as_os_str().len();
                if self.link_bytes > LINK_BYTES {
                    return Err(self.unsafe_entry(name, "is a link after too many others"));
                }
                self.links.push((path.into(), link.into_owned()));
                Ok(())
            }
            EntryType::Link => {
                // No symbolic link exists yet, so a path without `..` is what it looks like.
                let below = inside(&link).ok();
                let below = below.as_deref().and_then(|below| below.strip_prefix(self.folder).ok());
                let Some(original) = below.map(|below| self.root.join(below)).filter(|file| file.is_file()) else {
                    let problem = format!("is a hard link to `{}`, which is no earlier file of it", link.display());
                    return Err(self.unsafe_entry(name, &problem));
                };
                if original == self.root.join(path) {
                    return Err(self.unsafe_entry(name, "is a hard link to itself"));
                }
                let file = self.make_way(path)?;
                fs::hard_link(original, &file).map_err(|why| DownloadError::write(&file, why))
            }
            _ => self.write(path, entry),
        }
    }

    /// The content is counted as it is written, too: a sparse file has holes that the archive does not hold.
    fn write(&mut self, path: &Path, entry: &mut Entry<'_, impl Read>) -> Result<(), DownloadError> {
        let left = self.max_bytes.saturating_sub(self.written);
        if entry.size() > left {
            return Err(self.too_large());
        }
        let path = self.make_way(path)?;
        let mut file = File::create_new(&path).map_err(|why| DownloadError::write(&path, why))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = match entry.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.damaged(error)),
            };
            self.written += read as u64;
            io::Write::write_all(&mut file, &buffer[..read]).map_err(|why| DownloadError::write(&path, why))?;
        }
    }

    /// The place of `path`, its folder made and an earlier entry of the same name removed, as `tar` has it.
    fn make_way(&self, below: &Path) -> Result<PathBuf, DownloadError> {
        let path = self.root.join(below);
        self.make_folder(below.parent().unwrap_or(Path::new("")), below)?;
        match path.symlink_metadata() {
            Ok(there) if there.is_dir() => {
                return Err(self.unsafe_entry(below, "stands where a folder is"));
            }
            Ok(_) => {
                fs::remove_file(&path).map_err(|why| DownloadError::write(&path, why))?;
            }
            Err(_) => {}
        }
        Ok(path)
    }

    /// The folder of an entry, or the entry where it is one.
    fn make_folder(&self, below: &Path, entry: &Path) -> Result<(), DownloadError> {
        let folder = self.root.join(below);
        fs::create_dir_all(&folder).map_err(|why| match why.kind() {
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists if folder.is_file() && below == entry => {
                self.unsafe_entry(entry, "is a folder where a file is")
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                self.unsafe_entry(entry, "lies below a file")
            }
            _ => DownloadError::write(&folder, why),
        })
    }

    /// What a failure to read the archive means: a limit that the meter enforces, or damage.
    pub(crate) fn damaged(&self, why: io::Error) -> DownloadError {
        match self.gauge.passed() {
            Some(Passed::Bytes) => self.too_large(),
            Some(Passed::Header) => self.unsafe_entry(&self.last, "is followed by a header of more than 1 MiB"),
            None => DownloadError::Damaged { archive: self.archive.into(), why },
        }
    }

    fn too_large(&self) -> DownloadError {
        DownloadError::TooLarge { archive: self.archive.into(), limit: self.max_bytes }
    }

    fn unsafe_entry(&self, name: &Path, problem: &str) -> DownloadError {
        /// Letters that are told of a path.
        const SHOWN: usize = 200;
        let entry = match shortened(&name.to_string_lossy(), SHOWN) {
            Cow::Owned(text) => text.into(),
            Cow::Borrowed(_) => name.into(),
        };
        DownloadError::Unsafe { archive: self.archive.into(), entry, problem: problem.into() }
    }
}

/// `path` without `.`, if it goes down only and a system can have it.
fn inside(path: &Path) -> Result<PathBuf, &'static str> {
    if path.as_os_str().len() > LONGEST_PATH || path.iter().any(|name| name.len() > LONGEST_NAME) {
        return Err("is longer than paths and names can be");
    }
    let mut inside = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir => return Err("contains `..`"),
            Component::RootDir | Component::Prefix(_) => return Err("has an absolute path"),
        }
    }
    Ok(inside)
}

/// Whether a link `depth` folders below the root points to something below the root. `..` counts only in front:
/// after a name it might go up from wherever another link leads.
fn stays(target: &Path, depth: usize) -> bool {
    let mut components = target.components().filter(|component| *component != Component::CurDir).peekable();
    let mut up = 0;
    while components.next_if_eq(&Component::ParentDir).is_some() {
        up += 1;
    }
    up <= depth && components.all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _link: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "symbolic links are unpacked on Unix only"))
}
