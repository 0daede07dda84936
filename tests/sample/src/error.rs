//! What can go wrong while the sample set is drawn.

use std::io;
use std::path::PathBuf;

/// A failure of [`draw`](super::draw): the path, the stage and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// Not one picture was asked for.
    #[error(
        "the sample set needs at least 1 picture a breed, not 0; ask for 60 or more if a model is to learn from it"
    )]
    Empty,
    /// A folder could not be made.
    #[error("making the folder {} for the sample pictures failed: {why}; choose a place that you may write to", path.display())]
    MakeFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// The folder holds something that the program did not draw, so it is not replaced.
    #[error(
        "the folder {} holds {entry:?}, which is not a sample {what}; move it away or choose another folder for the sample set",
        path.display()
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// The name of the foreign file or folder.
        entry: String,
        /// What the folder is for: `picture` or `annotation`.
        what: &'static str,
    },
    /// The folder could not be listed.
    #[error("listing the sample folder {} failed: {why}; make it readable or choose another folder", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A picture or a trimap could not be encoded.
    #[error("encoding the sample picture {} failed: {why}; this is a defect of the program, please report it", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// Why.
        why: image::ImageError,
    },
    /// A file could not be written.
    #[error("writing the sample file {} failed: {why}; is the disk full?", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// The finished set could not be moved to its place, or the old one out of it.
    #[error("moving the sample set from {} to {} failed: {why}; close what uses these folders and try again", from.display(), to.display())]
    Move {
        /// Where it lies.
        from: PathBuf,
        /// Where it should lie.
        to: PathBuf,
        /// Why.
        why: io::Error,
    },
}
