//! What labels say of each picture.

use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use firelight::datablock::{Box4, CocoPicture};
use firelight::learner::{MapTarget, TargetDefaults, VisionTarget};
use firelight::prelude::*;

use crate::cli::Cli;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::objects::Objects;
use crate::recipe::{Labels, ObjectTarget, Recipe, TableTarget};

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
    /// A mask that is drawn from outlines, and the classes of its numbers.
    Drawn {
        picture: Box<CocoPicture>,
        classes: Vec<String>,
    },
    /// Left, top, right and bottom in pixels.
    Box(Option<Box4>),
}

/// In words, as a sentence has them.
impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(_) => f.write_str("one class a picture"),
            Self::Classes(_) => f.write_str("any of several classes a picture"),
            Self::Values(values) => write!(f, "{} number(s) a picture", values.len()),
            Self::Mask { .. } | Self::Drawn { .. } => f.write_str("masks"),
            Self::Box(_) => f.write_str("a box a picture"),
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
            // Targets that are numbers and boxes are of these types.
            if let Some(place) = (target as &dyn Any).downcast_ref::<Option<Box4>>() {
                return Truth::Box(*place);
            }
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
        let (pictures, masks, ending, codes, classes) = match &self.recipe.labels {
            Labels::Masks { pictures, masks, ending, codes, classes } => (pictures, masks, ending, codes, classes),
            Labels::Coco { classes, .. } | Labels::Yolo { classes, .. } => {
                let items = Objects::read(self.recipe)?.items;
                let drawn = |picture: CocoPicture| {
                    let file = picture.file().to_path_buf();
                    (file, Truth::Drawn { picture: Box::new(picture), classes: classes.clone() })
                };
                // What corrections leave out is left out here too.
                let used: HashSet<PathBuf> =
                    self.read(block, |_, _, _| Truth::Box(None))?.into_iter().map(|(file, _)| file).collect();
                return Ok(items.into_iter().map(drawn).filter(|(file, _)| used.contains(file)).collect());
            }
            _ => return Err("evaluate: the recipe has no masks".into()),
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
        let is_table = matches!(self, Self::Table { target: TableTarget::Tags { .. } | TableTarget::Flags(_), .. });
        is_table || self.objects() == Some(ObjectTarget::Tags)
    }

    /// What its numbers are called, where it has some.
    pub fn numbers(&self) -> &[String] {
        match self {
            Self::Table { target: TableTarget::Numbers(columns), .. } => columns,
            _ => &[],
        }
    }
}
