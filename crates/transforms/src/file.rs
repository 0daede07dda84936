//! The bytes of a regular file, as many as the limits allow.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;

use firelight_files::what_else;

use crate::{Limits, TransformError};

/// Reads a picture file whole. What is no regular file is refused: a pipe would block for ever and a device never end.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, TransformError> {
    let failed = |why| TransformError::Read { path: path.to_owned(), why };
    // Opening a pipe waits for a writer, so what it is has to be known before.
    let found = fs::metadata(path).map_err(|why| match fs::read_link(path) {
        Ok(target) if leads_nowhere(&why) => TransformError::BrokenLink { path: path.to_owned(), target },
        _ => failed(why),
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

/// Whether a link that cannot be followed is broken: there is nothing behind it, or it leads in a circle. Any other error, as of
/// permissions, says nothing of what is there.
#[doc(hidden)]
pub fn leads_nowhere(error: &io::Error) -> bool {
    // `ErrorKind::FilesystemLoop`, which is not stable.
    let circle = match std::env::consts::OS {
        "windows" => 1921,
        "linux" | "android" => 40,
        _ => 62,
    };
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(circle)
}

fn regular(path: &Path, kind: FileType) -> Result<(), TransformError> {
    match what_else(kind) {
        None => Ok(()),
        Some(what) => Err(TransformError::NoFile { path: path.to_owned(), what }),
    }
}
