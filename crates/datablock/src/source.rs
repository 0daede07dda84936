//! Finding the picture files of a folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::{DataError, progress};

/// Endings of the formats that the decoder reads, in lower case.
const ENDINGS: [&str; 16] = [
    "bmp", "gif", "ico", "jfif", "jpe", "jpeg", "jpg", "pbm", "pgm", "png", "pnm", "ppm", "qoi", "tif", "tiff", "webp",
];

/// A look at the clock for each file would slow a scan of a million down.
const SHOWN_EVERY: usize = 1000;

/// All picture files below `root`, sorted by path: fastai's `get_image_files`, but in the same order on every machine.
///
/// Files and folders whose names start with a dot are skipped; endings count in any letter case; symbolic links are
/// followed. Use [`ImageFiles`] to look only into some folders.
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
/// | [`with_endings`](Self::with_endings) | the readable formats | file endings without the dot, any letter case |
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
}

impl Default for ImageFiles {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageFiles {
    /// Every readable picture format, in all folders below the root.
    pub fn new() -> Self {
        let endings = ENDINGS.map(String::from).to_vec();
        Self { folders: None, recursive: true, endings }
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

    /// File endings to accept, without the dot.
    pub fn with_endings<S: AsRef<str>>(mut self, endings: impl IntoIterator<Item = S>) -> Self {
        self.endings = endings.into_iter().map(|e| e.as_ref().to_ascii_lowercase()).collect();
        self
    }

    /// The files, sorted by path.
    ///
    /// # Errors
    ///
    /// As [`image_files`].
    pub fn find(&self, root: impl AsRef<Path>) -> Result<Vec<PathBuf>, DataError> {
        let root = root.as_ref();
        if !root.is_dir() {
            return Err(DataError::NoFolder { path: root.to_path_buf() });
        }
        let depth = if self.recursive { usize::MAX } else { 1 };
        let mut files = Vec::new();
        let bar = progress::count("files");
        // Names sorted folder by folder are paths sorted as a whole, and comparing bytes takes a tenth of the time.
        let by_name = |a: &DirEntry, b: &DirEntry| a.path().as_os_str().cmp(b.path().as_os_str());
        let walk = WalkDir::new(root).follow_links(true).max_depth(depth).sort_by(by_name).into_iter();
        for entry in walk.filter_entry(|entry| self.enters(entry)) {
            let entry = entry.map_err(|error| DataError::Unreadable {
                path: error.path().unwrap_or(root).to_path_buf(),
                source: error.into(),
            })?;
            if entry.file_type().is_file() && self.accepts(&entry) {
                files.push(entry.into_path());
                if files.len() % SHOWN_EVERY == 0 {
                    bar.set_position(files.len() as u64);
                }
            }
        }
        if files.is_empty() {
            let looked_for = match &self.folders {
                Some(folders) => format!("the folders {folders:?} directly below it"),
                None => self.endings.iter().map(|e| format!(".{e}")).collect::<Vec<_>>().join(" "),
            };
            return Err(DataError::NoPictures { path: root.to_path_buf(), looked_for });
        }
        Ok(files)
    }

    fn enters(&self, entry: &DirEntry) -> bool {
        if entry.depth() == 0 {
            return true;
        }
        let name = entry.file_name().to_string_lossy();
        let wanted = |wanted: &str| self.folders.as_ref().is_none_or(|folders| folders.iter().any(|f| f == wanted));
        !name.starts_with('.')
            && match (entry.depth(), entry.file_type().is_dir()) {
                (1, true) => wanted(&name),
                (1, false) => wanted("."),
                _ => true,
            }
    }

    fn accepts(&self, entry: &DirEntry) -> bool {
        let ending = entry.path().extension().and_then(OsStr::to_str);
        ending.is_some_and(|ending| self.endings.iter().any(|wanted| ending.eq_ignore_ascii_case(wanted)))
    }
}
