//! The file that belongs to an item by its name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::refusal;
use crate::{DataError, Item, Labeller};

/// The file of an item in another folder, by the item's name without its ending: of `images/pug_1.jpg` the mask
/// `annotations/trimaps/pug_1.png`. fastai has functions of one's own for it (`get_y`).
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_prefix`](Self::with_prefix) | none | what comes before the item's name |
/// | [`with_suffix`](Self::with_suffix) | none | what comes after it, before the ending: `_P` of `CamVid`'s labels |
/// | [`with_folders_below`](Self::with_folders_below) | the file lies directly in the folder | the item's own folders are kept |
///
/// Whether the file is there is asked by the block. Rows of a table, which are named after their line, have a
/// [`Column`](crate::Column) for it.
///
/// ```
/// use std::path::{Path, PathBuf};
/// use firelight_datablock::{Beside, DataBlock, ImageBlock, Labeller, MaskBlock};
/// use firelight_vocab::Vocab;
///
/// let file: PathBuf = Beside::new("labels", "png").with_suffix("_P").label(Path::new("images/0001TP_006690.png"))?;
/// assert_eq!(file, Path::new("labels/0001TP_006690_P.png"));
///
/// let names = Vocab::ordered(["sky", "road", "tree"])?;
/// let streets = DataBlock::new(ImageBlock::rgb(), MaskBlock::new(names, Beside::new("labels", "png").with_suffix("_P")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Beside {
    folder: PathBuf,
    ending: String,
    prefix: String,
    suffix: String,
    below: Option<PathBuf>,
}

impl Beside {
    /// Files in `folder` with this ending, `"png"` or `".png"`; `""` of files without one.
    pub fn new(folder: impl Into<PathBuf>, ending: impl AsRef<str>) -> Self {
        let ending = ending.as_ref().trim_start_matches('.').to_owned();
        Self { folder: folder.into(), ending, prefix: String::new(), suffix: String::new(), below: None }
    }

    /// What comes before the item's name.
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// What comes after the item's name, before the ending.
    pub fn with_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = suffix.into();
        self
    }

    /// The folders of an item below `root` are those of its file below this folder: with `images` the file of `images/train/1.jpg` is
    /// `masks/train/1.png`. Without it `images/train/1.jpg` and `images/valid/1.jpg` have one file.
    pub fn with_folders_below(mut self, root: impl Into<PathBuf>) -> Self {
        self.below = Some(root.into());
        self
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn file_of(&self, item: &Path) -> Result<PathBuf, DataError> {
        let refuse = |what: String, remedy: &str| Err(refusal(item, None, what, remedy));
        let Some(stem) = item.file_stem() else {
            return refuse("it has no file name to find a file by".into(), "give items that are files");
        };
        let mut file = self.folder.clone();
        if let Some(root) = &self.below {
            let Ok(folders) = item.strip_prefix(root) else {
                let what = format!("it does not lie below {}", root.display());
                return refuse(
                    what,
                    "give `Beside::with_folders_below` the folder that all items lie in, written as in their paths",
                );
            };
            file.extend(folders.parent());
        }
        let mut name = OsString::from(&self.prefix);
        name.push(stem);
        name.push(&self.suffix);
        if !self.ending.is_empty() {
            name.push(".");
            name.push(&self.ending);
        }
        file.push(name);
        Ok(file)
    }
}

impl<I: Item + ?Sized> Labeller<PathBuf, I> for Beside {
    fn label(&self, item: &I) -> Result<PathBuf, DataError> {
        self.file_of(&item.path())
    }
}
