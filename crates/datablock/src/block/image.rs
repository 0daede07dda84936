//! Picture files as inputs.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firelight_transforms::{Limits, TransformError, open};
use image::RgbImage;
use rayon::prelude::*;

use super::InputBlock;
use crate::guard::guard;
use crate::in_parts::in_parts;
use crate::{DataError, Item, Labeller, repeated};

/// Reads a picture file as 8-bit RGB, whatever its format: by content, not by ending, turned upright as its EXIF
/// orientation says. An item is the file, unless [`with_file`](Self::with_file) tells which file an item has.
///
/// ```
/// use firelight_datablock::ImageBlock;
/// use firelight_transforms::Limits;
///
/// let scans = ImageBlock::rgb().with_limits(Limits::default().with_pixels(400_000_000));
/// ```
pub struct ImageBlock<I: ?Sized = Path> {
    limits: Limits,
    file: File<I>,
    shared: bool,
}

/// Where an item's picture is. Of a path that is the path, which is not copied for it.
enum File<I: ?Sized> {
    Item(fn(&I) -> &Path),
    Of(Arc<dyn Labeller<PathBuf, I>>),
}

impl ImageBlock {
    /// Colour pictures, three channels.
    pub fn rgb() -> Self {
        Self { limits: Limits::default(), file: File::Item(|item| item), shared: false }
    }
}

impl Default for ImageBlock {
    fn default() -> Self {
        Self::rgb()
    }
}

impl<I: ?Sized> ImageBlock<I> {
    /// How large a picture may be before it is refused (see [`Limits`] for the defaults).
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Items of another type, whose picture files `file` tells: fastai's `get_x`. It is asked once when loaders are made, which refuse items
    /// whose file is not there and items that have one file together, and whenever a picture is read.
    ///
    /// ```
    /// use std::path::PathBuf;
    /// use firelight_datablock::ImageBlock;
    ///
    /// let by_number = ImageBlock::rgb().with_file(|number: &u32| Ok(PathBuf::from(format!("scans/{number}.png"))));
    /// ```
    pub fn with_file<J: ?Sized>(self, file: impl Labeller<PathBuf, J> + 'static) -> ImageBlock<J> {
        ImageBlock { limits: self.limits, file: File::Of(Arc::new(file)), shared: self.shared }
    }

    /// Whether several items may have one file, as regions of one photograph. Default `false`, since a file that trains must not
    /// validate: see [`GroupSplitter`](crate::GroupSplitter).
    pub fn with_shared_files(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }
}

impl<I: ?Sized> Clone for ImageBlock<I> {
    fn clone(&self) -> Self {
        let file = match &self.file {
            File::Item(file) => File::Item(*file),
            File::Of(file) => File::Of(file.clone()),
        };
        Self { file, ..*self }
    }
}

impl<I: ?Sized> fmt::Debug for ImageBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageBlock").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> InputBlock<I> for ImageBlock<I> {
    fn read(&self, item: &I) -> Result<RgbImage, TransformError> {
        match &self.file {
            File::Item(file) => open(file(item), &self.limits),
            File::Of(file) => {
                let file = file.label(item).map_err(|error| TransformError::Input { reason: error.to_string() })?;
                open(&file, &self.limits)
            }
        }
    }

    fn check(&self, items: &[&I]) -> Result<(), DataError> {
        let File::Of(file) = &self.file else { return Ok(()) };
        let files = in_parts(items, |_, items| {
            let file = |item: &&I| guard("input block", item.path().display(), || file.label(item));
            items.iter().map(file).collect::<Result<Vec<_>, _>>()
        })?
        .concat();
        let is_missing = |file: &PathBuf| file.metadata().is_err_and(|why| why.kind() == ErrorKind::NotFound);
        let missing: Vec<usize> = (0..files.len()).into_par_iter().filter(|&item| is_missing(&files[item])).collect();
        let path = |item: usize| items[item].path().into_owned();
        if let Some(&first) = missing.first() {
            let (count, items) = (missing.len(), items.len());
            return Err(DataError::MissingFiles { count, items, item: path(first), file: files[first].clone() });
        }
        if self.shared {
            return Ok(());
        }
        match repeated::find::<Path>(&files) {
            None => Ok(()),
            Some([first, second]) => {
                Err(DataError::SharedFile { items: [first, second].map(path), file: files[second].clone() })
            }
        }
    }

    fn file(&self, item: &I) -> Result<Option<PathBuf>, DataError> {
        match &self.file {
            File::Item(_) => Ok(None),
            File::Of(file) => file.label(item).map(Some),
        }
    }

    fn limits(&self) -> Option<Limits> {
        Some(self.limits)
    }
}
