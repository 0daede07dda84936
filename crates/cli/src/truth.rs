//! What labels say of each picture.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};

use firelight::learner::{MapTarget, TargetDefaults, VisionTarget};
use firelight::prelude::*;

use crate::cli::Cli;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::recipe::{Labels, Recipe, TableTarget};

/// What is so.
#[derive(Debug)]
pub enum Truth {
    Class(String),
    Classes(Vec<String>),
    Values(Vec<f32>),
    /// A file, and what its numbers stand for.
    Mask {
        file: PathBuf,
        codes: Vec<(u8, String)>,
    },
}

/// In words, as a sentence has them.
impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(_) => f.write_str("one class a picture"),
            Self::Classes(_) => f.write_str("any of several classes a picture"),
            Self::Values(values) => write!(f, "{} number(s) a picture", values.len()),
            Self::Mask { .. } => f.write_str("masks"),
        }
    }
}

/// The file and the truth of every picture, of whichever part.
pub fn truths(recipe: &Recipe, cli: &Cli) -> Result<Vec<(PathBuf, Truth)>> {
    with_block(recipe, Reading { recipe, cli })
}

struct Reading<'a> {
    recipe: &'a Recipe,
    cli: &'a Cli,
}

impl Reading<'_> {
    fn read<X, Y>(
        &self,
        block: DataBlock<X, Y>,
        truth: impl Fn(&Path, &Y::Fitted, &<Y::Fitted as FittedTarget>::Target) -> Truth,
    ) -> Result<Vec<(PathBuf, Truth)>>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: TargetDefaults>,
    {
        let block = block.with_splitter(TrainOnAll).with_progress(self.cli.progress());
        let dls = block.dataloaders(&self.recipe.data, &device_by_name(self.cli.device())?)?;
        let part = dls.train().dataset();
        let read = |item: usize| {
            // A block that is not told a file's place reads the item itself.
            let file = part.files(item)?.into_iter().next().unwrap_or_else(|| part.path(item).into_owned());
            let truth = truth(&file, part.fitted(), &part.targets()[item]);
            Ok((file, truth))
        };
        (0..part.len()).map(read).collect()
    }
}

impl WithBlock for Reading<'_> {
    type Out = Vec<(PathBuf, Truth)>;

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        let several = self.recipe.labels.are_several();
        self.read(block, |_, fitted, target| {
            let classes = fitted.labels(target).unwrap_or_default();
            let mut names = classes.iter().filter_map(|&class| Some(fitted.vocab()?.name(class)?.to_owned()));
            // Targets that are numbers are of this type.
            match (target as &dyn Any).downcast_ref::<Vec<f32>>() {
                Some(values) => Truth::Values(values.clone()),
                None if several => Truth::Classes(names.collect()),
                None => Truth::Class(names.next().unwrap_or_default()),
            }
        })
    }

    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        let Labels::Masks { pictures, masks, ending, codes, classes } = &self.recipe.labels else {
            return Err("evaluate: the recipe has no masks".into());
        };
        let data = &self.recipe.data;
        let codes: Vec<(u8, String)> = codes.iter().copied().zip(classes.iter().cloned()).collect();
        self.read(block, |file, _, _| {
            let told = file.strip_prefix(data.join(pictures)).unwrap_or(file);
            Truth::Mask { file: data.join(masks).join(told).with_extension(ending), codes: codes.clone() }
        })
    }
}

impl Labels {
    /// Whether a picture may have several classes.
    fn are_several(&self) -> bool {
        matches!(self, Self::Table { target: TableTarget::Tags { .. } | TableTarget::Flags(_), .. })
    }

    /// What its numbers are called, where it has some.
    pub fn numbers(&self) -> &[String] {
        match self {
            Self::Table { target: TableTarget::Numbers(columns), .. } => columns,
            _ => &[],
        }
    }
}
