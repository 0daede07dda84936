//! Finding the picture files of a folder.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use firelight_progress::Progress;
use firelight_transforms::PICTURE_ENDINGS;

use crate::item::{Item, Owned};
use crate::walk::{Walk, Wanted};
use crate::{DataError, repeated};

/// Where a recipe's items come from, below the folder that its loaders are made of: [`ImageFiles`], a function, or a type of your
/// own.
///
/// ```
/// use std::path::{Path, PathBuf};
/// use firelight_datablock::{CategoryBlock, DataBlock, DataError, ImageBlock, parent_label};
///
/// /// What a list names, a file a line.
/// fn listed(root: &Path) -> Result<Vec<PathBuf>, DataError> {
///     let list = root.join("files.txt");
///     let text = std::fs::read_to_string(&list).map_err(|why| DataError::Unreadable { path: list, why })?;
///     Ok(text.lines().map(|name| root.join(name)).collect())
/// }
///
/// let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_source(listed);
/// ```
pub trait Source<T = PathBuf>: Send + Sync {
    /// The items, in their order. `progress` shows how far a long search is.
    ///
    /// # Errors
    ///
    /// Why there are none. A list with an item twice is refused by the recipe.
    fn items(&self, root: &Path, progress: &Progress) -> Result<Vec<T>, DataError>;
}

impl<T, F: Fn(&Path) -> Result<Vec<T>, DataError> + Send + Sync> Source<T> for F {
    fn items(&self, root: &Path, _: &Progress) -> Result<Vec<T>, DataError> {
        self(root)
    }
}

/// All picture files below `root`, sorted by path: fastai's `get_image_files`, but in the same order on every machine.
///
/// Files and folders whose names start with a dot are passed over, whatever they are; endings count in any letter case;
/// symbolic links are followed, and a file that a link shows twice is found twice. Pipes, sockets and devices are passed over; a broken link with a picture's ending is an item
/// whose reading says so. [`verify_images`](crate::verify_images) looks at the same files. Use [`ImageFiles`] to look only into
/// some folders.
///
/// ```no_run
/// use firelight_datablock::image_files;
///
/// let files = image_files("pets/images")?;
/// println!("{} pictures, first {}", files.len(), files[0].display());
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
///
/// # Errors
///
/// [`DataError::NoFolder`] if `root` is not a folder, [`DataError::Unreadable`] if a folder below cannot be listed, and
/// [`DataError::NoPictures`] if there are none.
pub fn image_files(root: impl AsRef<Path>) -> Result<Vec<PathBuf>, DataError> {
    ImageFiles::new().find(root)
}

/// A recipe for finding picture files.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`in_folders`](Self::in_folders) | all | names of folders directly below the root to look into |
/// | [`recursive`](Self::recursive) | `true` | look below the root's own files |
/// | [`with_endings`](Self::with_endings) | the readable formats | file endings, with or without the dot, any letter case |
/// | [`with_progress`](Self::with_progress) | the terminal | where a long search shows how far it is |
///
/// With a folder filter the files that lie directly in the root are left out, as fastai does, unless `"."` is among the
/// names.
///
/// ```no_run
/// use firelight_datablock::ImageFiles;
///
/// let jpegs = ImageFiles::new().in_folders(["train", "valid"]).with_endings(["jpg", "jpeg"]).find("flowers")?;
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ImageFiles {
    folders: Option<Vec<String>>,
    recursive: bool,
    endings: Vec<String>,
    progress: Progress,
}

impl Default for ImageFiles {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageFiles {
    /// Every readable picture format, in all folders below the root.
    pub fn new() -> Self {
        let endings = PICTURE_ENDINGS.iter().copied().map(String::from).collect();
        Self { folders: None, recursive: true, endings, progress: Progress::default() }
    }

    /// Looks only into these folders directly below the root.
    pub fn in_folders<S: Into<String>>(mut self, folders: impl IntoIterator<Item = S>) -> Self {
        self.folders = Some(folders.into_iter().map(Into::into).collect());
        self
    }

    /// Whether to look below the root's own files. Default `true`.
    pub fn recursive(mut self, recursive: bool) -> Self {
        self.recursive = recursive;
        self
    }

    /// File endings to accept: `"png"`, or `".png"` as fastai writes it.
    pub fn with_endings<S: AsRef<str>>(mut self, endings: impl IntoIterator<Item = S>) -> Self {
        let plain = |ending: S| ending.as_ref().trim_start_matches('.').to_ascii_lowercase();
        self.endings = endings.into_iter().map(plain).collect();
        self
    }

