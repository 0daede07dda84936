//! What can go wrong between a folder of files and a batch.

use std::path::PathBuf;

use firelight_transforms::TransformError;
use firelight_vocab::Likeness;

use crate::unfit::names;
use crate::{AnnotationError, Unfit};

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
    #[error("source: cannot read {path}: {why}; check its permissions", path = .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The source has no files of the endings that it looks for, most often pictures.
    #[error("source: no such files in {path} (looked for {looked_for}); check the folder, its file endings and the folder filter", path = .path.display())]
    NoPictures {
        /// The folder searched.
        path: PathBuf,
        /// The endings, or folders, that were searched for.
        looked_for: String,
    },
    /// A recipe of items of one's own was not told where they come from.
    #[error(
        "source: nothing tells where items of type {item} come from; give the recipe a source (`with_source`), or a list (`dataloaders_of`)"
    )]
    NoSource {
        /// The type of the items.
        item: &'static str,
    },
    /// A splitter left a part empty or was asked for something impossible.
    #[error("splitter: {what}; {remedy}")]
    Split {
        /// What the splitter found.
        what: String,
        /// What to change.
        remedy: String,
    },
    /// The parts that a splitter gave do not fit the items.
    #[error(
        "splitter: item {item}{} {what}; every item may be in one part, once, and numbers count from 0",
        path.as_ref().map(|path| format!(" ({})", path.display())).unwrap_or_default()
    )]
    SplitItem {
        /// The number of the item.
        item: usize,
        /// The item, where there is one of this number.
        path: Option<PathBuf>,
        /// What is wrong with it, as `is in both parts`.
        what: String,
    },
    /// A list of items has the same file twice, which could be in both parts.
    #[error(
        "items: {} is listed twice (items {first} and {second}); list every file once, and let `with_item_weights` draw some more often",
        path.display()
    )]
    Repeated {
        /// The file, as it is listed the second time.
        path: PathBuf,
        /// Where it stands first.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
    /// Two items are one file behind a link, which could be in both parts.
    #[error(
        "items: {} and {} are one file, by a link, which could train and validate; leave one of them out, as with \
         `ImageFiles::in_folders`, or remove the link",
        paths[0].display(), paths[1].display()
    )]
    Linked {
        /// The file, as it is listed first and as it is listed again.
        paths: [PathBuf; 2],
    },
    /// A file of both parts, where these were made by hand.
    #[error(
        "loader: {} of the training part is in the validation part{}; give every file to one of them",
        train.display(), if train == valid { String::new() } else { format!(", as {}", valid.display()) }
    )]
    InBothParts {
        /// The file, as the training part has it.
        train: PathBuf,
        /// The file, as the validation part has it.
        valid: PathBuf,
    },
    /// The parts have different classes, where these were made by hand.
    #[error(
        "loader: the parts have different classes: class {class} is {train} in training and {valid} in validation; give the \
         validation part a clone of what the training part was fitted to (`Dataset::fitted`)"
    )]
    OtherClasses {
        /// The first class that differs.
        class: usize,
        /// Its name in training, in quotes, or `nothing`.
        train: String,
        /// Its name in validation, likewise.
        valid: String,
    },
    /// A table cannot be read, or has not what is asked of it.
    #[error("table: {}{}: {what}; {remedy}", path.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Table {
        /// The table's file.
        path: PathBuf,
        /// The line, counted from 1, where it is about one.
        line: Option<u64>,
        /// What is wrong.
        what: String,
        /// What to change.
        remedy: String,
    },
    /// Annotations of pictures that are not there, or cannot be read.
    #[error(transparent)]
    Annotation(#[from] AnnotationError),
    /// Corrections that cannot be read, or are of other data.
    #[error(transparent)]
    Corrections(#[from] firelight_doctor::DoctorError),
    /// Lists of files and of labels that do not belong together.
    #[error("lists: there are {files} file(s) and {labels} label(s); give one label for each file, in order")]
    Lists {
        /// How many files.
        files: usize,
        /// How many labels.
        labels: usize,
    },
    /// Items whose files are not there.
    #[error(
        "input: {count} of {items} item(s) have a file that is not there, the first: {}{}; check the folder and the names, or \
         leave these items out",
        item.display(), if item == file { String::new() } else { format!(" has {}", file.display()) }
    )]
    MissingFiles {
        /// How many items.
        count: usize,
        /// Of how many.
        items: usize,
        /// The first of them.
        item: PathBuf,
        /// Its file.
        file: PathBuf,
    },
    /// Two items have one file, which could be in both parts.
    #[error(
        "input: {} and {} have one file, {}, which could train and validate; leave one of them out, or allow it with \
         `ImageBlock::with_shared_files` and keep such items together with `GroupSplitter`",
        items[0].display(), items[1].display(), file.display()
    )]
    SharedFile {
        /// The two items.
        items: [PathBuf; 2],
        /// Their file.
        file: PathBuf,
    },
    /// A labeller found no label in an item's name.
    #[error("labeller: {labeller} finds no label in {path}; change the labeller or leave the file out", path = .path.display())]
    NoLabel {
        /// The labeller, with its pattern.
        labeller: String,
        /// The item.
        path: PathBuf,
    },
    /// A name that is not UTF-8, which no label can be read from without merging different ones.
    #[error("labeller: {labeller} finds no label in {path:?}, whose name is not UTF-8; rename it")]
    NotUnicode {
        /// The labeller, with its pattern.
        labeller: String,
        /// The item.
        path: PathBuf,
    },
    /// A label without a letter, or of white space and invisible characters alone.
    #[error(
        "labeller: the label of {} is {}; change the labeller or leave the file out, or, if it is meant, give the block a \
         vocab with {label:?} in it by `with_vocab`",
        path.display(), if label.is_empty() { "empty".to_owned() } else { format!("{label:?}, which looks empty") }
    )]
    EmptyLabel {
        /// The label.
        label: String,
        /// The item.
        path: PathBuf,
    },
    /// Two labels that no reader can tell apart.
    #[error(
        "vocab: the labels {:?} (first: {}) and {:?} (first: {}) differ in {likeness} alone; make them one in the labeller or \
         rename the files, or, if both are meant, give the block its vocab with `with_vocab`",
        labels[0], paths[0].display(), labels[1], paths[1].display()
    )]
    AlikeLabels {
        /// The two labels.
        labels: [String; 2],
        /// The first training item of each.
        paths: [PathBuf; 2],
        /// In what they differ.
        likeness: Likeness,
    },
    /// No training item has any label, so there is nothing to tell apart.
    #[error(
        "vocab: none of the {items} training item(s) has a label, so there is no class to learn; check the labeller"
    )]
    NoClasses {
        /// How many items train.
        items: usize,
    },
    /// A pattern is not a regular expression, or captures nothing.
    #[error("labeller: the pattern {pattern:?} cannot be used: {why}")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// Why not.
        why: String,
    },
    /// Labels that only items outside the training part have, though the vocab is made of the training items.
    #[error(
        "vocab: {items} item(s) outside the training part have a label that no training item has: {}; first: {}. Split so that every class is in \
         the training part (`StratifiedSplitter`), leave these files out, or give the block its vocab with `with_vocab`",
        names(labels), path.display()
    )]
    OnlyInValidation {
        /// How many items have such a label, or several.
        items: usize,
        /// The labels, each with its number of items.
        labels: Vec<Unfit>,
        /// The first such item.
        path: PathBuf,
    },
    /// Labels that are not in a vocab that was given.
    #[error(
        "vocab: {items} item(s) have a label that is not in the vocab that was given: {}; first: {}. Correct the labels, leave \
         these files out, or add the class(es) to the vocab",
        names(labels), path.display()
    )]
    UnknownLabel {
        /// How many items have such a label, or several; 1 of a [`FittedTarget::target`](crate::FittedTarget::target).
        items: usize,
        /// The labels, each with its number of items and the class that is spelled most like it.
        labels: Vec<Unfit>,
        /// The first such item.
        path: PathBuf,
    },
    /// A target block gave another number of targets than there are training items.
    #[error(
        "target block: {block} gave {targets} target(s) for {items} training item(s); `fit` gives one for each, in order"
    )]
    Targets {
        /// The block.
        block: String,
        /// How many targets it gave.
        targets: usize,
        /// How many items there are.
        items: usize,
    },
    /// An item's numbers do not fit a regression.
    #[error("labels: {path} has {what}; {remedy}", path = .path.display())]
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
    /// A setting has no meaning.
    #[error("loader: {setting} = {value} makes no sense; {remedy}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// The value given.
        value: String,
        /// What would.
        remedy: String,
    },
    /// A parameter of the transforms is outside its range.
    #[error(transparent)]
    Transforms(TransformError),
    /// A part without items.
    #[error("loader: the {part} part has no items; give it at least one")]
    NoItems {
        /// Which part: `training`, `validation` or `test`.
        part: &'static str,
    },
    /// A third part was asked for, and there is none.
    #[error("loader: the recipe keeps no part for testing; give it a splitter that does, as `HoldOut`")]
    NoTestPart,
    /// Too few items for one batch.
    #[error(
        "loader: the {part} part has {items} item(s) an epoch, fewer than one batch of {batch_size}, and a last \
         partial batch is dropped; use `with_batch_size({items})` or smaller, or `with_drop_last(false)`"
    )]
    NoBatch {
        /// Which part.
        part: &'static str,
        /// Items of an epoch.
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
    /// Every picture of an epoch was broken and skipped.
    #[error(
        "loader: all {count} pictures {}of the {part} part are broken, the first: {first}; check the folder with `verify_images`",
        if count == items { String::new() } else { format!("that were tried of the {items} ") }
    )]
    AllBroken {
        /// Which part.
        part: &'static str,
        /// How many pictures were tried: those of one epoch, which need not be all.
        count: usize,
        /// How many the part has.
        items: usize,
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
    /// A picture could not be read, decoded or transformed; the reason names the stage and the file.
    #[error("{why}")]
    Picture {
        /// The file.
        path: PathBuf,
        /// Stage and reason.
        why: TransformError,
    },
    /// Code that a user may have written panicked: a block, a closure, a labeller or a splitter.
    #[error("{stage}: a panic on {item}: {why}; code of your own returns an error where it cannot go on")]
    Panicked {
        /// Which kind of code.
        stage: &'static str,
        /// The item that it worked on.
        item: String,
        /// What the panic said.
        why: String,
    },
    /// The folder of a cache could not be made, read or written.
    #[error("cache: cannot use {folder}: {why}; give a folder that can be written, or `Cache::memory`", folder = .folder.display())]
    Cache {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The worker threads could not be started.
    #[error("loader: the worker threads cannot be started: {why}; try fewer with `with_workers`")]
    Workers {
        /// What the system said.
        why: String,
    },
    /// The thread that makes batches ended before its epoch did.
    #[error("loader: no batch could be made: {why}; please report this with the recipe")]
    Stopped {
        /// What its panic said.
        why: String,
    },
}
