//! Looking at every picture before training.

use std::path::Path;

use firelight_transforms::{Limits, PictureReader, Verification};

use crate::{DataError, ImageFiles};

/// Decodes every picture file below `root` in parallel and lists those that are broken, with reasons: fastai's
/// `verify_images`. Nothing is changed or removed.
///
/// These are the files that [`image_files`](crate::image_files) finds, read as [`ImageBlock::rgb`](crate::ImageBlock::rgb)
/// reads them; [`verify_images_with`] takes other files and limits.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// use firelight_datablock::verify_images;
///
/// std::fs::write(folder.path().join("broken.jpg"), "not a picture")?;
/// let found = verify_images(&folder)?;
/// assert!(found.to_string().starts_with("1 pictures checked, 1 broken"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`image_files`](crate::image_files): a folder that is not there, cannot be listed or has no pictures.
pub fn verify_images(root: impl AsRef<Path>) -> Result<Verification, DataError> {
    verify_images_with(root, &ImageFiles::new(), &Limits::default())
}

/// [`verify_images`] of the files that a recipe uses, read as its block reads them: by its limits, or by a [`PictureReader`] for other channels than
/// colours of 8 bits.
///
/// ```no_run
/// use firelight_datablock::{ImageFiles, verify_images_with};
/// use firelight_transforms::Limits;
///
/// let scans = ImageFiles::new().with_endings(["tif"]);
/// let found = verify_images_with("scans", &scans, &Limits::default().with_pixels(400_000_000))?;
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
///
/// # Errors
///
/// As [`verify_images`], and [`DataError::Transforms`] for a limit of 0.
pub fn verify_images_with(
    root: impl AsRef<Path>,
    files: &ImageFiles,
    reader: impl Into<PictureReader>,
) -> Result<Verification, DataError> {
    let reader = reader.into();
    reader.check().map_err(DataError::Transforms)?;
    let found = files.find(root)?;
    let bar = files.progress().bar(found.len(), "verify");
    Ok(firelight_transforms::verify_images_with(&found, reader, |done, _| bar.set_position(done as u64)))
}
