//! From a recipe to a data block of its kind.

use std::path::Path;

use firelight::prelude::*;

use crate::recipe::{Labels, Recipe, SplitBy, TableTarget};

/// What is done with the data block of a recipe, whatever its items and targets are.
pub trait WithBlock {
    /// What comes of it.
    type Out;

    /// With targets of so many numbers a picture.
    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: firelight::learner::VisionTarget>;

    /// With targets of so many numbers a pixel.
    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: firelight::learner::MapTarget>;
}

/// The items that a target block reads.
pub type ItemOf<Y> = <<Y as TargetBlock>::Fitted as FittedTarget>::Item;

/// Makes the block, and does that.
pub fn with_block<W: WithBlock>(recipe: &Recipe, work: W) -> Result<W::Out> {
    match &recipe.labels {
        Labels::Folders => {
            let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label));
            work.numbers(match &recipe.split {
                SplitBy::Folders { train, valid } => block
                    .with_files(ImageFiles::new().in_folders([train.clone(), valid.clone()]))
                    .with_splitter(GrandparentSplitter::new(train, valid)),
                split => split_by_chance(block, split, Some(parent_label))?,
            })
        }
        Labels::Names { pattern } => {
            let class = RegexLabeller::file_name(pattern)?;
            let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(class.clone()));
            work.numbers(split_by_chance(block, &recipe.split, Some(class))?)
        }
        Labels::Table { table, pictures, folder, ending, target } => {
            let files = Column::new(pictures).in_folder(folder).with_suffix(ending);
            let input = ImageBlock::rgb().with_file(files);
            match target {
                TableTarget::Class(column) => {
                    let block = DataBlock::new(input, CategoryBlock::new(Column::new(column))).with_table(table);
                    work.numbers(split_rows(block, &recipe.split, Some(Column::new(column)))?)
                }
                TableTarget::Tags { column, separator } => {
                    let tags = MultiCategoryBlock::new(Column::new(column).split_at(separator));
                    work.numbers(split_rows(DataBlock::new(input, tags).with_table(table), &recipe.split, None)?)
                }
                TableTarget::Flags(columns) => {
                    let tags = MultiCategoryBlock::new(Columns::new(columns));
                    work.numbers(split_rows(DataBlock::new(input, tags).with_table(table), &recipe.split, None)?)
                }
                TableTarget::Numbers(columns) => {
                    let numbers = RegressionBlock::new(Columns::new(columns));
                    work.numbers(split_rows(DataBlock::new(input, numbers).with_table(table), &recipe.split, None)?)
                }
            }
        }
        Labels::Masks { pictures, masks, ending, codes, classes } => {
            let reader = MaskReader::default().with_codes(codes.iter().copied().zip(0..));
            let reader = if codes.contains(&Mask::VOID) { reader } else { reader.with_void([Mask::VOID]) };
            let below = recipe.data.join(pictures);
            let files = Beside::new(recipe.data.join(masks), ending).with_folders_below(&below);
            let block = MaskBlock::new(Vocab::ordered(classes.iter().cloned())?, files).with_reader(reader);
            let block = DataBlock::new(ImageBlock::rgb(), block);
            let block = block.with_source(move |_: &Path| ImageFiles::new().find(&below));
            work.maps(split_by_chance(block, &recipe.split, None::<fn(&Path) -> Result<String, DataError>>)?)
        }
    }
}

/// Rows of a table, divided by a column or at random.
fn split_rows<X, Y>(block: DataBlock<X, Y>, split: &SplitBy, class: Option<Column>) -> Result<DataBlock<X, Y>>
where
    X: InputBlock<Row> + Clone,
    Y: TargetBlock<Fitted: FittedTarget<Item = Row>>,
{
    match split {
        SplitBy::Column { column, train, valid } => {
            Ok(block.with_splitter(ColumnSplitter::new(column).with_words(train, valid)))
        }
        split => split_by_chance(block, split, class),
    }
}

/// A share at random: of each class, where there is one.
fn split_by_chance<X, Y, L>(block: DataBlock<X, Y>, split: &SplitBy, class: Option<L>) -> Result<DataBlock<X, Y>>
where
    X: InputBlock<ItemOf<Y>> + Clone,
    Y: TargetBlock,
    ItemOf<Y>: Item,
    L: Labeller<String, ItemOf<Y>> + 'static,
{
    let SplitBy::Chance { valid, seed } = split else {
        return Err(format!("split: {split:?} is not for these labels; take `by = \"chance\"`").into());
    };
    Ok(match class {
        Some(class) => block.with_splitter(StratifiedSplitter::new(*valid, class).with_seed(*seed)),
        None => block.with_splitter(RandomSplitter::new(*valid).with_seed(*seed)),
    })
}
