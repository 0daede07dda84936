//! What can go wrong between a folder of files and a batch.

use std::path::PathBuf;

use firelight_transforms::TransformError;
use firelight_vocab::VocabError;

/// A failure of the data side: what happened, to which file, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The source folder is not there, or is not a folder.
    #[error("source: there is no folder at {path}; check the path, or download the data set first", path = .path.display())]
    NoFolder {
        /// The path as given.
        path: PathBuf,
    },
    /// A folder or file of the source could not be read.
    #[error("source: cannot read {path}: {source}; check its permissions", path = .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The source has no pictures.
    #[error("source: no picture files in {path} (looked for {looked_for}); check the folder, its file endings and the folder filter", path = .path.display())]
    NoPictures {
        /// The folder searched.
        path: PathBuf,
        /// The endings, or folders, that were searched for.
        looked_for: String,
    },
    /// A splitter left a part empty or was asked for something impossible.
    #[error("splitter: {what}; {remedy}")]
    Split {
        /// What the splitter found.
        what: String,
        /// What to change.
        remedy: String,
    },
    /// A labeller found no label in an item's name.
    #[error("labeller: {labeller} finds no label in {path}; change the labeller or leave the file out", path = .path.display())]
    NoLabel {
        /// The labeller, with its pattern.
        labeller: String,
        /// The item.
        path: PathBuf,
    },
    /// A pattern is not a regular expression, or captures nothing.
    #[error("labeller: the pattern {pattern:?} cannot be used: {why}")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// Why not.
        why: String,
    },
    /// Labels that only validation items have.
    #[error(
        "vocab: {count} validation item(s) have a label that no training item has: {labels}; \
         first: {path}. Split so that every class is in the training part, leave these files out, \
         or give the block its vocab with `with_vocab`",
        path = .path.display()
    )]
    OnlyInValidation {
        /// How many items.
        count: usize,
        /// The labels, quoted and comma-separated, each with its number of items.
        labels: String,
        /// The first such item.
        path: PathBuf,
    },
    /// An item's label is not in a vocab that the user gave.
    #[error("vocab: the label of {path} does not fit: {source}", path = .path.display())]
    UnknownLabel {
        /// The item.
        path: PathBuf,
        /// Which label, with the nearest class.
        source: VocabError,
    },
    /// An item's numbers do not fit a regression.
    #[error("regression: {path} has {what}; {remedy}", path = .path.display())]
    Values {
        /// The item.
        path: PathBuf,
        /// What is wrong with its numbers.
        what: String,
        /// What to change.
        remedy: String,
    },
    /// Weights that items cannot be drawn with.
    #[error("sampling: {what}; {remedy}")]
    Sampling {
        /// What is wrong with them.
        what: String,
        /// What to change.
        remedy: String,
    },
    /// Too few training items for one batch.
    #[error(
        "loader: the training part has {items} item(s), fewer than one batch of {batch_size}, and a last \
         partial batch is dropped; use `with_batch_size({items})` or smaller, or `with_drop_last(false)`"
    )]
    NoBatch {
        /// Items in the training part.
        items: usize,
        /// The batch size asked for.
        batch_size: usize,
    },
    /// Two pictures of a batch have different sizes.
    #[error(
        "collate: pictures of one batch differ in size: {first} is {first_size}, {second} is {second_size}; \
         add `with_item_transform(Resize::crop(…))` or another transform that fixes the size",
        first = .first.display(), second = .second.display()
    )]
    MixedSizes {
        /// The batch's first picture.
        first: PathBuf,
        /// Its size, width × height.
        first_size: String,
        /// The first picture that differs.
        second: PathBuf,
        /// Its size, width × height.
        second_size: String,
    },
    /// Every picture of a batch was broken and skipped.
    #[error(
        "loader: all {count} pictures of a batch are broken, first: {first}; check the folder with `verify_images`"
    )]
    AllBroken {
        /// Pictures in the batch.
        count: usize,
        /// The first one's error.
        first: String,
    },
    /// None of the pictures that the normalisation is measured on can be used.
    #[error(
        "normalize: none of the {count} training picture(s) of the sample has colours to measure: {why}; check the \
         folder with `verify_images`, or give the statistics with `with_normalize`"
    )]
    NoColours {
        /// Pictures in the sample.
        count: usize,
        /// The first one's error.
        why: String,
    },
    /// A picture could not be read, decoded or transformed; the source names the stage and the file.
    #[error("{source}")]
    Picture {
        /// The file.
        path: PathBuf,
        /// Stage and reason.
        source: TransformError,
    },
    /// The worker threads could not be started or died.
    #[error("loader: the worker threads failed: {why}; try fewer with `with_workers`")]
    Workers {
        /// What the system or the panic said.
        why: String,
    },
}
