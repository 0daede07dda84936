//! Reading of what somebody else put there: files, and nothing that only looks like one.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a regular file, at most `most` of them.
///
/// A pipe would be waited for without end, and a device may never come to one, so what the path leads to is looked at before it is
/// opened. A file that is longer, also one that only says so, is refused before anything is read.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("labels.csv");
/// std::fs::write(&path, "file,breed\n")?;
/// assert_eq!(firelight_files::read_regular(&path, 1 << 20)?.len(), 11);
/// assert!(firelight_files::read_regular(&path, 10).is_err());
/// assert!(firelight_files::read_regular(folder.path(), 1 << 20).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// What the system says; [`io::ErrorKind::InvalidInput`] for what is no regular file, and [`io::ErrorKind::FileTooLarge`] for a longer
/// one, both in words that follow a path and a colon.
pub fn read_regular(path: impl AsRef<Path>, most: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let too_long = |bytes: u64| {
        let said = format!("it has {bytes} bytes or more, and no more than {most} are read of such a file");
        Err(io::Error::new(io::ErrorKind::FileTooLarge, said))
    };
    let length = file.metadata()?.len();
    if length > most {
        return too_long(length);
    }
    // A file may grow while it is read.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { too_long(bytes.len() as u64) } else { Ok(bytes) }
}

/// Opens a regular file to read it piece by piece; otherwise as [`read_regular`].
///
/// ```
/// assert!(firelight_files::open_regular(".").is_err());
/// ```
///
/// # Errors
///
/// What the system says, and [`io::ErrorKind::InvalidInput`] for what is no regular file.
pub fn open_regular(path: impl AsRef<Path>) -> io::Result<File> {
    // Opening a pipe waits for a writer, so what it is has to be known before.
    regular(fs::metadata(&path)?.file_type())?;
    let file = File::open(path)?;
    regular(file.metadata()?.file_type())?;
    Ok(file)
}

fn regular(kind: FileType) -> io::Result<()> {
    match what_else(kind) {
        None => Ok(()),
        Some(what) => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {what}, and no file"))),
    }
}

/// What something is that is no regular file: `a folder`, `a pipe`, `a socket`, `a device`; `None` of a regular one. Links are to be followed
/// before ([`fs::metadata`]).
///
/// ```
/// assert_eq!(firelight_files::what_else(std::fs::metadata(".")?.file_type()), Some("a folder"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn what_else(kind: FileType) -> Option<&'static str> {
    match (kind.is_file(), kind.is_dir()) {
        (true, _) => None,
        (_, true) => Some("a folder"),
        _ => Some(special(kind)),
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}
