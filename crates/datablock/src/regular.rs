//! The bytes of tables and annotations.

use std::path::Path;

use firelight_files::read_regular;

use crate::DataError;

/// The most bytes that a table or a file of annotations may have: the largest that are published have a few hundred million.
pub(crate) const MOST: u64 = 4 << 30;
/// The most bytes that a file of one picture's annotations may have.
pub(crate) const MOST_OF_ONE: u64 = 64 << 20;

/// The bytes of a regular file, at most so many.
pub(crate) fn bytes_of(file: &Path, most: u64) -> Result<Vec<u8>, DataError> {
    read_regular(file, most).map_err(|why| DataError::Unreadable { path: file.to_path_buf(), why })
}
