use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::reader::{Encoded, MOST_CHANNELS};
use super::{Bands, Channels, Picture, PictureReader};
use crate::{Size, TransformError};

/// How the input of an item is read from its files: one file, several whose channels make one picture, or several pictures.
///
/// It serialises, so that an export can read new files as training did.
///
/// ```
/// use firelight_transforms::{Channels, InputReader, PictureReader};
///
/// let colour = InputReader::File(PictureReader::default());
/// let bands = InputReader::Bands { reader: PictureReader::new(Channels::Gray), files: 5 };
/// let both = InputReader::Several(vec![colour, bands]);
/// assert_eq!((both.files(), both.channels()), (6, vec![3, 5]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InputReader {
    /// A picture a file.
    File(PictureReader),
    /// The channels of several files of one size, one after the other. The limits are of each file.
    Bands {
        /// How each is read.
        reader: PictureReader,
        /// How many there are.
        files: usize,
    },
    /// A picture for each.
    Several(Vec<InputReader>),
}

/// What gives the picture of a file.
type Open<'a> = dyn Fn(&PictureReader, Encoded<'_>) -> Result<Arc<Picture>, TransformError> + 'a;

impl Default for InputReader {
    fn default() -> Self {
        Self::File(PictureReader::default())
    }
}

impl InputReader {
    /// A file for each picture, of so many channels: of three as colours of 8 bits.
    pub fn of_channels(channels: &[usize]) -> Self {
        let file = |&channels: &usize| {
            Self::File(PictureReader::new(if channels == 3 { Channels::Rgb } else { Channels::Own(channels) }))
        };
        match channels {
            [one] => file(one),
            several => Self::Several(several.iter().map(file).collect()),
        }
    }

    /// How many files an item has.
    pub fn files(&self) -> usize {
        match self {
            Self::File(_) => 1,
            Self::Bands { files, .. } => *files,
            Self::Several(readers) => readers.iter().map(Self::files).sum(),
        }
    }

    /// The channels of each picture.
    pub fn channels(&self) -> Vec<usize> {
        match self {
            Self::File(reader) => vec![reader.channels().count()],
            Self::Bands { reader, files } => vec![reader.channels().count().saturating_mul(*files)],
            Self::Several(readers) => readers.iter().flat_map(Self::channels).collect(),
        }
    }

    /// The most bytes that decoding may take of a file of the item, as [`PictureReader::decoding_bytes`] tells it: of several readers the most of all.
    pub fn decoding_bytes(&self, file: &[u8]) -> u64 {
        match self {
            Self::File(reader) => reader.decoding_bytes(file),
            Self::Bands { reader, .. } => reader.of_bands().decoding_bytes(file),
            Self::Several(readers) => readers.iter().map(|reader| reader.decoding_bytes(file)).max().unwrap_or(0),
        }
    }

    /// Reads an item's files, which are given in the order of the readers.
    ///
    /// # Errors
    ///
    /// As [`PictureReader::open`], each naming the file; [`TransformError::Input`] for another number of files, and
    /// [`TransformError::BandSizes`].
    pub fn open<P: AsRef<Path>>(&self, files: &[P]) -> Result<Picture, TransformError> {
        self.decoded(&on_disk(files))
    }

    /// As [`open`](Self::open), with each file's picture given by `open`: by one that has it already, say, or by
    /// [`PictureReader::open`].
    ///
    /// ```
    /// use std::path::Path;
    /// use std::sync::Arc;
    /// use firelight_transforms::{InputReader, Picture, PictureReader};
    ///
    /// let kept = Arc::new(Picture::from(image::RgbImage::new(4, 3)));
    /// let picture = InputReader::default().open_with(&["cat.jpg"], |_: &PictureReader, _: &Path| Ok(kept.clone()))?;
    /// assert!(Arc::ptr_eq(&picture, &kept));
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and what `open` says.
    pub fn open_with<P: AsRef<Path>>(
        &self,
        files: &[P],
        open: impl Fn(&PictureReader, &Path) -> Result<Arc<Picture>, TransformError>,
    ) -> Result<Arc<Picture>, TransformError> {
        self.read(&on_disk(files), &|reader, file| match file {
            Encoded::File(path) => open(reader, path),
            Encoded::Bytes(_) => reader.picture(file).map(Arc::new),
        })
    }