    /// Where a long search, and [`verify_images_with`](crate::verify_images_with), shows how far it is. A recipe has one of its own.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The files, sorted by path.
    ///
    /// # Errors
    ///
    /// As [`image_files`].
    pub fn find(&self, root: impl AsRef<Path>) -> Result<Vec<PathBuf>, DataError> {
        self.walk(root.as_ref(), &self.progress).map(|walk| walk.files)
    }

    /// Files as they are given, and those [found](Self::find) below what are folders, in the order of the places: what a program is told on its
    /// command line.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// use firelight_datablock::ImageFiles;
    ///
    /// std::fs::write(folder.path().join("2.png"), "")?;
    /// std::fs::write(folder.path().join("1.png"), "")?;
    /// let found = ImageFiles::new().find_among([&folder.path().join("2.png"), folder.path()])?;
    /// assert_eq!(found.len(), 3);
    /// assert!(found[0].ends_with("2.png") && found[1].ends_with("1.png"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`image_files`], of the first folder that has none; a file that is given is looked at when it is read.
    pub fn find_among(&self, places: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Vec<PathBuf>, DataError> {
        let mut files = Vec::new();
        for place in places {
            let place = place.as_ref();
            if place.is_dir() {
                files.extend(self.find(place)?);
            } else {
                files.push(place.to_path_buf());
            }
        }
        Ok(files)
    }

    fn walk(&self, root: &Path, progress: &Progress) -> Result<Walk<'_>, DataError> {
        if !root.is_dir() {
            return Err(DataError::NoFolder { path: root.to_path_buf() });
        }
        let walk = Walk::through(self, root, progress)?;
        if walk.files.is_empty() {
            let looked_for = match &self.folders {
                Some(folders) => format!("the folders {folders:?} directly below it"),
                None => self.endings.iter().map(|e| format!(".{e}")).collect::<Vec<_>>().join(" "),
            };
            return Err(DataError::NoPictures { path: root.to_path_buf(), looked_for });
        }
        Ok(walk)
    }

    fn wants(&self, folder: &OsStr) -> bool {
        self.folders.as_ref().is_none_or(|folders| folders.iter().any(|wanted| folder == OsStr::new(wanted)))
    }
}

impl Source for ImageFiles {
    /// None may be there twice; without links none can be.
    fn items(&self, root: &Path, progress: &Progress) -> Result<Vec<PathBuf>, DataError> {
        let walk = self.walk(root, progress)?;
        if walk.through_links {
            repeated::check::<Path>(&walk.files)?;
        }
        Ok(walk.files)
    }
}

impl Item for Path {
    fn path(&self) -> Cow<'_, Path> {
        Cow::Borrowed(self)
    }

    fn below(root: &Path, progress: &Progress) -> Result<Vec<PathBuf>, DataError> {
        ImageFiles::new().items(root, progress)
    }

    fn of_file(file: &Path) -> Option<&Self> {
        Some(file)
    }
}

/// The items that a type has where no source is named.
pub(crate) struct Below<I: ?Sized>(PhantomData<fn(&I)>);

impl<I: ?Sized> Below<I> {
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<I: Item + ?Sized> Source<Owned<I>> for Below<I> {
    fn items(&self, root: &Path, progress: &Progress) -> Result<Vec<Owned<I>>, DataError> {
        I::below(root, progress)
    }
}

/// A source that may have an item twice.
pub(crate) struct Checked<S, I: ?Sized>(S, PhantomData<fn(&I)>);

impl<S, I: ?Sized> Checked<S, I> {
    pub fn new(source: S) -> Self {
        Self(source, PhantomData)
    }
}

impl<S: Source<Owned<I>>, I: Item + ?Sized> Source<Owned<I>> for Checked<S, I> {
    fn items(&self, root: &Path, progress: &Progress) -> Result<Vec<Owned<I>>, DataError> {
        let items = self.0.items(root, progress)?;
        repeated::check::<I>(&items)?;
        Ok(items)
    }
}

impl Wanted for ImageFiles {
    fn enters(&self, name: &OsStr, depth: usize) -> bool {
        self.recursive && (depth > 1 || self.wants(name))
    }

    fn takes(&self, name: &OsStr, depth: usize) -> bool {
        let ending = Path::new(name).extension().and_then(OsStr::to_str);
        (depth > 1 || self.wants(OsStr::new(".")))
            && ending.is_some_and(|ending| self.endings.iter().any(|wanted| ending.eq_ignore_ascii_case(wanted)))
    }
}
