//! Pictures of COCO files, with the objects in them, as a recipe uses them.

use std::ops::Range;
use std::path::Path;

use firelight::datablock::{Coco, CocoPicture};
use firelight::prelude::*;

use crate::recipe::{Labels, ObjectTarget, Recipe, SplitBy};

/// The pictures of the file, and behind them those of the one that lists what validates.
pub struct Objects {
    pub items: Vec<CocoPicture>,
    /// How many are of the first.
    first: usize,
}

impl Objects {
    /// Reads them as a recipe says.
    pub fn read(recipe: &Recipe) -> Result<Self> {
        let Labels::Coco { file, pictures, learn, classes } = &recipe.labels else {
            return Err("labels: the recipe has no objects".into());
        };
        let read = |file: &Path, folder: &Path| -> Result<Vec<CocoPicture>> {
            let coco = Coco::read(recipe.data.join(file))?.with_categories(classes);
            let mut items = coco.into_items(recipe.data.join(folder));
            items.retain(|picture| !recipe.skip_broken || (picture.file().is_file() && learn.is_told(picture)));
            Ok(items)
        };
        let mut items = read(file, pictures)?;
        let first = items.len();
        if let SplitBy::File { file, pictures } = &recipe.split {
            items.extend(read(file, pictures)?);
        }
        Ok(Self { items, first })
    }

    /// Those of the second file.
    pub fn valid(&self) -> Range<usize> {
        self.first..self.items.len()
    }

    /// A block that reads a picture.
    pub fn input() -> ImageBlock<CocoPicture> {
        ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf()))
    }
}

impl ObjectTarget {
    /// Whether the objects in a picture say that of it.
    pub fn is_told(self, picture: &CocoPicture) -> bool {
        match self {
            Self::Class => picture.class().is_ok(),
            Self::Tags => true,
            Self::Masks => picture.objects().iter().all(firelight::datablock::CocoObject::has_outline),
            Self::Box => picture.only_box().is_ok(),
        }
    }
}
