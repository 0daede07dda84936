use std::path::PathBuf;

use thiserror::Error;

/// Why an examination is refused, or corrections are not read.
///
/// Items are counted from 0 in the order in which they were given, lines of a file from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the words of the texts")]
pub enum DoctorError {
    /// Lists that should have one entry for each item.
    #[error("{what}: there are {given} for {items} items; give one for each, in the same order")]
    Length { what: &'static str, given: usize, items: usize },
    /// A row that is too short or too long.
    #[error("{what} of item {item}: {given} numbers, and {expected} in the first row; give rows of one length")]
    Columns { what: &'static str, item: usize, given: usize, expected: usize },
    /// A number that is no probability.
    #[error(
        "probabilities of item {item}: {value} for class {class} is outside [0,1]; give probabilities (a softmax's or sigmoids'), not \
         logits"
    )]
    Probability { item: usize, class: usize, value: f32 },
    /// A class number that no column has.
    #[error("label of item {item}: class {class} of {classes}; classes count from 0, one column of probabilities each")]
    UnknownClass { item: usize, class: usize, classes: usize },
    /// Probabilities of another number of classes than the vocab's.
    #[error(
        "probabilities: {columns} columns for {classes} classes; give a column for each class, in the vocab's order"
    )]
    Classes { columns: usize, classes: usize },
    /// Features with NaN, an infinity, or nothing but zeros, which have no direction.
    #[error("features of item {item}: {reason}; leave the item out, or compute its features again")]
    Features { item: usize, reason: &'static str },
    /// A setting outside its range.
    #[error("{name} is {value}, which must be {range}")]
    Setting { name: &'static str, value: f64, range: &'static str },
    /// Corrections that cannot be read or written.
    #[error("corrections: cannot {verb} {}: {why}; check the path and its permissions", path.display())]
    File { verb: &'static str, path: PathBuf, why: std::io::Error },
    /// The page to decide on cannot be served.
    #[cfg(feature = "page")]
    #[error("page: cannot be served on port {port}: {why}; choose another port")]
    Serve { port: u16, why: std::io::Error },
    /// Corrections that say nothing, or two things.
    #[error("corrections: {}, line {line}: {what}; {remedy}", path.display())]
    Corrections { path: PathBuf, line: u64, what: String, remedy: String },
    /// A correction of a label that the item has no longer.
    #[error(
        "corrections: {}, line {line}: {item:?} was {expected:?}, and is {found:?} now; examine the labels again, or remove the line",
        path.display()
    )]
    Stale { path: PathBuf, line: u64, item: String, expected: String, found: String },
}
