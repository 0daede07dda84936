use std::fmt;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::item::within;
use crate::{Size, TransformError};

/// Mean and standard deviation of each channel, of colours from 0 to 1: the last step into the planes.
///
/// A plane holds (colour - mean) ÷ std. The default, [`Normalize::none`], leaves 0 to 1.
///
/// | field | range |
/// |---|---|
/// | `mean` | -1 to 2 |
/// | `std` | 0.001, a quarter of a byte's step, to 10 |
///
/// Statistics of colours from 0 to 255 are outside these ranges and refused: divide them by 255. So are deviations of a channel
/// of one colour, by which a picture of another colour would become huge numbers; [`Colours`](crate::Colours) measures at least a
/// byte's step.
///
/// ```
/// use firelight_transforms::{Normalize, Size};
///
/// let planes = [0.0; 3]; // one pixel of the mean colour
/// let pixel = Normalize::imagenet().decode(&planes, Size::square(1));
/// assert_eq!(pixel.get_pixel(0, 0).0, [124, 116, 104]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Normalize {
    /// Mean of red, green, blue.
    pub mean: [f32; 3],
    /// Standard deviation of red, green, blue.
    pub std: [f32; 3],
}

impl Default for Normalize {
    fn default() -> Self {
        Self::none()
    }
}

impl Normalize {
    /// Colours stay 0 to 1.
    pub const fn none() -> Self {
        Self { mean: [0.0; 3], std: [1.0; 3] }
    }

    /// The statistics of `ImageNet`, which most pretrained weights expect.
    pub const fn imagenet() -> Self {
        Self { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
    }

    /// The statistics of CIFAR-10.
    pub const fn cifar() -> Self {
        Self { mean: [0.491, 0.482, 0.447], std: [0.247, 0.243, 0.261] }
    }

    /// The statistics of MNIST, the same for the three channels of its gray pictures.
    pub const fn mnist() -> Self {
        Self { mean: [0.131; 3], std: [0.308; 3] }
    }

    /// The factor and the shift that take a byte of channel `channel` into its plane.
    pub(crate) fn line(&self, channel: usize) -> (f32, f32) {
        (1.0 / (255.0 * self.std[channel]), -self.mean[channel] / self.std[channel])
    }

    /// The picture that normalised planes (red, green, blue, one after the other) show; colours beyond 0 to 1 are clamped.
    ///
    /// # Panics
    ///
    /// When `planes` does not hold `3 · height · width` numbers.
    pub fn decode(&self, planes: &[f32], size: Size) -> RgbImage {
        assert_eq!(planes.len(), size.planes(), "three planes of {size} are needed");
        let plane = size.pixels() as usize;
        RgbImage::from_fn(size.width, size.height, |x, y| {
            let at = y as usize * size.width as usize + x as usize;
            image::Rgb(std::array::from_fn(|channel| {
                let colour = planes[channel * plane + at] * self.std[channel] + self.mean[channel];
                (colour * 255.0).round() as u8
            }))
        })
    }

    /// Checks that the statistics can be those of colours from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] for the first number outside its range.
    pub fn check(&self) -> Result<(), TransformError> {
        for mean in self.mean {
            let range = "-1 to 2, as colours are 0 to 1 (divide statistics of 0 to 255 by 255)";
            within("Normalize", "mean", mean, -1.0..=2.0, range)?;
        }
        for std in self.std {
            let range = "0.001 to 10, as colours are 0 to 1 (a channel of one colour: 1)";
            within("Normalize", "std", std, 0.001..=10.0, range)?;
        }
        Ok(())
    }
}

/// Statistics as a file has them, before they are checked.
#[derive(Deserialize)]
struct Stored {
    mean: [f32; 3],
    std: [f32; 3],
}

impl TryFrom<Stored> for Normalize {
    type Error = TransformError;

    fn try_from(Stored { mean, std }: Stored) -> Result<Self, TransformError> {
        let normalize = Self { mean, std };
        normalize.check()?;
        Ok(normalize)
    }
}

impl fmt::Display for Normalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Normalize by mean {:?} and std {:?}", self.mean, self.std)
    }
}
