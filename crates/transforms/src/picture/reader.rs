use std::fmt;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Bands, Picture, reading, reduced};
use crate::decode::{guarded, in_memory};
use crate::{Limits, Size, TransformError, decode, file, open};

/// Which channels of a picture file are read.
///
/// | channels | planes | numbers |
/// |---|---|---|
/// | `Rgb` | 3 | colours of 8 bits, whatever the file has: fastai's `PILImage` |
/// | `Rgb16` | 3 | colours of as many bits as the file has |
/// | `Gray` | 1 | as many bits as the file has; of colours the luminance 0.299 r + 0.587 g + 0.114 b: fastai's `PILImageBW`, but for its rounding to 8 bits |
/// | `Own(n)` | n | the file's own channels, which must be as many: 2 of gray with alpha, 4 of colours with alpha or infrared, any number in a TIFF |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs)] // each is a row of the table
pub enum Channels {
    #[default]
    Rgb,
    Rgb16,
    Gray,
    Own(usize),
}

impl Channels {
    /// How many planes a picture becomes.
    pub fn count(self) -> usize {
        match self {
            Self::Rgb | Self::Rgb16 => 3,
            Self::Gray => 1,
            Self::Own(channels) => channels,
        }
    }

    /// What the floats of a picture take.
    pub(crate) fn bytes(self, size: Size) -> u64 {
        size.pixels().saturating_mul(self.count() as u64).saturating_mul(size_of::<f32>() as u64)
    }
}

/// The channels in words: `colours of 8 bits`.
impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rgb => f.write_str("colours of 8 bits"),
            Self::Rgb16 => f.write_str("colours of up to 16 bits"),
            Self::Gray => f.write_str("gray"),
            Self::Own(channels) => write!(f, "{channels} channels"),
        }
    }
}

/// How picture files are read: which channels, within which limits. It serialises, so that an export can read new files as training did.
///
/// ```
/// use firelight_transforms::{Channels, PictureReader};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scan = image::DynamicImage::from(image::ImageBuffer::from_pixel(2, 2, image::Luma([513_u16])));
/// let mut file = std::io::Cursor::new(Vec::new());
/// scan.write_to(&mut file, image::ImageFormat::Png)?;
/// let picture = PictureReader::new(Channels::Gray).decode(file.get_ref())?;
/// assert_eq!(picture.channels(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PictureReader {
    channels: Channels,
    limits: Limits,
}

/// Colours of 8 bits within these limits.
impl From<&Limits> for PictureReader {
    fn from(limits: &Limits) -> Self {
        Self { limits: *limits, ..Self::default() }
    }
}

impl PictureReader {
    /// A reader of these channels, within the usual limits.
    pub fn new(channels: Channels) -> Self {
        Self { channels, limits: Limits::default() }
    }

    /// How large a picture may be, and what is seen through it.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The channels.
    pub fn channels(&self) -> Channels {
        self.channels
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Reads and decodes a picture file, as [`open`](crate::open) does.
    ///
    /// # Errors
    ///
    /// As [`open`](crate::open), and [`TransformError::Channels`] for a file with other channels than are wanted.
    pub fn open(&self, path: &Path) -> Result<Picture, TransformError> {
        self.picture(Encoded::File(path))
    }

    /// As [`open`](Self::open), with colours of 8 bits of a JPEG file decoded at a half, a quarter or an eighth of their size where `reduction`
    /// gives 2, 4 or 8 for it: [what transforms allow](crate::PictureTransforms::reduction). It takes half of the time, and little memory.
    ///
    /// What such transforms then show is within 2 of 255 in the mean of what they show of the whole picture; masks, points and boxes are the
    /// same. Other files and channels are read as by `open`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_reduced(&self, path: &Path, reduction: impl Fn(Size) -> u32) -> Result<Picture, TransformError> {
        self.reduced(Encoded::File(path), &reduction)
    }

    pub(super) fn reduced(
        &self,
        encoded: Encoded<'_>,
        reduction: &dyn Fn(Size) -> u32,
    ) -> Result<Picture, TransformError> {
        let colours = |bytes: &[u8], name: &dyn Fn() -> String| {
            guarded(bytes, name, AssertUnwindSafe(|| reduced::colours(bytes, &self.limits, reduction)))
        };
        match (self.channels, encoded) {
            (Channels::Rgb, Encoded::File(path)) => {
                colours(&file::read(path, &self.limits)?, &|| path.display().to_string())
            }
            (Channels::Rgb, Encoded::Bytes(bytes)) => {
                let name = in_memory(bytes, &self.limits, "a picture")?;
                colours(bytes, &|| name.clone())
            }
            _ => self.picture(encoded),
        }
    }

    /// Decodes a picture from memory; otherwise as [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn decode(&self, bytes: &[u8]) -> Result<Picture, TransformError> {
        self.picture(Encoded::Bytes(bytes))
    }

    /// The same for files whose channels are some of a picture's: colours too are floats, of as many bits as the file has.
    pub(super) fn of_bands(&self) -> Self {
        let channels = if self.channels == Channels::Rgb { Channels::Rgb16 } else { self.channels };
        Self { channels, ..*self }
    }

    pub(super) fn picture(&self, encoded: Encoded<'_>) -> Result<Picture, TransformError> {
        match (self.channels, encoded) {
            (Channels::Rgb, Encoded::File(path)) => open(path, &self.limits).map(Picture::from),
            (Channels::Rgb, Encoded::Bytes(bytes)) => decode(bytes, &self.limits).map(Picture::from),
            _ => self.bands(encoded).map(Picture::from),
        }
    }

    /// The same as planes of floats, of colours too: of as many bits as the file has.
    pub(super) fn bands(&self, encoded: Encoded<'_>) -> Result<Bands, TransformError> {
        let bands = |bytes: &[u8], name: &dyn Fn() -> String| {
            guarded(bytes, name, || reading::bands(bytes, self.channels, &self.limits))
        };
        match encoded {
            Encoded::File(path) => bands(&file::read(path, &self.limits)?, &|| path.display().to_string()),
            Encoded::Bytes(bytes) => {
                let name = in_memory(bytes, &self.limits, "a picture")?;
                bands(bytes, &|| name.clone())
            }
        }
    }

    /// Checks that there is something to read.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] for a limit of 0, and for no channels or more than 4,096.
    pub fn check(&self) -> Result<(), TransformError> {
        if self.channels.count() == 0 || self.channels.count() > MOST_CHANNELS {
            let value = self.channels.count() as f32;
            return Err(TransformError::Setting {
                stage: "Channels",
                parameter: "channels",
                value,
                range: "1 to 4096",
            });
        }
        self.limits.check()
    }
}

/// More than any instrument has.
pub(super) const MOST_CHANNELS: usize = 4096;

/// A picture that is still encoded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Encoded<'a> {
    File(&'a Path),
    Bytes(&'a [u8]),
}

impl Encoded<'_> {
    /// An error of it, with its file where it has one.
    pub fn name(self, error: TransformError) -> TransformError {
        match self {
            Self::File(path) => error.in_file(path),
            Self::Bytes(_) => error,
        }
    }
}
