//! Pictures of COCO files or beside YOLO's labels, with the objects in them, as a recipe uses them.

use std::ops::Range;
use std::path::Path;

use firelight::datablock::{Coco, CocoPicture};
use firelight::prelude::*;

use crate::recipe::{Labels, ObjectTarget, Recipe, SplitBy};

/// The pictures of the file or folder, and behind them those of the one that validates.
pub struct Objects {
    pub items: Vec<CocoPicture>,
    /// How many are of the first.
    first: usize,
}

impl Objects {
    /// Reads them as a recipe says.
    pub fn read(recipe: &Recipe) -> Result<Self> {
        let used = |coco: Coco, folder: &Path, learn: ObjectTarget, classes: &[String]| -> Vec<CocoPicture> {
            let mut items = coco.with_categories(classes).into_items(recipe.data.join(folder));
            items.retain(|picture| !recipe.skip_broken || (picture.file().is_file() && learn.is_told(picture)));
            items
        };
        let (mut items, mut valid) = (Vec::new(), Vec::new());
        match &recipe.labels {
            Labels::Coco { file, pictures, learn, classes } => {
                items.extend(used(Coco::read(recipe.data.join(file))?, pictures, *learn, classes));
                if let SplitBy::File { file, pictures } = &recipe.split {
                    valid.extend(used(Coco::read(recipe.data.join(file))?, pictures, *learn, classes));
                }
            }
            Labels::Yolo { pictures, names, learn, classes } => {
                let read = |folder: &Path| -> Result<Vec<CocoPicture>> {
                    Ok(used(Coco::from_yolo(recipe.data.join(folder), names)?, folder, *learn, classes))
                };
                items.extend(read(pictures)?);
                if let SplitBy::Folders { valid: folder, .. } = &recipe.split {
                    valid.extend(read(Path::new(folder))?);
                }
            }
            _ => return Err("labels: the recipe has no objects".into()),
        }
        let first = items.len();
        items.extend(valid);
        Ok(Self { items, first })
    }

    /// Those of the second.
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
