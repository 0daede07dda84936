//! A look at every file before training: which ones cannot be read, and why.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::{Limits, TransformError, open};

/// Extensions that [`verify_images`] takes for pictures inside a folder.
const EXTENSIONS: [&str; 17] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "tif", "tiff", "pnm", "pbm", "pgm", "ppm", "pam", "qoi",
    "ico",
];

/// What [`verify_images`] found.
///
/// ```no_run
/// use firelight_transforms::{Limits, verify_images};
///
/// let found = verify_images(&["images"], &Limits::default());
/// println!("{} of {} files are broken", found.broken.len(), found.checked);
/// ```
#[derive(Debug)]
pub struct Verification {
    /// How many files were decoded or refused.
    pub checked: usize,
    /// The files that cannot be used, in the order of `sources` and, inside a folder, by name.
    pub broken: Vec<Broken>,
}

/// A file that cannot be used.
///
/// ```no_run
/// # use firelight_transforms::{Limits, verify_images};
/// for broken in verify_images(&["images"], &Limits::default()).broken {
///     println!("{}: {}", broken.path.display(), broken.reason);
/// }
/// ```
#[derive(Debug)]
pub struct Broken {
    /// The file, or a folder that could not be listed.
    pub path: PathBuf,
    /// What is wrong with it, naming it.
    pub reason: TransformError,
}

/// Decodes every file in parallel and keeps a list of those that fail; nothing is changed or removed.
///
/// `sources` are files, which are checked whatever their names, and folders, which are searched through for names with a
/// picture's extension; names that start with a dot are passed over. Links to folders are not followed.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// use firelight_transforms::{Limits, verify_images};
///
/// std::fs::write(folder.path().join("broken.jpg"), "not a picture")?;
/// image::RgbImage::new(2, 2).save(folder.path().join("fine.png"))?;
/// let found = verify_images(&[folder.path()], &Limits::default());
/// assert_eq!((found.checked, found.broken.len()), (2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_images(sources: &[impl AsRef<Path>], limits: &Limits) -> Verification {
    verify_images_with(sources, limits, |_, _| {})
}

/// [`verify_images`] that calls `tell(done, all)` after each file, from the thread that looked at it: for a bar.
///
/// ```no_run
/// use firelight_transforms::{Limits, verify_images_with};
///
/// let found = verify_images_with(&["images"], &Limits::default(), |done, all| eprint!("\r{done} of {all}"));
/// ```
pub fn verify_images_with(
    sources: &[impl AsRef<Path>],
    limits: &Limits,
    tell: impl Fn(usize, usize) + Sync,
) -> Verification {
    let mut files = Vec::new();
    let mut broken = Vec::new();
    for source in sources {
        let source = source.as_ref();
        if source.is_dir() {
            list(source, &mut files, &mut broken);
        } else {
            files.push(source.to_owned());
        }
    }
    let done = AtomicUsize::new(0);
    let refused = files.par_iter().filter_map(|path| {
        let reason = open(path, limits).err();
        tell(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
        let reason = reason?;
        Some(Broken { path: path.clone(), reason })
    });
    broken.extend(refused.collect::<Vec<_>>());
    Verification { checked: files.len(), broken }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>, broken: &mut Vec<Broken>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(source) => {
            let path = folder.to_owned();
            broken.push(Broken { path: path.clone(), reason: TransformError::Read { path, source } });
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(&path, files, broken);
        } else if path.extension().is_some_and(is_picture) {
            files.push(path);
        }
    }
}

fn is_picture(extension: &std::ffi::OsStr) -> bool {
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// A line of counts, then one line for each broken file.
impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pictures checked, {} broken", self.checked, self.broken.len())?;
        for Broken { reason, .. } in &self.broken {
            write!(f, "\n{reason}")?;
        }
        Ok(())
    }
}
