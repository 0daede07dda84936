#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod block;
mod data_block;
mod dataset;
mod error;
mod guard;
mod in_parts;
mod label;
mod loader;
mod repeated;
mod source;
mod split;
mod summary;
mod training_colours;
mod unfit;
mod verify;
mod walk;

pub use block::targets::read_targets;
pub use block::{
    Categories, CategoryBlock, FittedTarget, ImageBlock, InputBlock, MultiCategories, MultiCategoryBlock, NoTarget,
    RegressionBlock, TargetBlock, Values, WithTargets,
};
pub use data_block::DataBlock;
pub use dataset::Dataset;
pub use error::DataError;
pub use firelight_progress::Progress;
pub use label::{Labeller, RegexLabeller, parent_label};
pub use loader::{Batch, Batches, DataLoader, DataLoaders, OnError};
pub use source::{ImageFiles, image_files};
pub use split::{
    EndSplitter, FuncSplitter, GrandparentSplitter, GroupSplitter, IndexSplitter, RandomSplitter, Split, Splitter,
    StratifiedSplitter,
};
pub use summary::Summary;
pub use training_colours::TrainingColours;
pub use unfit::Unfit;
pub use verify::{verify_images, verify_images_with};
