//! Looking at every picture before training.

use std::path::Path;

use firelight_transforms::{Limits, Verification, verify_images_with};

use crate::progress;

/// Decodes every picture file below `root` in parallel and lists those that are broken, with reasons: fastai's
/// `verify_images`. Nothing is changed or removed.
///
/// Pictures may be as large as [`Limits::default`] allows;
/// [`firelight_transforms::verify_images`](firelight_transforms::verify_images) takes other limits and single files.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// use firelight_datablock::verify_images;
///
/// std::fs::write(folder.path().join("broken.jpg"), "not a picture")?;
/// let found = verify_images(&folder);
/// assert!(found.to_string().starts_with("1 pictures checked, 1 broken"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn verify_images(root: impl AsRef<Path>) -> Verification {
    let bar = progress::bar(0, "verify");
    verify_images_with(&[root], &Limits::default(), |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })
}
