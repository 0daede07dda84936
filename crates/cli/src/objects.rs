//! Pictures of COCO files or beside YOLO's labels, with the objects in them, as a recipe uses them.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use firelight::datablock::{Coco, CocoPicture};
use firelight::prelude::*;
use rayon::prelude::*;

use crate::files::{below, upright_size};
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
            // The first name of masks is that of what no object has.
            let counted = if learn == ObjectTarget::Masks { classes.get(1..).unwrap_or_default() } else { classes };
            let mut items = coco.with_categories(counted).into_items(recipe.data.join(folder));
            items.retain(|picture| !recipe.skip_broken || (picture.file().is_file() && learn.is_told(picture)));
            items
        };
        let (mut items, mut valid) = (Vec::new(), Vec::new());
        match &recipe.labels {
            Labels::Coco { file, pictures, learn, classes } => {
                let read = |file: &Path, pictures: &Path| -> Result<Vec<CocoPicture>> {
                    let (file, folder) = (recipe.data.join(file), recipe.data.join(pictures));
                    let coco = placed(Coco::read(&file)?, &folder, || Ok(below(&folder, &Progress::hidden())?))?;
                    let items = used(coco, pictures, *learn, classes);
                    compare_sizes(&file, &items, *learn)?;
                    Ok(items)
                };
                items.extend(read(file, pictures)?);
                if let SplitBy::File { file, pictures } = &recipe.split {
                    valid.extend(read(file, pictures)?);
                }
            }
            Labels::Yolo { pictures, names, learn, classes } => {
                let read = |folder: &Path| -> Result<Vec<CocoPicture>> {
                    let place = recipe.data.join(folder);
                    // What a run has drawn there is no data.
                    let files = below(&place, &Progress::hidden())?;
                    Ok(used(Coco::from_yolo_files(place, files, names)?, folder, *learn, classes))
                };
                if let SplitBy::Folders { train, valid: other } = &recipe.split {
                    apart(pictures, Path::new(train), Path::new(other))?;
                    valid.extend(read(Path::new(other))?);
                }
                items.extend(read(pictures)?);
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

/// Refuses a split of folders that does not fit where pictures are read.
fn apart(pictures: &Path, train: &Path, valid: &Path) -> Result<()> {
    let (read, valid_is) = (pictures.display(), valid.display());
    if train != pictures {
        let train = train.display();
        return Err(format!(
            "recipe: split.train is {train:?}, and labels.pictures is {read:?}; both are the folder that trains"
        )
        .into());
    }
    if valid.starts_with(pictures) || pictures.starts_with(valid) {
        return Err(format!(
            "recipe: split.valid is {valid_is:?}, and labels.pictures is {read:?}: one is in the other; give folders apart, or `by = \"chance\"`"
        )
        .into());
    }
    Ok(())
}

/// Refuses positions in pictures of another size than the file says, which are those of other pictures.
pub fn compare_sizes(file: &Path, pictures: &[CocoPicture], learn: ObjectTarget) -> Result<()> {
    let positions = match learn {
        ObjectTarget::Box => "boxes",
        ObjectTarget::Masks => "outlines",
        ObjectTarget::Class | ObjectTarget::Tags => return Ok(()),
    };
    let other = |picture: &CocoPicture| {
        let [width, height] = upright_size(picture.file())?;
        ([picture.size().width, picture.size().height] != [width, height]).then(|| (picture.clone(), width, height))
    };
    let Some((picture, width, height)) = pictures.par_iter().find_map_first(other) else { return Ok(()) };
    Err(format!(
        "labels: {} says that {} is {}, and it is {width}×{height}; its {positions} are those of another picture, so give the pictures that it was made \
         for, or mend it",
        file.display(),
        picture.file().display(),
        picture.size()
    )
    .into())
}

/// A file's pictures by their names from the folder; where none is there, by the only path below it that ends so.
pub fn placed(coco: Coco, folder: &Path, below: impl FnOnce() -> Result<Vec<PathBuf>>) -> Result<Coco> {
    if coco.pictures().iter().any(|picture| folder.join(picture.file()).is_file()) {
        return Ok(coco);
    }
    let files = below()?;
    let names = Names::new(&files);
    Ok(coco.with_files(|name| match names.folders(plain(name)).as_slice() {
        [one] => one.join(plain(name)),
        _ => name.to_path_buf(),
    }))
}

/// A path without a dot at its beginning.
pub fn plain(name: &Path) -> &Path {
    name.strip_prefix(".").unwrap_or(name)
}

/// Pictures by their names without folders.
pub struct Names<'a>(HashMap<&'a OsStr, Vec<&'a Path>>);

impl<'a> Names<'a> {
    pub fn new(files: &'a [PathBuf]) -> Self {
        let mut names: HashMap<&OsStr, Vec<&Path>> = HashMap::new();
        for file in files {
            names.entry(file.file_name().unwrap_or_default()).or_default().push(file);
        }
        Self(names)
    }

    /// The folders that a name may be told from.
    pub fn folders(&self, name: &Path) -> Vec<PathBuf> {
        let files = self.0.get(name.file_name().unwrap_or_default()).into_iter().flatten();
        let depth = name.components().count();
        files.filter(|file| file.ends_with(name)).filter_map(|file| Some(file.ancestors().nth(depth)?.into())).collect()
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
