//! What corrections did to a data set.

use std::fmt;

/// How much a file of corrections changed, by [`DataBlock::with_corrections`](crate::DataBlock::with_corrections); in words by `Display`.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, IndexSplitter, parent_label};
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("corrections.csv");
/// std::fs::write(&file, "item,given,suggested,action\npug/1.jpg,pug,beagle,relabel\npug/2.jpg,,,leave out\n")?;
///
/// let items = ["pug/0.jpg", "pug/1.jpg", "pug/2.jpg", "pug/3.jpg"].map(Into::into);
/// let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(IndexSplitter::new([3]));
/// let dls = block.with_corrections(&file).dataloaders_of(&items, &Device::flex())?;
/// assert_eq!(dls.vocab().names(), ["beagle", "pug"]);
/// assert_eq!(dls.changes().map(ToString::to_string).as_deref(), Some("1 item(s) relabelled, 1 left out"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Changes {
    /// Items with another label than their labeller gives, or with other labels; those of merged classes are not counted here.
    pub relabelled: usize,
    /// Items that are left out of the part that they were in.
    pub left_out: usize,
    /// Classes that are merged into others.
    pub merged: Vec<Merged>,
}

/// A class that is merged into another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merged {
    /// The class that is gone.
    pub class: String,
    /// What its items are now.
    pub into: String,
    /// How many items were labelled with it.
    pub items: usize,
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} item(s) relabelled, {} left out", self.relabelled, self.left_out)?;
        self.merged.iter().try_for_each(|Merged { class, into, items }| {
            write!(f, ", {items} item(s) of class {class:?} now {into:?}")
        })
    }
}
