#![doc = include_str!("../README.md")]

mod block;
mod data_block;
mod dataset;
mod error;
mod guard;
mod label;
mod loader;
pub mod progress;
mod repeated;
mod source;
mod split;
mod summary;
mod targets;
mod training_colours;
mod unfit;
mod verify;
mod walk;

#[cfg(feature = "download")]
pub mod download;

pub use block::{
    Categories, CategoryBlock, FittedTarget, ImageBlock, InputBlock, MultiCategories, MultiCategoryBlock, NoTarget,
    RegressionBlock, TargetBlock, Values, WithTargets,
};
pub use data_block::DataBlock;
pub use dataset::Dataset;
pub use error::DataError;
pub use label::{Labeller, RegexLabeller, parent_label};
pub use loader::{Batch, Batches, DataLoader, DataLoaders, OnError};
pub use progress::show_progress;
pub use source::{ImageFiles, image_files};
pub use split::{
    EndSplitter, FuncSplitter, GrandparentSplitter, GroupSplitter, IndexSplitter, RandomSplitter, Split, Splitter,
    StratifiedSplitter,
};
pub use summary::Summary;
pub use targets::read_targets;
pub use training_colours::TrainingColours;
pub use unfit::Unfit;
pub use verify::{verify_images, verify_images_with};
