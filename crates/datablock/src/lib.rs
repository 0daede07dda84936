#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod annotation_error;
mod block;
mod cache;
mod correct;
mod corrections;
mod data_block;
mod dataset;
mod error;
mod formats;
mod guard;
mod in_parts;
mod inputs;
mod item;
mod label;
mod loader;
mod name;
mod recipes;
mod regular;
mod repeated;
mod side_files;
mod source;
mod split;
mod summary;
mod table;
mod training_colours;
mod unfit;
mod unlisted;
mod verify;
mod walk;

pub use annotation_error::AnnotationError;
pub use block::targets::read_targets;
pub use block::{
    Box4, BoxBlock, Boxes, Categories, CategoryBlock, FittedTarget, ImageBlock, InputBlock, LabelledBoxBlock,
    LabelledBoxes, Made, Marks, MaskBlock, MaskTarget, Masks, MultiCategories, MultiCategoryBlock, NoTarget, NodeBlock,
    NodeLabel, Nodes, OpenFile, PaddedBoxes, Point, PointBlock, Points, RegressionBlock, TargetBlock, Values,
    WithTargets,
};
pub use cache::{Cache, Cached};
pub use corrections::{Changes, Relabelling};
pub use data_block::DataBlock;
pub use dataset::{Dataset, Planes};
pub use error::DataError;
pub use firelight_progress::Progress;
pub use formats::{
    Beside, Coco, CocoFile, CocoObject, CocoPicture, OxfordList, OxfordPet, RleMasks, Voc, VocAnnotation, VocBox,
    VocBoxes, VocName, VocNames, VocObject,
};
pub use item::{Item, Owned};
pub use label::{Labeller, RegexLabeller, parent_label};
pub use loader::{Batch, Batches, DataLoader, DataLoaders, OnError};
pub use recipes::{Labelled, ListLabel};
pub use side_files::{JsonFiles, SideFile};
pub use source::{ImageFiles, Source, image_files};
pub use split::{
    ColumnSplitter, EndSplitter, FileSplitter, FoldSplitter, FuncSplitter, GrandparentSplitter, GroupSplitter, HoldOut,
    IndexSplitter, LabelledFolds, MaskSplitter, RandomSplitter, RandomSubsetSplitter, Split, Splitter,
    StratifiedSplitter, TrainOnAll,
};
pub use summary::Summary;
pub use table::{Column, Columns, Record, Row, SplitColumn, Table, TableReader};
pub use training_colours::TrainingColours;
pub use unfit::Unfit;
pub use verify::{verify_images, verify_images_with};
