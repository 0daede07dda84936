//! Atomic writes: files that are complete or not there at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::TempPath;

/// How the names of files under way end.
const PART: &str = ".firelight-part";
/// Letters that make the name of a part one of its own.
const LETTERS: usize = 6;

/// A file under way: written beside its place, under a name that nobody else has, and renamed when it is whole on the disk, so that a
/// killed program, a full disk or a crash of the system leaves what was there before, and of two writers the later one's file stays.
/// What a killed program has left of it goes when the file is written again.
///
/// A link is followed to its end, also to a file that is not there yet. A file that is there keeps its mode and, where the system allows
/// it, its owner. What is no regular file, such as a pipe or a device, is written straight: nothing can take its place.
///
/// ```
/// use std::io::Write;
/// use firelight_files::AtomicFile;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("table.csv");
/// let mut file = AtomicFile::create(&path)?;
/// writeln!(file, "actual,predicted")?;
/// assert!(!path.exists()); // dropped now, it would never have been
/// file.keep()?;
/// assert!(path.exists());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct AtomicFile {
    file: BufWriter<File>,
    /// Where it is, and where it goes; `None` where it is written straight.
    place: Option<(TempPath, PathBuf)>,
}

impl AtomicFile {
    /// Starts the file whose place is `path`.
    ///
    /// # Errors
    ///
    /// What the system says; a folder is in its place.
    pub fn create(path: &Path) -> io::Result<Self> {
        let straight = || Ok(Self { file: BufWriter::new(File::options().write(true).open(path)?), place: None });
        let (path, there) = match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => return straight(),
            Ok(there) => match fs::canonicalize(path) {
                Ok(place) => (place, Some(there)),
                // It is open somewhere, as standard output may be, and has no name any more.
                Err(_) => return straight(),
            },
            Err(_) => (end_of_links(path)?, None),
        };
        let prefix = prefix(path.file_name().unwrap_or_default());
        let mut parts = tempfile::Builder::new();
        parts.prefix(&prefix).suffix(PART);
        #[cfg(unix)]
        if there.is_none() {
            use std::os::unix::fs::PermissionsExt;
            // What a new file of anybody's has, less the process's mask; temporary files are their owner's alone by default.
            parts.permissions(fs::Permissions::from_mode(0o666));
        }
        sweep(&path, &prefix);
        loop {
            let (file, part) = parts.tempfile_in(folder(&path))?.into_parts();
            // Held until it is closed: it tells a sweep that somebody is at work. One that was quicker takes the part away. (Some network
            // disks have no locks, and no harm is done.)
            let swept = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
            if !swept && part.exists() {
                if let Some(there) = &there {
                    be_like(&file, there)?;
                }
                return Ok(Self { file: BufWriter::new(file), place: Some((part, path)) });
            }
        }
    }

    /// Puts the file in its place, once its content is on the disk, and then the folder's entry too.
    ///
    /// # Errors
    ///
    /// What the system says; what was there before then is there still.
    pub fn keep(mut self) -> io::Result<()> {
        self.file.flush()?;
        let Some((part, path)) = self.place else { return Ok(()) };
        self.file.get_ref().sync_all()?;
        part.persist(&path)?;
        sync_folder(&path)
    }
}

/// Writes a file whole or not at all: an atomic write, to a file beside `path` that takes its place once it is on the disk.
///
/// A link is followed; a pipe or a device is written straight.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("costs.csv");
/// firelight_files::write_whole(&path, b"actual,predicted,cost\n")?;
/// assert_eq!(std::fs::read(&path)?.len(), 22);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// What the system says; the file that was there before then is there still.
pub fn write_whole(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path.as_ref())?;
    file.write_all(bytes)?;
    file.keep()
}

/// Writes a value as JSON, indented and with a line's end, whole or not at all. The file's folder is made if it is not there.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("runs/out.json");
/// firelight_files::write_json(&path, &["beagle", "pug"])?;
/// assert!(std::fs::read_to_string(&path)?.ends_with("\"pug\"\n]\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// What the system says, or the format of the value.
pub fn write_json(path: impl AsRef<Path>, value: &impl Serialize) -> io::Result<()> {
    let path = path.as_ref();
    let text = serde_json::to_string_pretty(value)? + "\n";
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    write_whole(path, text.as_bytes())
}

/// Whether [`AtomicFile::create`] would do, found out before hours of work for the file: nothing is left of the try, and what is there stays as
/// it is. A disk may be full by then all the same.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// assert!(firelight_files::can_write(folder.path().join("model")).is_ok());
/// assert!(firelight_files::can_write(folder.path().join("no-folder/model")).is_err());
/// assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// What the system says.
pub fn can_write(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    // Opening a pipe tells whoever reads from it that it is written, and closing it that this is all.
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return Ok(());
    }
    AtomicFile::create(path).map(drop)
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Where a path leads to nothing, link by link.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST {
        let Ok(target) = fs::read_link(&path) else { return Ok(path) };
        path = folder(&path).join(target);
    }
    Err(io::Error::other("it is a link that leads in a circle"))
}

/// Gives a new file the mode of the one that it replaces, and its owner where the system allows it.
#[cfg(unix)]
fn be_like(file: &File, there: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) != (there.uid(), there.gid()) {
        let _ = fchown(file, Some(there.uid()), Some(there.gid()));
    }
    file.set_permissions(there.permissions())
}

