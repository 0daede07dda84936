//! The bytes of a regular file, as many as the limits allow.

use std::fs::{self, File, FileType};
use std::io::Read;
use std::path::Path;

use crate::{Limits, TransformError};

/// Reads a picture file whole. What is no regular file is refused: a pipe would block for ever and a device never end.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, TransformError> {
    let failed = |source| TransformError::Read { path: path.to_owned(), source };
    // Opening a pipe waits for a writer, so what it is has to be known before.
    let found = fs::metadata(path).map_err(|source| match fs::read_link(path) {
        Ok(target) => TransformError::BrokenLink { path: path.to_owned(), target },
        Err(_) => failed(source),
    })?;
    regular(path, found.file_type())?;
    let file = File::open(path).map_err(failed)?;
    let opened = file.metadata().map_err(failed)?;
    regular(path, opened.file_type())?;
    let limit = limits.file_bytes();
    let too_long = |bytes| TransformError::LargeFile { picture: path.display().to_string(), bytes, limit };
    if opened.len() > limit {
        return Err(too_long(opened.len()));
    }
    // A file may grow while it is read.
    let mut bytes = Vec::with_capacity(opened.len() as usize);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(too_long(bytes.len() as u64));
    }
    Ok(bytes)
}

fn regular(path: &Path, kind: FileType) -> Result<(), TransformError> {
    if kind.is_file() {
        return Ok(());
    }
    let what = if kind.is_dir() { "a folder" } else { special(kind) };
    Err(TransformError::NoFile { path: path.to_owned(), what })
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
