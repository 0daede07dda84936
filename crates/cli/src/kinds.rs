//! From a recipe to a data block of its kind.

use std::path::{Path, PathBuf};

use firelight::datablock::{Box4, CocoPicture};
use firelight::learner::{MapTarget, PositionTarget, VisionTarget};
use firelight::losses::KnownValues;
use firelight::prelude::*;

use crate::files::{below, folders};
use crate::objects::Objects;
use crate::recipe::{Labels, ObjectTarget, Recipe, SplitBy, TableTarget};
use crate::rows::Rows;

/// What is done with the data block of a recipe, whatever its items and targets are.
pub trait WithBlock {
    /// What comes of it.
    type Out;

    /// With targets of so many numbers a picture.
    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>;

    /// With targets of so many numbers a pixel.
    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>;

    /// With a box a picture: so many numbers too, where nothing else is said.
    fn boxes<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        Self: Sized,
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget + PositionTarget + FittedTarget<Tensor = KnownValues>>,
    {
        self.numbers(block)
    }
}

/// The items that a target block reads.
pub type ItemOf<Y> = <<Y as TargetBlock>::Fitted as FittedTarget>::Item;

/// Makes the block, with its labels corrected, and does that.
pub fn with_block<W: WithBlock>(recipe: &Recipe, work: W) -> Result<W::Out> {
    made(recipe, Corrected { work, by: recipe.corrections.as_deref() })
}

struct Corrected<'a, W> {
    work: W,
    by: Option<&'a Path>,
}

impl<W> Corrected<'_, W> {
    fn correct<X: InputBlock<ItemOf<Y>> + Clone, Y: TargetBlock>(&self, block: DataBlock<X, Y>) -> DataBlock<X, Y> {
        match self.by {
            Some(file) => block.with_corrections(file),
            None => block,
        }
    }
}

impl<W: WithBlock> WithBlock for Corrected<'_, W> {
    type Out = W::Out;

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<W::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        let block = self.correct(block);
        self.work.numbers(block)
    }

    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<W::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        let block = self.correct(block);
        self.work.maps(block)
    }

    fn boxes<X, Y>(self, block: DataBlock<X, Y>) -> Result<W::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget + PositionTarget + FittedTarget<Tensor = KnownValues>>,
    {
        let block = self.correct(block);
        self.work.boxes(block)
    }
}

fn made<W: WithBlock>(recipe: &Recipe, work: W) -> Result<W::Out> {
    let split = &recipe.split;
    match &recipe.labels {
        Labels::Folders { level } => {
            let parts = match split {
                SplitBy::Folders { train, valid } => vec![train.clone(), valid.clone()],
                _ => Vec::new(),
            };
            let class = ClassFolder { root: recipe.data.clone(), level: level.map(|level| level + parts.len().min(1)) };
            let least = 1 + parts.len().min(1);
            let used = move |folders: &[String]| {
                let part = parts.is_empty() || folders.first().is_some_and(|first| parts.contains(first));
                folders.len() >= least && part
            };
            let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(class.clone()));
            let block = block.with_source(move |root: &Path| pictures(root, |file| used(&folders(file))));
            work.numbers(match split {
                SplitBy::Folders { valid, .. } => {
                    let valid = recipe.data.join(valid);
                    block.with_splitter(FuncSplitter::new(move |file: &Path| file.starts_with(&valid)))
                }
                _ => split_by_chance(block, split, Some(class))?,
            })
        }
        Labels::Names { pattern } => {
            let class = RegexLabeller::file_name(pattern)?;
            let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(class.clone()));
            let block = block.with_source(|root: &Path| pictures(root, |_| true));
            work.numbers(split_by_chance(block, split, Some(class))?)
        }
        Labels::Table { table, pictures, folder, target } => {
            let rows = Rows::read(recipe, table, pictures, folder, target)?;
            let input = rows.input();
            match target {
                TableTarget::Class(column) => {
                    let column = Column::new(column);
                    let block = rows.block(DataBlock::new(input, CategoryBlock::new(column.clone())));
                    work.numbers(split_rows(block, split, Some(column))?)
                }
                TableTarget::Tags { column, separator } => {
                    let tags = MultiCategoryBlock::new(Column::new(column).split_at(separator));
                    work.numbers(split_rows(rows.block(DataBlock::new(input, tags)), split, None)?)
                }
                TableTarget::Flags(columns) => {
                    let tags = MultiCategoryBlock::new(Columns::new(columns));
                    work.numbers(split_rows(rows.block(DataBlock::new(input, tags)), split, None)?)
                }
                TableTarget::Numbers(columns) => {
                    let numbers = RegressionBlock::new(Columns::new(columns));
                    work.numbers(split_rows(rows.block(DataBlock::new(input, numbers)), split, None)?)
                }
                TableTarget::Box(columns) | TableTarget::SizedBox(columns) => {
                    let area = area(columns, matches!(target, TableTarget::SizedBox(_)));
                    work.boxes(split_rows(rows.block(DataBlock::new(input, BoxBlock::new(area))), split, None)?)
                }
            }
        }
        Labels::Coco { learn, classes, .. } | Labels::Yolo { learn, classes, .. } => {
            let (objects, input) = (Objects::read(recipe)?, Objects::input());
            match learn {
                ObjectTarget::Class => {
                    let block = DataBlock::new(input, CategoryBlock::new(CocoPicture::class));
                    work.numbers(split_objects(block, objects, split, Some(CocoPicture::class))?)
                }
                ObjectTarget::Tags => {
                    let tags = MultiCategoryBlock::new(|picture: &CocoPicture| Ok(picture.names()));
                    let tags = tags.with_vocab(Vocab::ordered(classes)?);
                    work.numbers(split_objects(DataBlock::new(input, tags), objects, split, NO_CLASS)?)
                }
                ObjectTarget::Masks => {
                    let names = Vocab::ordered(classes)?;
                    let masks = MaskBlock::made(names.clone(), move |picture: &CocoPicture| picture.mask(&names));
                    work.maps(split_objects(DataBlock::new(input, masks), objects, split, NO_CLASS)?)
                }
                ObjectTarget::Box => {
                    let place = BoxBlock::new(CocoPicture::only_box);
                    work.boxes(split_objects(DataBlock::new(input, place), objects, split, NO_CLASS)?)
                }
            }
        }
        Labels::Masks { pictures: folder, masks, ending, codes, classes } => {
            let reader = MaskReader::default().with_codes(codes.iter().copied().zip(0..));
            let reader = if codes.contains(&Mask::VOID) { reader } else { reader.with_void([Mask::VOID]) };
            let (below, masks) = (recipe.data.join(folder), recipe.data.join(masks));
            let mask = Beside::new(&masks, ending).with_folders_below(&below);
            let block = MaskBlock::new(Vocab::ordered(classes.iter().cloned())?, mask).with_reader(reader);
            let (ending, skip) = (ending.clone(), recipe.skip_broken);
            let block = DataBlock::new(ImageBlock::rgb(), block).with_source(move |_: &Path| {
                let has_mask = |file: &Path| masks.join(file).with_extension(&ending).is_file();
                pictures(&below, |file| !skip || has_mask(file))
            });
            work.maps(split_by_chance(block, split, None::<fn(&Path) -> Result<String, DataError>>)?)
        }
    }
}

