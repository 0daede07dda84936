//! The pictures of a folder, and what names of a table mean among them.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use firelight::image::metadata::Orientation;
use firelight::image::{ImageDecoder, ImageReader};
use firelight::prelude::*;

/// What a run writes into its folder first. A folder with it is no data.
pub const RECIPE: &str = "firelight.toml";

/// All pictures below a folder but for those that a run has drawn there, told from it, sorted.
pub fn below(root: &Path, progress: &Progress) -> Result<Vec<PathBuf>, DataError> {
    let files = ImageFiles::new().with_progress(progress.clone()).find(root)?;
    let mut runs: HashMap<PathBuf, bool> = HashMap::new();
    let mut of_a_run = |file: &Path| {
        file.ancestors()
            .skip(1)
            .take_while(|folder| !folder.as_os_str().is_empty())
            .any(|folder| *runs.entry(folder.to_path_buf()).or_insert_with(|| root.join(folder).join(RECIPE).is_file()))
    };
    let told = files.into_iter().map(|file| file.strip_prefix(root).map_or(file.clone(), Path::to_path_buf));
    Ok(told.filter(|file| !of_a_run(file)).collect())
}

/// Width and height of a picture as it is seen; `None` where its file does not tell.
pub fn upright_size(file: &Path) -> Option<[u32; 2]> {
    let reader = ImageReader::open(file).ok()?.with_guessed_format().ok()?;
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    // A picture with broken EXIF is still a picture.
    let turned = decoder.orientation().is_ok_and(|orientation| {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
    });
    Some(if turned { [height, width] } else { [width, height] })
}

/// A path that means the same from any folder, as a recipe may be read there.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// A path without links, of what need not be there yet.
pub fn resolved(path: &Path) -> PathBuf {
    let path = absolute(path);
    let there = path.ancestors().find_map(|folder| Some((folder, folder.canonicalize().ok()?)));
    let beyond = there.map(|(folder, real)| path.strip_prefix(folder).map_or(real.clone(), |rest| real.join(rest)));
    // Joined with nothing a path ends in a separator, which counts for none.
    beyond.map_or(path, |path| path.components().collect())
}

/// The folders that a file lies in, outermost first.
pub fn folders(file: &Path) -> Vec<String> {
    let folder = file.parent().unwrap_or(Path::new(""));
    folder.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
}

/// Pictures by what a table may call them: a path, from the table's folder or from anywhere else; a name, in any case; a name without its
/// ending.
pub struct Places {
    root: PathBuf,
    home: PathBuf,
    /// All of them, told from the root.
    paths: HashSet<PathBuf>,
    names: HashMap<String, Vec<PathBuf>>,
}

/// What a name means.
#[derive(Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A picture.
    One(PathBuf),
    /// Several, told from the root.
    Several(&'a [PathBuf]),
    /// None.
    None,
}

impl Places {
    /// Of files, told from `root`, those below `folder`, for a table that lies in `home`.
    pub fn new(root: &Path, home: &Path, files: &[PathBuf], folder: &str) -> Self {
        let mut names: HashMap<String, Vec<PathBuf>> = HashMap::new();
        for file in files.iter().filter(|file| file.starts_with(folder)) {
            for name in [file.file_name(), file.file_stem()].into_iter().flatten() {
                let places = names.entry(name.to_string_lossy().to_lowercase()).or_default();
                if places.last() != Some(file) {
                    places.push(file.clone());
                }
            }
        }
        let paths = files.iter().cloned().collect();
        Self { root: root.to_path_buf(), home: home.to_path_buf(), paths, names }
    }

    /// The folder that pictures are told from.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The picture that a field names.
    pub fn find(&self, field: &str) -> Place<'_> {
        if field.trim().is_empty() {
            return Place::None;
        }
        // The disk is asked of what is not known alone: tables are long.
        let is_known = |file: &&PathBuf| file.strip_prefix(&self.root).is_ok_and(|told| self.paths.contains(told));
        let told = [self.home.join(field), self.root.join(field)];
        if let Some(file) = told.iter().find(is_known).or_else(|| told.iter().find(|file| file.is_file())) {
            return Place::One(file.clone());
        }
        // Of a path from another machine its end counts.
        let name = field.rsplit(['/', '\\']).next().unwrap_or(field).to_lowercase();
        match self.names.get(&name).map(Vec::as_slice) {
            None | Some([]) => Place::None,
            Some([one]) => Place::One(self.root.join(one)),
            Some(several) => Place::Several(several),
        }
    }
}

/// A path as a shell takes it, in a command that is there to be copied.
pub fn for_shell(path: &Path) -> String {
    let path = path.to_string_lossy();
    shlex::try_quote(&path).map_or_else(|_| path.to_string(), std::borrow::Cow::into_owned)
}
