//! A look at every file before training: which ones cannot be read, and why.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::{Limits, PictureReader, TransformError};

/// What [`verify_images`] found.
///
/// ```no_run
/// use firelight_transforms::{Limits, verify_images};
///
/// let found = verify_images(&["images/1.jpg", "images/2.jpg"], &Limits::default());
/// println!("{} of {} files are broken", found.broken.len(), found.checked);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Verification {
    /// How many files were decoded or refused.
    pub checked: usize,
    /// The files that cannot be used, in the order of `files`.
    pub broken: Vec<Broken>,
}

/// A file that cannot be used.
///
/// ```no_run
/// # use firelight_transforms::{Limits, verify_images};
/// for broken in verify_images(&["images/1.jpg"], &Limits::default()).broken {
///     println!("{}: {}", broken.path.display(), broken.reason);
/// }
/// ```
#[derive(Debug)]
pub struct Broken {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, naming it.
    pub reason: TransformError,
}

/// Decodes every file in parallel, whatever its name, and keeps a list of those that fail; nothing is changed or removed.
///
/// Finding the files of a folder is not this crate's trade: `firelight_datablock::verify_images` does it, as training does.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// use firelight_transforms::{Limits, verify_images};
///
/// let files = ["broken.jpg", "fine.png"].map(|name| folder.path().join(name));
/// std::fs::write(&files[0], "not a picture")?;
/// image::RgbImage::new(2, 2).save(&files[1])?;
/// let found = verify_images(&files, &Limits::default());
/// assert_eq!((found.checked, found.broken.len()), (2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_images(files: &[impl AsRef<Path> + Sync], limits: &Limits) -> Verification {
    verify_images_with(files, limits, |_, _| {})
}

/// [`verify_images`] that calls `tell(done, all)` after each file, from the thread that looked at it: for a bar.
///
/// ```no_run
/// use firelight_transforms::{Limits, verify_images_with};
///
/// let files = ["images/1.jpg", "images/2.jpg"];
/// let found = verify_images_with(&files, &Limits::default(), |done, all| eprint!("\r{done} of {all}"));
/// ```
pub fn verify_images_with(
    files: &[impl AsRef<Path> + Sync],
    reader: impl Into<PictureReader>,
    tell: impl Fn(usize, usize) + Sync,
) -> Verification {
    let (reader, done) = (reader.into(), AtomicUsize::new(0));
    let refused = files.par_iter().filter_map(|path| {
        let path = path.as_ref();
        let reason = reader.open(path).err();
        tell(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
        Some(Broken { path: path.to_owned(), reason: reason? })
    });
    Verification { checked: files.len(), broken: refused.collect() }
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
