//! What can be wrong with files that say what is in pictures.

use std::path::PathBuf;

/// Annotations that are not there, or cannot be read: of VOC, COCO, Oxford's lists, runs, masks and JSON files beside pictures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotationError {
    /// A file of annotations cannot be read as what it is to be, or contradicts itself.
    #[error("annotations: {}{}: {what}; {remedy}", path.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Unfit {
        /// The file, or the item that none can be found for.
        path: PathBuf,
        /// The line, counted from 1, where it is about one.
        line: Option<u64>,
        /// What is wrong.
        what: String,
        /// What to change.
        remedy: String,
    },
    /// An item has no file of annotations.
    #[error(
        "annotations: {} has no file at {}; check the folder and the names, leave the item out, or let items without a file have no \
         objects (`Voc::or_none`)",
        item.display(), file.display()
    )]
    NoFile {
        /// The item.
        item: PathBuf,
        /// Where its file would be.
        file: PathBuf,
    },
    /// The mask of an item is not there.
    #[error(
        "masks: {} has no mask at {}; check the folder and the names, or leave the item out", item.display(), file.display()
    )]
    NoMask {
        /// The item.
        item: PathBuf,
        /// Where its mask would be.
        file: PathBuf,
    },
    /// A JSON file beside a picture cannot be read as what it is to be.
    #[error("side file: {}: {why}; mend the file, or the type that it is read as", path.display())]
    SideFile {
        /// The JSON file.
        path: PathBuf,
        /// Why not, with line and column.
        why: serde_json::Error,
    },
}