    /// As [`open`](Self::open), each picture reduced as [`PictureReader::open_reduced`] does: what loaders and predictors read.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_reduced<P: AsRef<Path>>(
        &self,
        files: &[P],
        reduction: impl Fn(Size) -> u32,
    ) -> Result<Picture, TransformError> {
        self.reduced(&on_disk(files), &reduction)
    }

    /// The same of files in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), without names.
    pub fn decode_reduced<B: AsRef<[u8]>>(
        &self,
        files: &[B],
        reduction: impl Fn(Size) -> u32,
    ) -> Result<Picture, TransformError> {
        self.reduced(&in_memory(files), &reduction)
    }

    fn reduced(&self, files: &[Encoded<'_>], reduction: &dyn Fn(Size) -> u32) -> Result<Picture, TransformError> {
        self.read(files, &|reader, file| reader.reduced(file, reduction).map(Arc::new)).map(Arc::unwrap_or_clone)
    }

    /// Decodes an item's files, which are in memory; otherwise as [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), without names.
    pub fn decode<B: AsRef<[u8]>>(&self, files: &[B]) -> Result<Picture, TransformError> {
        self.decoded(&in_memory(files))
    }

    fn decoded(&self, files: &[Encoded<'_>]) -> Result<Picture, TransformError> {
        self.read(files, &|reader, file| reader.picture(file).map(Arc::new)).map(Arc::unwrap_or_clone)
    }

    fn read(&self, files: &[Encoded<'_>], open: &Open<'_>) -> Result<Arc<Picture>, TransformError> {
        if files.len() != self.files() {
            let (given, needed) = (files.len(), self.files());
            let reason =
                format!("an item has {needed} file(s), and {given} are given; give one for each picture or band");
            return Err(TransformError::Input { reason });
        }
        match self {
            Self::File(reader) => open(reader, files[0]),
            Self::Bands { reader, .. } => {
                let (reader, mut all) = (reader.of_bands(), None::<Bands>);
                for &file in files {
                    let next = Arc::unwrap_or_clone(open(&reader, file)?).into_bands()?;
                    all = Some(Bands::joined(all.into_iter().chain([next])).map_err(|error| file.name(error))?);
                }
                let none = TransformError::BandLength { size: Size::new(0, 0), given: 0 };
                all.map(|bands| Arc::new(bands.into())).ok_or(none)
            }
            Self::Several(readers) => {
                let mut rest = files;
                let mut pictures = Vec::with_capacity(readers.len());
                for reader in readers {
                    let (own, others) = rest.split_at(reader.files());
                    pictures.push(Arc::unwrap_or_clone(reader.read(own, open)?));
                    rest = others;
                }
                Ok(Arc::new(Picture::Several(pictures)))
            }
        }
    }

    /// Checks that there is something to read.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] for no files, no channels, or more than 4,096 of either.
    pub fn check(&self) -> Result<(), TransformError> {
        match self {
            Self::File(reader) | Self::Bands { reader, .. } => reader.check()?,
            Self::Several(readers) => readers.iter().try_for_each(Self::check)?,
        }
        let channels = self.channels().into_iter().fold(0, usize::saturating_add);
        for (parameter, count) in [("files", self.files()), ("channels", channels)] {
            if !(1..=MOST_CHANNELS).contains(&count) {
                let (stage, value) = ("InputReader", count as f32);
                return Err(TransformError::Setting { stage, parameter, value, range: "1 to 4096" });
            }
        }
        Ok(())
    }
}

fn on_disk<P: AsRef<Path>>(files: &[P]) -> Vec<Encoded<'_>> {
    files.iter().map(|file| Encoded::File(file.as_ref())).collect()
}

fn in_memory<B: AsRef<[u8]>>(files: &[B]) -> Vec<Encoded<'_>> {
    files.iter().map(|bytes| Encoded::Bytes(bytes.as_ref())).collect()
}
