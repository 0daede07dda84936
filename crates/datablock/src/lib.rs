#![doc = include_str!("../README.md")]

mod block;
mod data_block;
mod dataset;
mod error;
mod label;
mod loader;
pub mod progress;
mod source;
mod split;
mod summary;
mod training_colours;
mod verify;

#[cfg(feature = "download")]
pub mod download;

pub use block::{
    Categories, CategoryBlock, FittedTarget, ImageBlock, InputBlock, MultiCategories, MultiCategoryBlock, NoTarget,
    RegressionBlock, TargetBlock, Values,
};
pub use data_block::DataBlock;
pub use dataset::Dataset;
pub use error::DataError;
pub use label::{Labeller, RegexLabeller, parent_label};
pub use loader::{Batch, Batches, DataLoader, DataLoaders, OnError};
pub use progress::show_progress;
pub use source::{ImageFiles, image_files};
pub use split::{EndSplitter, FuncSplitter, GrandparentSplitter, IndexSplitter, RandomSplitter, Split, Splitter};
pub use summary::Summary;
pub use training_colours::TrainingColours;
pub use verify::verify_images;
