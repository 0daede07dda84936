//! What pictures are before they are transformed.

mod bands;
mod reading;
mod reduced;

mod samples;
mod tiff_samples;

mod input;
mod reader;

use image::RgbImage;

use crate::{Normalize, Size, TransformError};

pub use bands::Bands;
pub use input::InputReader;
pub use reader::{Channels, PictureReader};
pub use reduced::{Ends as ReducedEnds, Reduced};

/// The input of one item: a colour picture of bytes, a picture of any channels, or several pictures.
///
/// ```
/// use firelight_transforms::{Bands, Picture, Size};
///
/// let photograph = Picture::from(image::RgbImage::new(4, 3));
/// let scan = Picture::from(Bands::new(Size::new(4, 3), vec![0.0; 12])?);
/// assert_eq!((photograph.channels(), scan.channels()), (3, 1));
/// assert_eq!(Picture::Several(vec![photograph, scan]).channels(), 4);
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Picture {
    /// Red, green and blue of 8 bits.
    Rgb(RgbImage),
    /// Any number of channels.
    Bands(Bands),
    /// Red, green and blue of 8 bits, of fewer pixels than the picture that it stands for.
    Reduced(Reduced),
    /// Several pictures, which the same draws transform: their channels stand one after the other in the planes. They may
    /// have sizes of their own, which the transforms make one.
    Several(Vec<Picture>),
}

impl Picture {
    /// The size: of several pictures that of the first, which targets move with; 0×0 for none.
    pub fn size(&self) -> Size {
        PictureRef::from(self).size()
    }

    /// How many planes it becomes.
    pub fn channels(&self) -> usize {
        PictureRef::from(self).channels()
    }

    /// All channels as those of one picture.
    ///
    /// # Errors
    ///
    /// As [`Bands::joined`], of several pictures.
    pub fn into_bands(self) -> Result<Bands, TransformError> {
        match self {
            Self::Rgb(picture) => Ok(Bands::from(&picture)),
            Self::Bands(bands) => Ok(bands),
            Self::Reduced(reduced) => Ok(Bands::from(reduced.pixels())),
            Self::Several(pictures) => {
                let bands = pictures.into_iter().map(Self::into_bands).collect::<Result<Vec<_>, _>>()?;
                Bands::joined(bands)
            }
        }
    }

    /// Its pictures as they look, each of three channels or gray (see [`Normalize::decode`]).
    pub fn shown(&self) -> Vec<RgbImage> {
        match self {
            Self::Rgb(picture) => vec![picture.clone()],
            Self::Bands(bands) => vec![Normalize::none().decode(bands.planes(), bands.size())],
            Self::Reduced(reduced) => vec![reduced.pixels().clone()],
            Self::Several(pictures) => pictures.iter().flat_map(Self::shown).collect(),
        }
    }
}

impl From<RgbImage> for Picture {
    fn from(picture: RgbImage) -> Self {
        Self::Rgb(picture)
    }
}

impl From<Reduced> for Picture {
    fn from(reduced: Reduced) -> Self {
        Self::Reduced(reduced)
    }
}

impl From<Bands> for Picture {
    fn from(bands: Bands) -> Self {
        Self::Bands(bands)
    }
}

/// A borrowed [`Picture`], as which the transforms take pictures.
///
/// ```
/// use firelight_transforms::PictureRef;
///
/// let photograph = image::RgbImage::new(4, 3);
/// assert_eq!(PictureRef::from(&photograph).channels(), 3);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum PictureRef<'a> {
    /// Red, green and blue of 8 bits.
    Rgb(&'a RgbImage),
    /// Any number of channels.
    Bands(&'a Bands),
    /// A picture of colours of 8 bits, reduced.
    Reduced(&'a Reduced),
    /// Several pictures.
    Several(&'a [Picture]),
}

impl<'a> PictureRef<'a> {
    /// As [`Picture::size`].
    pub fn size(self) -> Size {
        self.each().first().map_or(Size::new(0, 0), |picture| picture.size())
    }

    /// As [`Picture::channels`].
    pub fn channels(self) -> usize {
        self.each().iter().map(|picture| picture.channels()).sum()
    }

    /// The single pictures that it is made of.
    pub(crate) fn each(self) -> Vec<Single<'a>> {
        match self {
            Self::Rgb(picture) => vec![Single::Rgb(picture)],
            Self::Bands(bands) => vec![Single::Bands(bands)],
            Self::Reduced(reduced) => vec![Single::Reduced(reduced)],
            Self::Several(pictures) => pictures.iter().flat_map(|picture| Self::from(picture).each()).collect(),
        }
    }
}

impl<'a> From<&'a RgbImage> for PictureRef<'a> {
    fn from(picture: &'a RgbImage) -> Self {
        Self::Rgb(picture)
    }
}

impl<'a> From<&'a Bands> for PictureRef<'a> {
    fn from(bands: &'a Bands) -> Self {
        Self::Bands(bands)
    }
}

impl<'a> From<&'a Picture> for PictureRef<'a> {
    fn from(picture: &'a Picture) -> Self {
        match picture {
            Picture::Rgb(picture) => Self::Rgb(picture),
            Picture::Bands(bands) => Self::Bands(bands),
            Picture::Reduced(reduced) => Self::Reduced(reduced),
            Picture::Several(pictures) => Self::Several(pictures),
        }
    }
}

/// One picture.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Single<'a> {
    Rgb(&'a RgbImage),
    Bands(&'a Bands),
    Reduced(&'a Reduced),
}

impl Single<'_> {
    pub fn size(self) -> Size {
        match self {
            Self::Rgb(picture) => Size::of(picture),
            Self::Bands(bands) => bands.size(),
            Self::Reduced(reduced) => reduced.size(),
        }
    }

    pub fn channels(self) -> usize {
        match self {
            Self::Rgb(_) | Self::Reduced(_) => 3,
            Self::Bands(bands) => bands.channels(),
        }
    }
}