/// The pictures below a folder that are wanted, by their path from it.
fn pictures(root: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, DataError> {
    let files = below(root, &Progress::hidden())?;
    Ok(files.into_iter().filter(|file| wanted(file)).map(|file| root.join(file)).collect())
}

/// The class is a folder.
#[derive(Debug, Clone)]
struct ClassFolder {
    root: PathBuf,
    /// Below the root; the innermost where it is not told.
    level: Option<usize>,
}

impl Labeller<String> for ClassFolder {
    fn label(&self, file: &Path) -> Result<String, DataError> {
        let told = file.strip_prefix(&self.root).map(folders).unwrap_or_default();
        self.level.and_then(|level| told.get(level).cloned()).map_or_else(|| parent_label(file), Ok)
    }
}

/// The box in the columns of left and top, and right and bottom or width and height.
fn area(columns: &[String], is_sized: bool) -> impl Fn(&Row) -> Result<Box4, DataError> + use<> {
    let columns = columns.to_vec();
    move |row: &Row| {
        let mut area = [0.0; 4];
        for (side, column) in area.iter_mut().zip(&columns) {
            *side = row.number(column)?;
        }
        let [left, top, right, bottom] = area;
        Ok(if is_sized { [left, top, left + right, top + bottom] } else { area })
    }
}

/// Pictures of COCO files, divided by the file or at random.
fn split_objects<X, Y, L>(
    block: DataBlock<X, Y>,
    objects: Objects,
    split: &SplitBy,
    class: Option<L>,
) -> Result<DataBlock<X, Y>>
where
    X: InputBlock<CocoPicture> + Clone,
    Y: TargetBlock<Fitted: FittedTarget<Item = CocoPicture>>,
    L: Labeller<String, CocoPicture> + 'static,
{
    let valid = objects.valid();
    let block = block.with_source(move |_: &Path| Ok(objects.items.clone()));
    match split {
        SplitBy::File { .. } | SplitBy::Folders { .. } => Ok(block.with_splitter(IndexSplitter::new(valid))),
        split => split_by_chance(block, split, class),
    }
}

/// Pictures whose objects say no one class.
const NO_CLASS: Option<ClassOf> = None;
type ClassOf = fn(&CocoPicture) -> Result<String, DataError>;

/// Rows of a table, divided by a column or at random.
fn split_rows<X, Y>(block: DataBlock<X, Y>, split: &SplitBy, class: Option<Column>) -> Result<DataBlock<X, Y>>
where
    X: InputBlock<Row> + Clone,
    Y: TargetBlock<Fitted: FittedTarget<Item = Row>>,
{
    match split {
        SplitBy::Column { column, train, valid, test } => {
            let splitter = ColumnSplitter::new(column).with_words(train, valid);
            Ok(match test {
                Some(test) => block.with_splitter(splitter.with_test(test)),
                None => block.with_splitter(splitter),
            })
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
