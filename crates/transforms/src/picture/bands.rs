use std::fmt;

use image::RgbImage;

use crate::{Size, TransformError};

/// A picture of any number of channels, a number of 32 bits for each of a pixel: gray scans, colours of 16 bits, bands of
/// satellites, whatever was measured.
///
/// Numbers of pictures are 0 to 1: of 16 bits each is divided by 65,535. Measurements may have any range, if they are normalised by
/// statistics of their own ([`Normalize`](crate::Normalize)); lighting is for 0 to 1 alone.
///
/// ```
/// use firelight_transforms::{Bands, Size};
///
/// let depth = Bands::new(Size::new(2, 1), vec![0.25, 0.75])?;
/// let both = Bands::joined([depth.clone(), depth])?;
/// assert_eq!((both.channels(), both.plane(1)), (2, Some(&[0.25, 0.75][..])));
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Bands {
    size: Size,
    planes: Vec<f32>,
}

impl Bands {
    /// Planes of `size`, one after the other, each in rows from the top.
    ///
    /// # Errors
    ///
    /// [`TransformError::Empty`] without a pixel, and [`TransformError::BandLength`] for numbers that are no whole planes of
    /// this size, or none, and [`TransformError::BandNumber`] for NaN, infinities and numbers beyond 10³⁰, which stand for none.
    pub fn new(size: Size, planes: Vec<f32>) -> Result<Self, TransformError> {
        if size.is_empty() {
            return Err(TransformError::Empty { size });
        }
        if planes.is_empty() || !(planes.len() as u64).is_multiple_of(size.pixels()) {
            return Err(TransformError::BandLength { size, given: planes.len() });
        }
        match planes.iter().find(|number| number.is_nan() || number.abs() > MOST) {
            Some(&number) => Err(TransformError::BandNumber { number }),
            None => Ok(Self { size, planes }),
        }
    }

    /// The channels of all, in their order.
    ///
    /// # Errors
    ///
    /// [`TransformError::BandSizes`] for pictures of different sizes, and [`TransformError::BandLength`] for none.
    pub fn joined(bands: impl IntoIterator<Item = Self>) -> Result<Self, TransformError> {
        let mut bands = bands.into_iter();
        let Some(mut all) = bands.next() else {
            return Err(TransformError::BandLength { size: Size::new(0, 0), given: 0 });
        };
        for next in bands {
            if next.size != all.size {
                return Err(TransformError::BandSizes { first: all.size, other: next.size });
            }
            all.planes.reserve_exact(next.planes.len());
            all.planes.extend(next.planes);
        }
        Ok(all)
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        self.size
    }

    /// How many channels there are.
    pub fn channels(&self) -> usize {
        self.planes.len() / self.size.pixels() as usize
    }

    /// The plane of channel `channel` in rows from the top; `None` beyond the last.
    pub fn plane(&self, channel: usize) -> Option<&[f32]> {
        self.planes.chunks_exact(self.size.pixels() as usize).nth(channel)
    }

    /// All planes, one after the other.
    pub fn planes(&self) -> &[f32] {
        &self.planes
    }
}

/// No measurement is larger; what is stands for none, as GDAL's usual -3.4 · 10³⁸.
const MOST: f32 = 1e30;

/// Red, green and blue from 0 to 1.
impl From<&RgbImage> for Bands {
    fn from(picture: &RgbImage) -> Self {
        let channel = |channel: usize| picture.pixels().map(move |pixel| f32::from(pixel.0[channel]) / 255.0);
        Self { size: Size::of(picture), planes: (0..3).flat_map(channel).collect() }
    }
}

/// Size and channels, without the numbers.
impl fmt::Debug for Bands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bands").field("size", &self.size).field("channels", &self.channels()).finish_non_exhaustive()
    }
}