/// Other systems have no modes, and a file that may not be written is not replaced.
#[cfg(not(unix))]
fn be_like(_file: &File, there: &Metadata) -> io::Result<()> {
    if there.permissions().readonly() { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
}

/// How the names of a file's parts begin: as its own, shortened where the system has no room for more.
fn prefix(name: &OsStr) -> OsString {
    const LONGEST: usize = 255;
    let room = LONGEST - 1 - LETTERS - PART.len();
    let mut prefix = match name.to_str() {
        Some(text) => text[..text.floor_char_boundary(room)].into(),
        None => name.to_os_string(),
    };
    prefix.push(".");
    prefix
}

/// Removes the parts of a file that programs left which were killed while they wrote them. What cannot be removed does no harm but to
/// the disk.
fn sweep(path: &Path, prefix: &OsStr) {
    let is_part = |name: &OsStr| {
        let name = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        let letters = name.and_then(|name| name.strip_suffix(PART.as_bytes()));
        letters.is_some_and(|letters| letters.len() == LETTERS && letters.iter().all(u8::is_ascii_alphanumeric))
    };
    for entry in fs::read_dir(folder(path)).into_iter().flatten().flatten() {
        let (left, file) = (entry.path(), entry.file_type().is_ok_and(|kind| kind.is_file()));
        // Held until it is gone, so that nobody takes it up meanwhile.
        if file
            && is_part(&entry.file_name())
            && let Ok(part) = File::open(&left)
            && part.try_lock().is_ok()
        {
            let _ = fs::remove_file(&left);
        }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A rename is on the disk once its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

/// Other systems do not open folders.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// B37: two writers have parts of their own, and what a user calls `NAME.part` is the user's.
    #[test]
    fn writers_do_not_meet_before_their_files_are_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("table.csv");
        std::fs::write(folder.path().join("table.csv.part"), "mine").expect("a file");
        let (mut one, mut other) =
            (AtomicFile::create(&path).expect("a part"), AtomicFile::create(&path).expect("a part"));
        one.write_all(&b"one".repeat(9999)).expect("written");
        other.write_all(b"other").expect("written");
        one.keep().expect("kept");
        assert_eq!(std::fs::read(&path).expect("bytes"), b"one".repeat(9999));
        // What a killed program has left: nobody holds it.
        std::fs::write(folder.path().join("table.csv.a1B2c3.firelight-part"), "half").expect("a file");
        drop(AtomicFile::create(&path).expect("a part of a third writer"));
        assert_eq!(names(folder.path()).len(), 3, "the part of the one that still writes, the table, and the user's");
        other.keep().expect("kept");
        assert_eq!(std::fs::read(&path).expect("bytes"), b"other");
        drop(AtomicFile::create(&path).expect("a part that is given up"));
        assert_eq!(names(folder.path()), ["table.csv", "table.csv.part"]);
        assert_eq!(std::fs::read(folder.path().join("table.csv.part")).expect("bytes"), b"mine");
    }

    /// Of many writers none takes another's part away.
    #[test]
    fn writers_of_one_file_all_come_to_their_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("table.csv");
        let write = || (0..400).try_for_each(|number| write_whole(&path, format!("{number}").as_bytes()));
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4).map(|_| scope.spawn(write)).collect();
            for writer in writers {
                writer.join().expect("a writer").expect("every write");
            }
        });
        assert_eq!(names(folder.path()), ["table.csv"]);
    }

    #[test]
    fn names_may_be_as_long_as_the_system_has_room_for() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["x".repeat(255), format!("x{}", "é".repeat(127)), "x".repeat(250)] {
            write_whole(folder.path().join(&name), b"whole").expect("written");
            assert_eq!(std::fs::read(folder.path().join(&name)).expect("bytes"), b"whole");
        }
        assert_eq!(names(folder.path()).len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_modes_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&real, "old").expect("a file");
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        symlink("real", &link).expect("a link");
        let mut file = AtomicFile::create(&link).expect("a part");
        file.write_all(b"new").expect("written");
        file.keep().expect("kept");
        assert_eq!(std::fs::read(&real).expect("bytes"), b"new");
        assert!(std::fs::symlink_metadata(&link).expect("a link").is_symlink());
        assert_eq!(std::fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o600);
    }

    /// Whatever the process's mask is, and wherever links lead.
    #[cfg(unix)]
    #[test]
    fn every_mode_stays_and_links_lead_to_files_that_are_not_there_yet() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("table.csv");
        for mode in [0o600, 0o640, 0o666, 0o777] {
            std::fs::write(&path, "old").expect("a file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
            write_whole(&path, b"new").expect("written");
            assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, mode);
        }
        std::fs::create_dir(folder.path().join("below")).expect("a folder");
        symlink("second", folder.path().join("first")).expect("a link");
        symlink("below/real", folder.path().join("second")).expect("a link");
        write_whole(folder.path().join("first"), b"new").expect("written");
        assert_eq!(std::fs::read(folder.path().join("below/real")).expect("bytes"), b"new");
        assert!(std::fs::symlink_metadata(folder.path().join("first")).expect("a link").is_symlink());
        symlink("circle", folder.path().join("circle")).expect("a link");
        let said = write_whole(folder.path().join("circle"), b"new").expect_err("a circle").to_string();
        assert!(said.contains("leads in a circle"), "{said}");
    }
}
