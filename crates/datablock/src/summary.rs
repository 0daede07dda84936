//! What a recipe makes of its data, stage by stage.

use std::borrow::Borrow;
use std::fmt::{self, Display, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use firelight_transforms::{Chance, Picture, PictureTransforms, Scratch};

use crate::data_block::ItemOf;
use crate::dataset::Planes;
use crate::guard::guard;
use crate::item::{Item, Owned};
use crate::{DataBlock, DataError, DataLoaders, Dataset, FittedTarget, InputBlock, TargetBlock, split, unlisted};

/// Pictures in the batch that a summary collates.
const BATCH: usize = 4;

/// What [`DataBlock::summary`] found: a line for each stage, and where it stopped.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, parent_label};
///
/// let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label));
/// let summary = block.summary("flowers", &Device::flex());
/// println!("{summary}");
/// if let Some(error) = summary.failure() {
///     eprintln!("{error}");
/// }
/// ```
#[derive(Debug)]
pub struct Summary {
    text: String,
    failure: Option<DataError>,
}

impl Summary {
    /// What stopped the walk; `None` when every stage worked.
    pub fn failure(&self) -> Option<&DataError> {
        self.failure.as_ref()
    }

    fn line(&mut self, stage: &str, what: impl Display) {
        let _ = writeln!(self.text, "{stage:<10} {what}");
    }

    fn title(&mut self, title: impl Display) {
        let _ = writeln!(self.text, "\n{title}");
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.failure {
            None => f.write_str("\nevery stage works\n"),
            Some(error) => writeln!(f, "\nstopped: {error}"),
        }
    }
}

impl<X: InputBlock<ItemOf<Y>> + Clone, Y: TargetBlock> DataBlock<X, Y> {
    /// Walks the recipe over the pictures below `root`: the files, the split, the labels, the first training picture through
    /// every stage with what each makes of it (type, size, range), and a batch of four.
    ///
    /// It never fails. Where a stage does, the walk stops, and the summary says which stage, on which file, and what would
    /// help.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, parent_label};
    ///
    /// let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label));
    /// println!("{}", block.summary("pets", &Device::flex()));
    /// ```
    pub fn summary(&self, root: impl AsRef<Path>, device: &Device) -> Summary {
        let mut summary = Summary { text: String::new(), failure: None };
        summary.failure = self.walk(root.as_ref(), device, &mut summary).err();
        summary
    }

    fn walk(&self, root: &Path, device: &Device, summary: &mut Summary) -> Result<(), DataError> {
        self.check()?;
        let items = self.items(root)?;
        let first = items.first().map(|item| item.borrow().path().display().to_string()).unwrap_or_default();
        summary.line("source", format_args!("{} items below {}, the first {first}", items.len(), root.display()));
        let (all, beside) = (items.len(), self.beside(&items));

        let loaders = self.run(items, Some(root), device)?;
        let (train, valid) = (loaders.train().dataset(), loaders.valid().dataset());
        let splitter = split::in_words(self.splitter.as_ref())?;
        let test = loaders.test_part().map_or(0, |test| test.dataset().len());
        let left_out = loaders.changes().map_or(0, |changes| changes.left_out);
        let unused = all - train.len() - valid.len() - test - left_out;
        let rest = [(test, "to test"), (unused, "in no part")];
        let rest = rest.iter().filter(|(items, _)| *items > 0).map(|(items, which)| format!(", {items} {which}"));
        let (rest, train_items, valid_items) = (rest.collect::<String>(), train.len(), valid.len());
        summary.line("split", format_args!("{train_items} to train, {valid_items} to validate{rest} by {splitter}"));
        if let (Some(changes), Some(file)) = (loaders.changes(), &self.corrections) {
            summary.line("corrected", format_args!("{changes}, by {}", file.display()));
        }
        if let Some(vocab) = guard("target block", "its `vocab`", || Ok(train.fitted().vocab()))? {
            let ends = match vocab.names() {
                [first, .., last] => format!("from {first:?} (0) to {last:?} ({})", vocab.len() - 1),
                names => format!("{names:?}"),
            };
            let of = if self.given()?.is_some() { "of the vocab that was given" } else { "of the training part" };
            summary.line("vocab", format_args!("{} class(es) {of}, {ends}", vocab.len()));
        }
        for caution in loaders.cautions().into_iter().chain(beside) {
            summary.line("caution", caution);
        }
        sample(train, summary)?;
        batch(loaders, summary)
    }

    /// Pictures that lie beside the items' and that no item has, in a sentence.
    fn beside(&self, items: &[Owned<ItemOf<Y>>]) -> Option<String> {
        let files = |item: &ItemOf<Y>| {
            let files = guard("input block", item.path().display(), || self.input.files(item)).unwrap_or_default();
            [files, vec![item.path().into_owned()]].concat()
        };
        let files: Vec<PathBuf> = items.iter().flat_map(|item| files(item.borrow())).collect();
        let unlisted = unlisted::beside(&files, &self.progress);
        let first = unlisted.first()?.display();
        Some(format!(
            "files: {} picture(s) in the folders of the items' files belong to no item, the first {first}; list them, if they are meant",
            unlisted.len()
        ))
    }
}

/// The first training item, alone.
fn sample<F: FittedTarget>(train: &Dataset<F>, summary: &mut Summary) -> Result<(), DataError> {
    summary.title(format_args!("one sample, {}", train.path(0).display()));
    let picture = train.picture(0)?;
    read(&picture, summary);
    let target = guard("target block", train.path(0).display(), || Ok(format!("{:?}", train.targets()[0])))?;
    summary.line("target", format_args!("{} as {target}", in_words(train, 0, &train.targets()[0])?));

    let whole = train.transforms();
    let mut stages = PictureTransforms::new();
    for stage in whole.items() {
        stages = stages.with_item(stage.clone());
        summary.line("item", stage);
        seen(train, &stages, "colours", summary)?;
    }
    if let Some(augment) = whole.augment() {
        stages = stages.with_augment(augment.clone());
        summary.line("batch", augment);
        seen(train, &stages, "colours", summary)?;
    }
    summary.line("normalize", whole.normalize());
    seen(train, whole, "numbers", summary)
}

/// The pictures of an item as they were read.
fn read(picture: &Picture, summary: &mut Summary) {
    let size = picture.size();
    match picture {
        Picture::Rgb(picture) => {
            let bytes = picture.as_raw().iter();
            let (least, most) = bytes.fold((255, 0), |(least, most), &byte| (byte.min(least), byte.max(most)));
            summary.line("read", format_args!("a picture of {size}, bytes from {least} to {most}"));
        }
        Picture::Bands(bands) => {
            let (planes, numbers) = (counted(bands.channels()), range(bands.planes()));
            summary.line("read", format_args!("{planes} of {size}, numbers {numbers}"));
        }
        Picture::Several(pictures) => pictures.iter().for_each(|picture| read(picture, summary)),
        _ => summary.line("read", format_args!("{} of {size}", counted(picture.channels()))),
    }
}

fn counted(planes: usize) -> String {
    match planes {
        1 => "a plane".into(),
        3 => "three planes".into(),
        other => format!("{other} planes"),
    }
}

/// What the stages so far make of the first training item.
fn seen<F: FittedTarget>(
    train: &Dataset<F>,
    stages: &PictureTransforms,
    what: &str,
    summary: &mut Summary,
) -> Result<(), DataError> {
    // The stream of every prefix is the same, so each stage shows the draw that the next one builds on.
    let mut chance = Chance::new(42, 0, 0);
    let part = train.with_transforms(Arc::new(stages.clone()));
    let Planes { size, planes, .. } = part.planes(0, Some(&mut chance), &mut Scratch::default())?;
    summary.line("", format_args!("gives {} of {size}, {what} {}", counted(train.depth()), range(&planes)));
    Ok(())
}

/// The first items of the training part together.
fn batch<F: FittedTarget>(loaders: DataLoaders<F>, summary: &mut Summary) -> Result<(), DataError> {
    let size = loaders.train().dataset().len().min(BATCH);
    summary.title(format_args!("one batch of {size}"));
    let loaders = loaders.with_batch_size(size);
    let batch = loaders.one_batch()?;
    let numbers: Vec<f32> = batch.inputs.to_data().iter().collect();
    let shape = batch.inputs.dims();
    summary
        .line("inputs", format_args!("a tensor {shape:?} on {:?}, numbers {}", batch.inputs.device(), range(&numbers)));
    let train = loaders.train().dataset();
    let words = batch.items.iter().zip(&batch.placed).map(|(&item, target)| in_words(train, item, target));
    let words: Vec<_> = words.collect::<Result<_, _>>()?;
    summary.line("targets", words.join(", "));
    Ok(())
}

/// An item's target, described by a block that may be the user's.
fn in_words<F: FittedTarget>(train: &Dataset<F>, item: usize, target: &F::Target) -> Result<String, DataError> {
    let describe = || Ok(train.fitted().describe(target));
    guard("target block", train.path(item).display(), describe)
}

fn range(numbers: &[f32]) -> String {
    let (least, most) = numbers.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, m), &x| (l.min(x), m.max(x)));
    let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / numbers.len().max(1) as f64;
    format!("from {least:.2} to {most:.2}, mean {mean:.2}")
}
