//! Picture files as inputs.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firelight_transforms::{Channels, InputReader, Limits, Picture, PictureReader, TransformError};

use super::{InputBlock, OpenFile};
use crate::{DataError, Item, Labeller};

/// Reads a picture file, whatever its format: by content, not by ending, turned upright as its EXIF orientation says. An item is the file,
/// unless [`with_file`](Self::with_file) tells which file an item has, or [`with_bands`](Self::with_bands) which files.
///
/// | block | planes | see [`Channels`] |
/// |---|---|---|
/// | [`rgb`](Self::rgb) | 3 | colours of 8 bits |
/// | [`rgb16`](Self::rgb16) | 3 | colours of as many bits as the file has |
/// | [`gray`](Self::gray) | 1 | 8 or 16 bits, colours by their luminance |
/// | [`channels(n)`](Self::channels) | n | what the file has |
///
/// Several pictures of an item are a tuple of blocks, `(ImageBlock::rgb().with_file(left), ImageBlock::rgb().with_file(right))`.
///
/// ```
/// use firelight_datablock::ImageBlock;
/// use firelight_transforms::Limits;
///
/// let scans = ImageBlock::gray().with_limits(Limits::default().with_pixels(400_000_000).with_bytes(4 << 30));
/// ```
pub struct ImageBlock<I: ?Sized = Path> {
    reader: PictureReader,
    files: Files<I>,
    shared: bool,
}

/// Where an item's picture is. Of a path that is the path, which is not copied for it.
enum Files<I: ?Sized> {
    Item(fn(&I) -> &Path),
    One(Arc<dyn Labeller<PathBuf, I>>),
    /// So many, whose channels make one picture.
    Bands(usize, Arc<dyn Labeller<Vec<PathBuf>, I>>),
}

impl ImageBlock {
    /// Colour pictures of 8 bits, three channels.
    pub fn rgb() -> Self {
        Self::of(Channels::Rgb)
    }

    /// Colour pictures of as many bits as their files have, three channels.
    pub fn rgb16() -> Self {
        Self::of(Channels::Rgb16)
    }

    /// Gray pictures of as many bits as their files have, one channel.
    pub fn gray() -> Self {
        Self::of(Channels::Gray)
    }

    /// The channels that files have, which must be so many, at least 1.
    pub fn channels(channels: usize) -> Self {
        Self::of(Channels::Own(channels))
    }

    fn of(channels: Channels) -> Self {
        Self { reader: PictureReader::new(channels), files: Files::Item(|item| item), shared: false }
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
        self.reader = self.reader.with_limits(limits);
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
        self.with_files(Files::One(Arc::new(file)))
    }

    /// Items whose picture is in `count` files of one size, as the bands of a satellite's: their channels become those of one picture, in the
    /// order that `files` tells them.
    ///
    /// ```
    /// use std::path::{Path, PathBuf};
    /// use firelight_datablock::{ImageBlock, InputBlock};
    ///
    /// let bands = ["B02", "B03", "B04", "B08"];
    /// let scene = ImageBlock::gray().with_bands(4, move |scene: &Path| {
    ///     Ok(bands.map(|band| scene.join(band).with_extension("tif")).to_vec())
    /// });
    /// assert_eq!(scene.channels(), [4]);
    /// ```
    pub fn with_bands<J: ?Sized>(self, count: usize, files: impl Labeller<Vec<PathBuf>, J> + 'static) -> ImageBlock<J> {
        self.with_files(Files::Bands(count, Arc::new(files)))
    }

    fn with_files<J: ?Sized>(self, files: Files<J>) -> ImageBlock<J> {
        ImageBlock { reader: self.reader, files, shared: self.shared }
    }

    /// Whether several items may have one file, as regions of one photograph or pairs of it with others. Default `false`, since a file that
    /// trains must not validate: see [`GroupSplitter`](crate::GroupSplitter).
    pub fn with_shared_files(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }

    fn input(&self) -> InputReader {
        match self.files {
            Files::Bands(files, _) => InputReader::Bands { reader: self.reader, files },
            _ => InputReader::File(self.reader),
        }
    }
}

impl<I: ?Sized> Clone for ImageBlock<I> {
    fn clone(&self) -> Self {
        let files = match &self.files {
            Files::Item(file) => Files::Item(*file),
            Files::One(file) => Files::One(file.clone()),
            Files::Bands(count, files) => Files::Bands(*count, files.clone()),
        };
        Self { files, ..*self }
    }
}

impl<I: ?Sized> fmt::Debug for ImageBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageBlock").field("reader", &self.reader).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> InputBlock<I> for ImageBlock<I> {
    fn read(&self, item: &I) -> Result<Picture, TransformError> {
        if let Files::Item(file) = &self.files {
            return self.reader.open(file(item));
        }
        let files = self.files(item).map_err(|error| TransformError::Input { reason: error.to_string() })?;
        self.input().open(&files)
    }

    fn read_with(&self, item: &I, open: &OpenFile<'_>) -> Result<Arc<Picture>, TransformError> {
        if let Files::Item(file) = &self.files {
            return open(&self.reader, file(item));
        }
        let files = self.files(item).map_err(|error| TransformError::Input { reason: error.to_string() })?;
        self.input().open_with(&files, open)
    }

    fn may_share_files(&self) -> bool {
        self.shared
    }

    fn files(&self, item: &I) -> Result<Vec<PathBuf>, DataError> {
        match &self.files {
            Files::Item(_) => Ok(Vec::new()),
            Files::One(file) => file.label(item).map(|file| vec![file]),
            Files::Bands(count, files) => {
                let files = files.label(item)?;
                if files.len() == *count {
                    return Ok(files);
                }
                let value = format!("{} of {}", files.len(), item.path().display());
                let remedy = format!("tell {count}, one for each band (`ImageBlock::with_bands`)");
                Err(DataError::Setting { setting: "number of files", value, remedy })
            }
        }
    }

    fn channels(&self) -> Vec<usize> {
        self.input().channels()
    }

    fn reader(&self) -> Option<InputReader> {
        Some(self.input())
    }
}
