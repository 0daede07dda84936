use firelight_vocab::VocabError;
use thiserror::Error;

/// Why a mask is not counted, or a metric not made.
///
/// Every variant says what does not fit what; where there is a usual remedy, the text names it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the words of the texts")]
pub enum MetricError {
    /// A class name that the vocab does not know.
    #[error(transparent)]
    Vocab(#[from] VocabError),
    /// A row of outputs that is no map of the target's pixels.
    #[error(
        "a row of {numbers} numbers is no map of {classes} classes and {pixels} pixels; masks must have the size of the model's maps"
    )]
    MapLength { numbers: usize, classes: usize, pixels: usize },
    /// Two masks of different lengths.
    #[error(
        "the picked mask has {picked} pixels, the actual one {actual}; masks must have the size of the model's maps"
    )]
    MaskLength { picked: usize, actual: usize },
    /// A code that no class has. Pixels are counted from 0, in rows.
    #[error(
        "pixel {pixel} of the mask has code {code}, but there are {classes} classes; give a pixel that has none of them code 255"
    )]
    UnknownCode { pixel: usize, code: u8, classes: usize },
}
