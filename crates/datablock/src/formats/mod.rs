//! Files of annotations as data sets have them.

mod coco;
mod files;
mod oxford;
mod runs;
mod voc;
mod voc_labels;

use std::path::Path;

pub use coco::{Coco, CocoFile, CocoObject, CocoPicture};
pub use files::Beside;
pub use oxford::{OxfordList, OxfordPet};
pub use runs::RleMasks;
pub use voc::{VocAnnotation, VocObject};
pub use voc_labels::{Voc, VocBox, VocBoxes, VocName, VocNames};

use crate::regular::{MOST, bytes_of};
use crate::{AnnotationError, DataError};

/// The text of a file, without a byte order mark.
fn text_of(file: &Path) -> Result<String, DataError> {
    let bytes = bytes_of(file, MOST)?;
    let mut text =
        String::from_utf8(bytes).map_err(|_| refusal(file, None, "its text is not UTF-8", "save it as UTF-8"))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Why a file is not what it is to be.
fn refusal(file: &Path, line: Option<u64>, what: impl Into<String>, remedy: impl Into<String>) -> DataError {
    AnnotationError::Unfit { path: file.to_path_buf(), line, what: what.into(), remedy: remedy.into() }.into()
}
